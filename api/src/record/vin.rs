//! Vehicle identification numbers (GB 16735-2019 车辆识别代号).
//!
//! Imported and old vehicles do not keep all of the standard, so the rules here are grounds for a warning only.

use super::rule::Rule;

/// Weights of the seventeen places; the ninth is the check digit itself.
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// The rule a VIN breaks, if any.
pub(super) fn broken_rule(vin: &str) -> Option<Rule> {
    match check_digit(vin) {
        None => Some(Rule::VinShape),
        Some(check) => (vin.chars().nth(8) != Some(check)).then_some(Rule::VinCheck),
    }
}

/// The check digit of seventeen characters, whatever stands in its place; `None` where they are no VIN.
pub(crate) fn check_digit(vin: &str) -> Option<char> {
    if vin.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in vin.chars().zip(WEIGHTS) {
        sum += value(character)? * weight;
    }
    match sum % 11 {
        10 => Some('X'),
        digit => char::from_digit(digit, 10),
    }
}

/// The value of a character: letters are numbered in three runs, without I, O and Q.
fn value(character: char) -> Option<u32> {
    match character {
        '0'..='9' => character.to_digit(10),
        'A'..='H' => Some(u32::from(character) - u32::from('A') + 1),
        'J'..='N' => Some(u32::from(character) - u32::from('J') + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(u32::from(character) - u32::from('S') + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_numbers_pass() {
        for vin in ["11111111111111111", "1M8GDM9AXKP042788"] {
            assert_eq!(broken_rule(vin), None, "{vin}");
        }
    }

    #[test]
    fn a_changed_character_breaks_the_check_and_a_wrong_form_the_shape() {
        assert_eq!(broken_rule("1M8GDM9AXKP042789"), Some(Rule::VinCheck));
        for vin in ["1M8GDM9AXKP04278", "1M8GDM9AXKPO42788", "", "1M8GDM9AXKP04278８"] {
            assert_eq!(broken_rule(vin), Some(Rule::VinShape), "{vin}");
        }
    }
}
