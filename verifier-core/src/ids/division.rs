//! Division codes (GB/T 2260): six digits, of which the first two are checked.
//!
//! Not here: names, and which counties exist on a given day; they change and are data.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::IdError;
use super::conversions::conversions;

/// The first two digits of every province, region and municipality, in ascending order.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82",
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
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
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
