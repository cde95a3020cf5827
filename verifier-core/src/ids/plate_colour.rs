//! Plate colours (JT/T 697.7-2014, 5.6; JT/T 415, 5.4.12).
//!
//! Not here: the numbering of toll collection (ETC), which gives the same colours other numbers.

use serde::{Deserialize, Serialize};

use super::IdError;

/// The colour of a plate. As a number, in JSON too, it is its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum PlateColour {
    /// 蓝, 1.
    Blue,
    /// 黄, 2.
    Yellow,
    /// 黑, 3.
    Black,
    /// 白, 4.
    White,
    /// 绿, 5.
    Green,
    /// 其他, 9.
    Other,
    /// 农黄, 91.
    AgriculturalYellow,
    /// 农绿, 92.
    AgriculturalGreen,
    /// 黄绿, 93: large new energy vehicles.
    YellowGreen,
    /// 渐变绿, 94: small new energy vehicles.
    GradientGreen,
}

impl PlateColour {
    /// All ten, by code.
    pub const ALL: [Self; 10] = [
        Self::Blue,
        Self::Yellow,
        Self::Black,
        Self::White,
        Self::Green,
        Self::Other,
        Self::AgriculturalYellow,
        Self::AgriculturalGreen,
        Self::YellowGreen,
        Self::GradientGreen,
    ];

    /// The colour with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.code() == code)
    }

    /// The code of the standard.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Blue => 1,
            Self::Yellow => 2,
            Self::Black => 3,
            Self::White => 4,
            Self::Green => 5,
            Self::Other => 9,
            Self::AgriculturalYellow => 91,
            Self::AgriculturalGreen => 92,
            Self::YellowGreen => 93,
            Self::GradientGreen => 94,
        }
    }

    /// The name in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Blue => "蓝",
            Self::Yellow => "黄",
            Self::Black => "黑",
            Self::White => "白",
            Self::Green => "绿",
            Self::Other => "其他",
            Self::AgriculturalYellow => "农黄",
            Self::AgriculturalGreen => "农绿",
            Self::YellowGreen => "黄绿",
            Self::GradientGreen => "渐变绿",
        }
    }

    /// The name in English.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Black => "black",
            Self::White => "white",
            Self::Green => "green",
            Self::Other => "other",
            Self::AgriculturalYellow => "agricultural yellow",
            Self::AgriculturalGreen => "agricultural green",
            Self::YellowGreen => "yellow and green",
            Self::GradientGreen => "gradient green",
        }
    }
}

impl TryFrom<u8> for PlateColour {
    type Error = IdError;

    fn try_from(code: u8) -> Result<Self, Self::Error> {
        Self::from_code(code).ok_or(IdError::PlateColourUnknown)
    }
}

impl From<PlateColour> for u8 {
    fn from(colour: PlateColour) -> Self {
        colour.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        assert_eq!(PlateColour::ALL.map(PlateColour::code), [1, 2, 3, 4, 5, 9, 91, 92, 93, 94]);
        for colour in PlateColour::ALL {
            assert_eq!(PlateColour::from_code(colour.code()), Some(colour));
        }
    }

    #[test]
    fn other_codes_are_no_colour() {
        let known = (0..=u8::MAX).filter(|code| PlateColour::from_code(*code).is_some()).count();
        assert_eq!(known, PlateColour::ALL.len());
        assert_eq!(PlateColour::try_from(0), Err(IdError::PlateColourUnknown));
    }

    #[test]
    fn names_differ_and_speak_their_language() {
        let names: std::collections::HashSet<_> =
            PlateColour::ALL.iter().flat_map(|colour| [colour.name_zh(), colour.name_en()]).collect();
        assert_eq!(names.len(), 20);
        assert!(PlateColour::ALL.iter().all(|colour| colour.name_en().is_ascii()));
    }

    #[test]
    fn json_is_the_code() {
        assert_eq!(serde_json::to_string(&PlateColour::GradientGreen).unwrap(), "94");
        assert_eq!(serde_json::from_str::<PlateColour>("2").unwrap(), PlateColour::Yellow);
        assert!(serde_json::from_str::<PlateColour>("6").is_err());
    }
}
