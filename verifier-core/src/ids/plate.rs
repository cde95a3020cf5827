//! Vehicle plates (GA 36-2018) of operating vehicles: ordinary, new energy and trailer plates, with their colour.
//!
//! Not here: plates of learners, police, embassies and the like, which carry no transport certificate, and the
//! tidying of what people type (`辽a·12345`).

use core::fmt;

use serde::{Deserialize, Serialize};

use super::form::is_digits;
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
        Ok(Self { number: number.to_owned(), colour })
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
        Self { number: plate.number, colour: plate.colour }
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

fn is_letter_or_digit(character: char) -> bool {
    is_letter(character) || character.is_ascii_digit()
}

/// Plates have no I and no O: they would be read as 1 and 0.
const fn is_letter(character: char) -> bool {
    character.is_ascii_uppercase() && !matches!(character, 'I' | 'O')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(number: &str) -> Result<Plate, IdError> {
        Plate::parse(number, PlateColour::Yellow)
    }

    const ORDINARY: &str = "辽A12345 辽B1A2C3 京AABCDE 辽P0000Z 辽AD1234";
    const SMALL_NEW_ENERGY: &str = "辽AD12345 辽BF12345 辽AA12345 辽ADA1234 辽AK99999";
    const LARGE_NEW_ENERGY: &str = "辽A12345D 粤B00000F";
    const TRAILER: &str = "辽A1234挂 鲁HAB12挂";

    #[test]
    fn ordinary_new_energy_and_trailer_plates_are_plates() {
        for numbers in [ORDINARY, SMALL_NEW_ENERGY, LARGE_NEW_ENERGY, TRAILER] {
            for number in numbers.split(' ') {
                assert_eq!(parse(number).unwrap().number(), number);
            }
        }
    }

    #[test]
    fn every_province_has_its_character_and_others_have_none() {
        assert_eq!(PROVINCES.chars().count(), 31);
        for province in PROVINCES.chars() {
            assert!(parse(&format!("{province}A12345")).is_ok(), "{province}");
        }
        for other in ['港', '澳', '台', '使', '军', '沈', 'A', '1', '遼'] {
            assert_eq!(parse(&format!("{other}A12345")), Err(IdError::PlateForm), "{other}");
        }
    }

    #[test]
    fn the_letters_i_and_o_are_in_no_place_of_a_plate() {
        for shape in ["辽A12345", "辽AD12345", "辽A12345D", "辽A1234挂"] {
            for place in 1..shape.chars().count() {
                for letter in ['I', 'O'] {
                    let text: String = shape
                        .chars()
                        .enumerate()
                        .map(|(at, c)| if at == place { letter } else { c })
                        .collect();
                    assert_eq!(parse(&text), Err(IdError::PlateForm), "{text}");
                }
            }
        }
    }

    #[test]
    fn plates_of_vehicles_out_of_scope_are_refused() {
        let texts = "辽A1234学 辽A1234警 粤Z1234港 粤Z1234澳 沪A1234领 辽A1234使 辽A1234超";
        for text in texts.split(' ') {
            assert_eq!(parse(text), Err(IdError::PlateForm), "{text}");
        }
    }

    #[test]
    fn untidy_text_is_refused() {
        let texts =
            "|辽A·12345|辽A 12345| 辽A12345|辽A12345 |辽a12345|辽A1234d|辽Ａ12345|辽A１２345|辽A1234\0";
        for text in texts.split('|') {
            assert_eq!(parse(text), Err(IdError::PlateForm), "{text}");
        }
    }

    #[test]
    fn another_length_or_order_is_refused() {
        let texts = "辽 辽A 辽A1234 辽A123456 辽A1234567 辽112345 A12345 辽A12挂 辽A12345挂 辽A挂1234 \
                     辽A1234D5 辽A1D2345 辽挂 挂";
        for text in texts.split(' ') {
            assert_eq!(parse(text), Err(IdError::PlateForm), "{text}");
        }
    }

    #[test]
    fn the_same_number_in_another_colour_is_another_plate() {
        let blue = Plate::parse("辽A12345", PlateColour::Blue).unwrap();
        assert_ne!(blue, parse("辽A12345").unwrap());
        assert_eq!(blue.colour(), PlateColour::Blue);
    }

    #[test]
    fn debug_shows_the_office_but_not_the_vehicle() {
        assert_eq!(format!("{:?}", parse("辽A12345").unwrap()), "Plate(辽A***, yellow)");
    }

    #[test]
    fn json_is_number_and_colour_and_enters_through_the_constructor() {
        let plate: Plate = serde_json::from_str(r#"{"number":"辽AD12345","colour":94}"#).unwrap();
        assert_eq!(serde_json::to_string(&plate).unwrap(), r#"{"number":"辽AD12345","colour":94}"#);
        for json in [
            r#"{"number":"辽AO2345","colour":94}"#,
            r#"{"number":"辽A12345","colour":8}"#,
            r#"{"number":"辽A12345"}"#,
            r#"{"number":"辽A12345","colour":1,"owner":""}"#,
        ] {
            assert!(serde_json::from_str::<Plate>(json).is_err(), "{json}");
        }
    }
}
