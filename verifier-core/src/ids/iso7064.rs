//! The two check character systems of ISO/IEC 7064 (GB/T 17710-2008) this field uses.
//!
//! Not here: GB 32100 and GB 11714, which have systems of their own, beside the credit code.

/// The value of a digit or upper-case letter: 0 to 9, `A` = 10 to `Z` = 35.
pub(super) fn value(character: u8) -> Option<u32> {
    if character.is_ascii_lowercase() {
        return None;
    }
    char::from(character).to_digit(36)
}

/// The check character of hybrid MOD 37,36 over `text`; `None` where a character is not in the alphabet.
pub(super) fn mod_37_36(text: impl Iterator<Item = u8>) -> Option<char> {
    let mut product = 36;
    for character in text {
        let sum = match (product + value(character)?) % 36 {
            0 => 36,
            sum => sum,
        };
        product = sum * 2 % 37;
    }
    char::from_digit((37 - product) % 36, 36).map(|check| check.to_ascii_uppercase())
}

/// The check character of pure MOD 11-2 over digits, `X` for ten; `None` where a character is not a digit.
pub(super) fn mod_11_2(digits: impl Iterator<Item = u8>) -> Option<char> {
    let mut product = 0;
    for character in digits {
        product = (product + char::from(character).to_digit(10)?) * 2 % 11;
    }
    match (12 - product) % 11 {
        10 => Some('X'),
        check => char::from_digit(check, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mod_37_36_wraps_to_zero_where_the_product_is_one() {
        // A known fault of other implementations: 37 - 1 = 36 is no index into the alphabet.
        let checks: Vec<_> = (b'0'..=b'9').chain(b'A'..=b'Z').map(|c| mod_37_36([c].into_iter())).collect();
        assert!(checks.contains(&Some('0')));
        assert!(checks.iter().all(Option::is_some));
    }

    #[test]
    fn mod_37_36_knows_the_examples_of_the_standard() {
        assert_eq!(mod_37_36("A12425GABC1234002".bytes()), Some('M'));
    }

    #[test]
    fn mod_11_2_knows_the_examples_of_the_standard() {
        assert_eq!(mod_11_2("0794".bytes()), Some('0'));
        assert_eq!(mod_11_2("079".bytes()), Some('X'));
    }

    #[test]
    fn lower_case_and_other_scripts_are_in_no_alphabet() {
        assert_eq!(value(b'a'), None);
        assert_eq!(value(b'.'), None);
        assert_eq!(mod_37_36("１".bytes()), None);
        assert_eq!(mod_11_2("A".bytes()), None);
    }
}
