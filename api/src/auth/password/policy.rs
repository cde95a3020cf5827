//! Which passwords may be chosen (GB/T 22239 §8.1.4.1 a). What is not here: whether one was used before.

use std::sync::LazyLock;

use crate::problem::{Code, Finding, Problem};

use super::LONGEST;

/// How many of the four kinds of characters a password has: small letters, capitals, digits, anything else.
const KINDS: usize = 3;
/// Fewest characters of a part of the login that a password may not contain.
const PART: usize = 4;
/// Fewest characters that must be left without the common words.
const LEFT: usize = 4;

/// Common words and runs, folded, the longest first.
static COMMON: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/common-passwords.txt").lines();
    let words = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words: Vec<String> = words.map(fold).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
});

/// Whether `text` may become the password of the account that signs in as `login`.
///
/// # Errors
/// [`Code::PasswordUnfit`] with every rule it breaks.
pub fn check(text: &str, login: &str, shortest: u32) -> Result<(), Problem> {
    let length = text.chars().count();
    let shortest = usize::try_from(shortest).unwrap_or(usize::MAX);
    let rules = [
        ("too_short", length < shortest),
        ("too_long", text.len() > LONGEST),
        ("too_few_kinds_of_characters", kinds(text) < KINDS),
        ("contains_login", contains_login(text, login)),
        ("too_common", is_common(text)),
    ];
    let broken: Vec<_> = rules.into_iter().filter(|(_, broken)| *broken).map(|(rule, _)| rule).collect();
    if broken.is_empty() { Ok(()) } else { Err(unfit(&broken)) }
}

/// The problem of a password that breaks these rules.
pub(super) fn unfit(rules: &[&'static str]) -> Problem {
    let finding = |rule: &&'static str| Finding {
        item: "new_password".into(),
        rule: (*rule).into(),
        source: Some("GB/T 22239-2019 8.1.4.1 a)".into()),
    };
    Problem::new(Code::PasswordUnfit).findings(rules.iter().map(finding).collect())
}

fn kinds(text: &str) -> usize {
    let is_other = |c: char| !c.is_ascii_alphanumeric();
    let kinds: [&dyn Fn(char) -> bool; 4] =
        [&|c| c.is_ascii_lowercase(), &|c| c.is_ascii_uppercase(), &|c| c.is_ascii_digit(), &is_other];
    kinds.into_iter().filter(|kind| text.chars().any(kind)).count()
}

fn contains_login(text: &str, login: &str) -> bool {
    let (text, login) = (text.to_lowercase(), login.to_lowercase());
    let whole = std::iter::once(login.as_str()).filter(|login| !login.is_empty());
    let parts = login.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() >= PART);
    whole.chain(parts).any(|part| text.contains(part))
}

fn is_common(text: &str) -> bool {
    let folded = fold(text);
    let mut left = folded.clone();
    for word in COMMON.iter() {
        left = left.replace(word.as_str(), "");
    }
    left != folded && left.chars().count() < LEFT
}

/// Small letters, with the digits and signs that are written for letters turned into those.
fn fold(text: &str) -> String {
    let fold = |c: char| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' | '|' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    text.to_lowercase().chars().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, login: &str) -> Vec<String> {
        match check(text, login, 10) {
            Ok(()) => Vec::new(),
            Err(problem) => {
                let document = crate::problem::ProblemDocument::from(&problem);
                let json = serde_json::to_value(&document).unwrap();
                let findings = json["findings"].as_array().unwrap();
                findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
            }
        }
    }

    #[test]
    fn a_password_that_is_long_mixed_and_rare_will_do() {
        for text in ["Tian-gao.yun9dan", "三人行必有我师A1b", "x7Kp!vRq2z#"] {
            assert!(broken(text, "zhang.wei").is_empty(), "{text}");
        }
    }

    #[test]
    fn every_rule_that_is_broken_is_named() {
        assert_eq!(broken("kQ7", "zhang"), ["too_short"]);
        assert_eq!(broken("tiangaoyundan9", "zhang"), ["too_few_kinds_of_characters"]);
        assert_eq!(broken(&"kQ7#".repeat(300), "zhang"), ["too_long"]);
        assert_eq!(broken("ab", "zhang"), ["too_short", "too_few_kinds_of_characters"]);
    }

    #[test]
    fn the_login_and_its_parts_are_no_password() {
        assert_eq!(broken("x7Kp!ZhangWei", "zhangwei"), ["contains_login"]);
        assert_eq!(broken("x7Kp!Shenzhou9", "li@shenzhou.example"), ["contains_login"]);
        assert_eq!(broken("x7Kp!li#vRq2z", "li"), ["contains_login"]);
        assert!(broken("x7Kp!vRq2z#li", "li.na").is_empty(), "a part this short is in many words");
    }

    #[test]
    fn common_passwords_are_refused_however_they_are_dressed() {
        for text in [
            "Password123!",
            "P@ssw0rd2026",
            "Admin@123456",
            "Qwerty12345!",
            "Aa123456789!",
            "1qaz2WSX3edc",
            "Woaini1314520",
            "Liaoning@2026",
            "Abcd1234!@#",
        ] {
            assert_eq!(broken(text, "zhang"), ["too_common"], "{text}");
        }
    }
}
