//! Division codes (GB/T 2260): six digits, of which the first two are checked.
//!
//! Not here: names, and which counties exist on a given day; they change and are data.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::IdError;
use super::conversions::conversions;
use super::form::is_digits;

/// The first two digits of every province, region and municipality, in ascending order.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// Whether `digits` are the two first digits of a province.
pub(super) fn is_province(digits: &str) -> bool {
    PROVINCES.binary_search(&digits).is_ok()
}

/// A division of China: `210000` a province, `210100` a city, `210102` a county.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Division(String);

impl Division {
    /// Reads six digits that begin with a known province.
    ///
    /// Fails with [`IdError::DivisionForm`] or [`IdError::DivisionProvince`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if !is_digits(text, 6) {
            return Err(IdError::DivisionForm);
        }
        if !text.get(..2).is_some_and(is_province) {
            return Err(IdError::DivisionProvince);
        }
        Ok(Self(text.to_owned()))
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two digits of the province.
    #[must_use]
    pub fn province(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The digits all divisions inside this one begin with: `21` for `210000`, `2101` for `210100`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        match self.0.strip_suffix("00") {
            Some(city) => city.strip_suffix("00").unwrap_or(city),
            None => &self.0,
        }
    }

    /// Whether this division is the one with `prefix` (two, four or six digits) or inside it.
    ///
    /// Any other length is inside nothing: an empty prefix left by mistake must not open the whole country.
    #[must_use]
    pub fn is_within(&self, prefix: &str) -> bool {
        matches!(prefix.len(), 2 | 4 | 6) && self.0.starts_with(prefix)
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

conversions!(Division, parse);

impl From<Division> for String {
    fn from(division: Division) -> Self {
        division.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_of_a_known_province_are_a_division() {
        for text in ["110105", "210000", "210100", "211400", "710000", "820000"] {
            assert_eq!(Division::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(
            PROVINCES.iter().filter(|digits| Division::parse(&format!("{digits}0000")).is_ok()).count(),
            34
        );
    }

    #[test]
    fn unknown_provinces_are_refused() {
        for text in [
            "000000", "100000", "160000", "240000", "300000", "470000", "550000", "660000", "830000",
            "990000",
        ] {
            assert_eq!(Division::parse(text), Err(IdError::DivisionProvince), "{text}");
        }
    }

    #[test]
    fn anything_but_six_digits_is_refused() {
        for text in ["", "21", "2101", "21010", "2101021", "21010A", " 210102", "沈阳", "２１０１０２"]
        {
            assert_eq!(Division::parse(text), Err(IdError::DivisionForm), "{text}");
        }
    }

    #[test]
    fn a_county_is_within_its_city_and_province_and_no_other() {
        let county = Division::parse("210102").unwrap();
        assert_eq!(county.province(), "21");
        for prefix in ["21", "2101", "210102"] {
            assert!(county.is_within(prefix));
        }
        for prefix in ["22", "2102", "210103", "2", "210", "", "2101020"] {
            assert!(!county.is_within(prefix), "{prefix}");
        }
    }

    #[test]
    fn the_prefix_of_a_division_holds_what_is_inside_it() {
        let division = |text| Division::parse(text).unwrap();
        assert_eq!(division("210000").prefix(), "21");
        assert_eq!(division("210100").prefix(), "2101");
        assert_eq!(division("210102").prefix(), "210102");
        assert_eq!(division("469000").prefix(), "4690");
        assert!(division("210102").is_within(division("210000").prefix()));
        assert!(!division("210000").is_within(division("210100").prefix()));
    }

    #[test]
    fn json_is_the_text_and_enters_through_the_constructor() {
        let division: Division = serde_json::from_str("\"210102\"").unwrap();
        assert_eq!(serde_json::to_string(&division).unwrap(), "\"210102\"");
        assert!(serde_json::from_str::<Division>("\"990000\"").is_err());
        assert!(serde_json::from_str::<Division>("210102").is_err());
    }
}
