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
        sum += weight
            * ALPHABET
                .find(character)
                .ok_or(IdError::CreditCodeCharacter)?;
        weight = weight * 3 % 31;
    }
    ALPHABET
        .chars()
        .nth((31 - sum % 31) % 31)
        .ok_or(IdError::CreditCodeCharacter)
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
