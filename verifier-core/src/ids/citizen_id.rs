//! Citizen ids (GB 11643-1999 公民身份号码): personal data, so never printed by accident.
//!
//! Not here: the 15-digit numbers of before 1999, and the numbers of foreigners' permanent residence cards.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::conversions::conversions;
use super::division::is_province;
use super::{IdError, iso7064};

/// Years a birth date may be in. The standard's own example is of 1880; what lies in the future is for a caller
/// with a clock to say.
const YEARS: core::ops::RangeInclusive<u16> = 1800..=2099;

/// The address code of residence permits for people from Taiwan, which is no division of GB/T 2260.
const TAIWAN_RESIDENCE_PERMIT: &str = "83";

/// A citizen id: address, birth date, sequence and check character, 18 characters in all.
///
/// `Debug` is masked and there is no `Display`: the whole number is had only by asking for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CitizenId {
    text: String,
    birth_date: (u16, u8, u8),
}

impl CitizenId {
    /// Reads an id: 17 digits and a digit or upper-case X, a known province, a possible birth date, the check.
    ///
    /// Fails with one of the `CitizenId…` variants of [`IdError`], the first that applies in that order.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.chars().count() != 18 {
            return Err(IdError::CitizenIdLength);
        }
        let (first17, last) = text.split_at_checked(17).ok_or(IdError::CitizenIdCharacter)?;
        if last != "X" && !last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdError::CitizenIdCharacter);
        }
        let complete = Self::with_check(first17)?;
        if complete.text != text {
            return Err(IdError::CitizenIdCheck);
        }
        Ok(complete)
    }

    /// Completes 17 digits with their check character, for invented data.
    ///
    /// Fails as [`CitizenId::parse`] does, but for the check.
    pub fn with_check(first17: &str) -> Result<Self, IdError> {
        if first17.chars().count() != 17 {
            return Err(IdError::CitizenIdLength);
        }
        let check = iso7064::mod_11_2(first17.bytes()).ok_or(IdError::CitizenIdCharacter)?;
        if !first17.get(..2).is_some_and(|digits| is_province(digits) || digits == TAIWAN_RESIDENCE_PERMIT) {
            return Err(IdError::CitizenIdProvince);
        }
        let birth_date = birth_date(first17).ok_or(IdError::CitizenIdBirthDate)?;
        Ok(Self { text: format!("{first17}{check}"), birth_date })
    }

    /// All 18 characters. For storing and comparing; never for a log, an address or an error.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first six and last four characters with eight asterisks between.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.text)
    }

    /// The last four characters.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.text.get(14..).unwrap_or_default()
    }

    /// Year, month and day of birth.
    #[must_use]
    pub const fn birth_date(&self) -> (u16, u8, u8) {
        self.birth_date
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

conversions!(CitizenId, parse);

impl From<CitizenId> for String {
    fn from(id: CitizenId) -> Self {
        id.text
    }
}

/// The first six and last four of 18 characters with eight asterisks between.
pub(super) fn masked(text: &str) -> String {
    let first = text.get(..6).unwrap_or_default();
    let last = text.get(14..).unwrap_or_default();
    format!("{first}********{last}")
}

/// The date in digits 7 to 14, if there is such a day.
pub(super) fn birth_date(digits: &str) -> Option<(u16, u8, u8)> {
    let year = digits.get(6..10)?.parse().ok()?;
    let month = digits.get(10..12)?.parse().ok()?;
    let day = digits.get(12..14)?.parse().ok()?;
    let is_date = YEARS.contains(&year) && (1..=days_in(year, month)?).contains(&day);
    is_date.then_some((year, month, day))
}

/// How many days a month has; `None` for a month that is none.
const fn days_in(year: u16, month: u8) -> Option<u8> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if is_leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of GB 11643-1999 itself.
    const EXAMPLES: [&str; 2] = ["11010519491231002X", "440524188001010014"];

    fn completed(first17: &str) -> Result<CitizenId, IdError> {
        CitizenId::with_check(first17)
    }

    #[test]
    fn the_examples_of_the_standard_are_valid() {
        for text in EXAMPLES {
            let id = CitizenId::parse(text).unwrap();
            assert_eq!(id.as_str(), text);
            assert_eq!(completed(&text[..17]), Ok(id));
        }
        assert_eq!(CitizenId::parse(EXAMPLES[0]).unwrap().birth_date(), (1949, 12, 31));
        assert_eq!(CitizenId::parse(EXAMPLES[1]).unwrap().birth_date(), (1880, 1, 1));
    }

    #[test]
    fn lower_case_x_is_refused() {
        assert_eq!(CitizenId::parse("11010519491231002x"), Err(IdError::CitizenIdCharacter));
    }

    #[test]
    fn every_substitution_of_one_character_is_refused() {
        for valid in EXAMPLES {
            for place in 0..valid.len() {
                for substitute in ('0'..='9').chain(['X', 'x', 'A', ' ', '*']) {
                    let mut text = valid.to_owned();
                    text.replace_range(place..=place, substitute.encode_utf8(&mut [0; 4]));
                    assert_eq!(CitizenId::parse(&text).is_ok(), text == valid);
                }
            }
        }
    }

    #[test]
    fn birth_dates_that_never_were_are_refused() {
        for date in [
            "19900230", "19900229", "19000229", "19901301", "19900001", "19900100", "19900132", "19900431",
            "17991231",
        ] {
            assert_eq!(completed(&format!("210102{date}001")), Err(IdError::CitizenIdBirthDate), "{date}");
        }
        assert_eq!(completed("21010221000101001"), Err(IdError::CitizenIdBirthDate));
    }

    #[test]
    fn leap_days_that_were_are_accepted() {
        for date in ["19920229", "20000229", "20240229"] {
            assert!(completed(&format!("210102{date}001")).is_ok(), "{date}");
        }
    }

    #[test]
    fn an_unknown_province_is_refused_but_not_taiwan_residence_permits() {
        for province in ["00", "10", "16", "99"] {
            assert_eq!(completed(&format!("{province}010219900101001")), Err(IdError::CitizenIdProvince));
        }
        for permit in ["810000", "820000", "830000"] {
            assert!(completed(&format!("{permit}19900101001")).is_ok(), "{permit}");
        }
    }

    #[test]
    fn another_length_or_alphabet_is_refused() {
        for text in ["", "110105491231002", "1101051949123100", "11010519491231002XX"] {
            assert_eq!(CitizenId::parse(text), Err(IdError::CitizenIdLength));
        }
        for text in ["X1010519491231002X", "11010519491231002Ｘ", "１1010519491231002X", "+1010519491231002X"]
        {
            assert_eq!(CitizenId::parse(text), Err(IdError::CitizenIdCharacter));
        }
        assert_eq!(completed("11010519491231002X"), Err(IdError::CitizenIdLength));
    }

    #[test]
    fn neither_debug_nor_errors_show_the_number() {
        let id = CitizenId::parse(EXAMPLES[0]).unwrap();
        assert_eq!(id.masked(), "110105********002X");
        assert_eq!(id.last_four(), "002X");
        assert_eq!(format!("{id:?}"), "CitizenId(110105********002X)");
        assert_eq!(format!("{:?}", Some(&id)), "Some(CitizenId(110105********002X))");
        let error = serde_json::from_str::<CitizenId>("\"110105194912310021\"").unwrap_err().to_string();
        assert!(!error.contains("19491231"), "{error}");
    }

    #[test]
    fn json_is_the_text_and_enters_through_the_constructor() {
        let id: CitizenId = serde_json::from_str("\"11010519491231002X\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"11010519491231002X\"");
    }
}
