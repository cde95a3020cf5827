//! Unified social credit codes (GB 32100-2015) with the organisation code inside (GB 11714-1997).
//!
//! Not here: who a code belongs to.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::conversions::conversions;
use super::{IdError, iso7064};

/// The 31 characters: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A unified social credit code: 18 characters of which the last checks the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

impl CreditCode {
    /// Reads a code: alphabet, digits in the division (characters 3 to 8), check character.
    ///
    /// Fails with [`IdError::CreditCodeLength`], [`IdError::CreditCodeCharacter`] or [`IdError::CreditCodeCheck`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (first17, last) = split(text).ok_or(IdError::CreditCodeLength)?;
        if !ALPHABET.contains(last) {
            return Err(IdError::CreditCodeCharacter);
        }
        if check_character(first17)? != last {
            return Err(IdError::CreditCodeCheck);
        }
        Ok(Self(text.to_owned()))
    }

    /// Completes 17 characters with their check character, for invented data.
    ///
    /// Fails with [`IdError::CreditCodeLength`] or [`IdError::CreditCodeCharacter`].
    pub fn with_check(first17: &str) -> Result<Self, IdError> {
        if first17.chars().count() != 17 {
            return Err(IdError::CreditCodeLength);
        }
        let check = check_character(first17)?;
        Ok(Self(format!("{first17}{check}")))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four characters.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.0.get(14..).unwrap_or_default()
    }

    /// Whether the organisation code inside (characters 9 to 17) fits its own check character (GB 11714).
    ///
    /// Codes in use fail it, so this is a ground for a warning at most.
    #[must_use]
    pub fn has_valid_organisation_code(&self) -> bool {
        let mut characters = self.0.bytes().skip(8).take(9);
        let body: Vec<u8> = characters.by_ref().take(8).collect();
        characters.next().map(char::from) == organisation_check(&body)
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

conversions!(CreditCode, parse);

impl From<CreditCode> for String {
    fn from(code: CreditCode) -> Self {
        code.0
    }
}

/// The first 17 characters and the last, if there are 18 characters.
fn split(text: &str) -> Option<(&str, char)> {
    if text.chars().count() != 18 {
        return None;
    }
    let last = text.chars().next_back()?;
    Some((text.strip_suffix(last)?, last))
}

/// GB 32100: weights are the powers of 3 modulo 31.
fn check_character(first17: &str) -> Result<char, IdError> {
    let mut sum = 0;
    let mut weight = 1;
    for (place, character) in first17.chars().enumerate() {
        let is_division = (2..8).contains(&place);
        if is_division && !character.is_ascii_digit() {
            return Err(IdError::CreditCodeCharacter);
        }
        sum += weight * ALPHABET.find(character).ok_or(IdError::CreditCodeCharacter)?;
        weight = weight * 3 % 31;
    }
    ALPHABET.chars().nth((31 - sum % 31) % 31).ok_or(IdError::CreditCodeCharacter)
}

/// GB 11714: 11 minus the weighted sum modulo 11, where 10 is written X and 11 is written 0.
fn organisation_check(body: &[u8]) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    for (character, weight) in body.iter().zip(WEIGHTS) {
        sum += iso7064::value(*character)? * weight;
    }
    match (11 - sum % 11) % 11 {
        10 => Some('X'),
        check => char::from_digit(check, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Real codes of authorities, and the textbook example of GB 32100.
    const REAL: [&str; 10] = [
        "11100000000019713D",
        "11100000000013338W",
        "11100000000013661B",
        "11100000MB03271699",
        "11110000000021135M",
        "11430000006122244L",
        "11330105002500287C",
        "11220000013544541J",
        "91350100M000100Y43",
        "113700000045046442",
    ];

    const INVENTED: [&str; 4] =
        ["112100009999999981", "1121010099999998X6", "91210100MA99999962", "91210200MA9999988C"];

    #[test]
    fn real_and_invented_codes_are_valid_inside_and_out() {
        for text in REAL.into_iter().chain(INVENTED) {
            let code = CreditCode::parse(text).unwrap();
            assert_eq!(code.as_str(), text);
            assert_eq!(code.to_string(), text);
        }
        for text in INVENTED {
            assert!(CreditCode::parse(text).unwrap().has_valid_organisation_code(), "{text}");
        }
    }

    #[test]
    fn the_check_character_is_computed_for_invented_codes() {
        assert_eq!(CreditCode::parse("11210000001173603N"), Err(IdError::CreditCodeCheck));
        assert_eq!(CreditCode::with_check("11210000001173603").unwrap().as_str(), "11210000001173603D");
        for text in REAL {
            assert_eq!(CreditCode::with_check(&text[..17]).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_wrong_organisation_code_inside_is_not_an_error() {
        // Given a code whose organisation code ends in 2 where 1 or another fits
        let code = CreditCode::with_check("11210000999999992").unwrap();
        assert!(!code.has_valid_organisation_code());
        assert_eq!(CreditCode::parse(code.as_str()), Ok(code));
    }

    #[test]
    fn every_substitution_of_one_character_is_refused() {
        let valid = "91210100MA99999962";
        for place in 0..valid.len() {
            for substitute in (b'0'..=b'9').chain(b'A'..=b'Z').chain(b'a'..=b'z') {
                let mut text = valid.as_bytes().to_vec();
                text[place] = substitute;
                let text = String::from_utf8(text).unwrap();
                assert_eq!(CreditCode::parse(&text).is_ok(), text == valid, "{text}");
            }
        }
    }

    #[test]
    fn letters_that_look_like_digits_and_letters_in_the_division_are_refused() {
        for text in [
            "I1210000999999998I",
            "O12100009999999981",
            "S12100009999999981",
            "V12100009999999981",
            "Z12100009999999981",
            "11A100009999999981",
            "11210000999999998 ",
            "11210000999999998a",
            "11210000999999998证",
            "证12100009999999981",
        ] {
            assert_eq!(CreditCode::parse(text), Err(IdError::CreditCodeCharacter), "{text}");
        }
    }

    #[test]
    fn another_length_is_refused() {
        for text in ["", "1", "11210000999999998", "1121000099999999811"] {
            assert_eq!(CreditCode::parse(text), Err(IdError::CreditCodeLength), "{text}");
        }
        assert_eq!(CreditCode::with_check("112100009999999981"), Err(IdError::CreditCodeLength));
        assert_eq!(CreditCode::with_check("1121000099999999证"), Err(IdError::CreditCodeCharacter));
    }

    #[test]
    fn the_last_four_characters_are_had_without_the_rest() {
        assert_eq!(CreditCode::parse("1121010099999998X6").unwrap().last_four(), "98X6");
    }

    #[test]
    fn json_is_the_text_and_enters_through_the_constructor() {
        let code: CreditCode = serde_json::from_str("\"112100009999999981\"").unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"112100009999999981\"");
        assert!(serde_json::from_str::<CreditCode>("\"112100009999999982\"").is_err());
    }
}
