//! What a text looks like before anything is known of its meaning: digits, or digits and upper-case letters.
//!
//! ASCII only: full-width digits and letters look right to a person and are refused here.

use core::ops::RangeInclusive;

use super::iso7064;

/// Whether `text` is exactly `length` digits.
pub(super) fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `text` is digits and upper-case letters, and its length in characters is in `lengths`.
pub(super) fn is_alphanumeric(text: &str, lengths: RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| iso7064::value(b).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_ascii_and_of_the_exact_number() {
        assert!(is_digits("012", 3));
        for text in ["", "01", "0123", "01A", "+12", "１"] {
            assert!(!is_digits(text, 3), "{text}");
        }
    }

    #[test]
    fn letters_are_upper_case() {
        assert!(is_alphanumeric("0AZ", 1..=3));
        for text in ["", "0AZ9", "0a", "A-", "Ａ"] {
            assert!(!is_alphanumeric(text, 1..=3), "{text}");
        }
    }
}
