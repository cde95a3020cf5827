//! Vehicle plates (GA 36-2018) of operating vehicles: ordinary, new energy and trailer plates, with their colour.
//!
//! Not here: plates of learners, police, embassies and the like, which carry no transport certificate, and the
//! tidying of what people type (`辽a·12345`).

use core::fmt;

use serde::{Deserialize, Serialize};

use super::{IdError, PlateColour};

/// What a plate begins with: one character a province.
const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";

/// A plate. The number alone is not unique: two vehicles may share it under different colours.
///
/// `Debug` is masked and there is no `Display`: a plate leads to a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Plate {
    number: String,
    colour: PlateColour,
}

impl Plate {
    /// Reads a plate number such as `辽A12345`, `辽AD12345` or `辽A1234挂`.
    ///
    /// Fails with [`IdError::PlateForm`].
    pub fn parse(number: &str, colour: PlateColour) -> Result<Self, IdError> {
        let mut characters = number.chars();
        let province = characters.next().filter(|c| PROVINCES.contains(*c));
        let office = characters.next().filter(|c| is_letter(*c));
        if province.is_none() || office.is_none() || !is_rest(characters.as_str()) {
            return Err(IdError::PlateForm);
        }
        Ok(Self {
            number: number.to_owned(),
            colour,
        })
    }

    /// The number. For storing and showing to whom it concerns; never for a log or an address.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The colour.
    #[must_use]
    pub const fn colour(&self) -> PlateColour {
        self.colour
    }
}

impl fmt::Debug for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let office: String = self.number.chars().take(2).collect();
        write!(f, "Plate({office}***, {})", self.colour.name_en())
    }
}

/// A plate as it is written in JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Plate", deny_unknown_fields)]
struct Parts {
    number: String,
    colour: PlateColour,
}

impl TryFrom<Parts> for Plate {
    type Error = IdError;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::parse(&parts.number, parts.colour)
    }
}

impl From<Plate> for Parts {
    fn from(plate: Plate) -> Self {
        Self {
            number: plate.number,
            colour: plate.colour,
        }
    }
}

/// What may follow the province and the office.
fn is_rest(rest: &str) -> bool {
    match rest.strip_suffix('挂') {
        Some(trailer) => is_serial(trailer, 4),
        None => is_serial(rest, 5) || is_small_new_energy(rest) || is_large_new_energy(rest),
    }
}

/// A letter, a letter or digit, and four digits.
fn is_small_new_energy(rest: &str) -> bool {
    let mut characters = rest.chars();
    characters.next().is_some_and(is_letter)
        && characters.next().is_some_and(is_letter_or_digit)
        && is_digits(characters.as_str(), 4)
}

/// Five digits and a letter.
fn is_large_new_energy(rest: &str) -> bool {
    let mut characters = rest.chars();
    characters.next_back().is_some_and(is_letter) && is_digits(characters.as_str(), 5)
}

fn is_serial(text: &str, length: usize) -> bool {
    text.len() == length && text.chars().all(is_letter_or_digit)
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_letter_or_digit(character: char) -> bool {
    is_letter(character) || character.is_ascii_digit()
}

/// Plates have no I and no O: they would be read as 1 and 0.
const fn is_letter(character: char) -> bool {
    character.is_ascii_uppercase() && !matches!(character, 'I' | 'O')
}
