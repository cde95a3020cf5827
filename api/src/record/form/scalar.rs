//! Normalising one single value, form by form.

use verifier_core::ids::{Kind, TypeCode};

use super::{Form, image};
use crate::record::day::Day;
use crate::record::event::Event;
use crate::record::rule::Rule;

/// Longest code of any table, and a bound for codes that are in none.
const CODE_LENGTH_MAX: usize = 16;

impl Form {
    /// The normal form of a trimmed value that is not empty, with a warning where one is due.
    pub(super) fn scalar(self, text: &str) -> Result<(String, Option<Rule>), Rule> {
        let sound = |text: String| Ok((text, None));
        match self {
            Self::Text(max) => sound(plain(text, max)?),
            Self::Digits(min, max) => sound(measured(tidy(text), min, max, is_digit)?),
            Self::Decimal(whole, part) => sound(decimal(&tidy(text), whole, part)?),
            Self::Alnum(min, max) => sound(measured(tidy(text), min, max, is_alnum)?),
            Self::Hex(length) => {
                let text = tidy(text).to_ascii_lowercase();
                sound(measured(text, length, length, |c| c.is_ascii_hexdigit())?)
            }
            Self::Date | Self::Dates => sound(date(tidy(text))?),
            Self::Time => sound(time(tidy(text))?),
            Self::Code(codes) | Self::CodeList(codes) => {
                let text = measured(tidy(text), 1, CODE_LENGTH_MAX, is_alnum)?;
                let warning = codes.name(&text).is_none().then_some(Rule::UnknownCode);
                Ok((text, warning))
            }
            Self::Kind => sound(kind(&tidy(text)).ok_or(Rule::UnknownKind)?.code().to_owned()),
            Self::Event => match Event::parse(text) {
                Some(event) => sound(event.code().to_owned()),
                None => Err(Rule::UnknownEvent),
            },
            Self::Flag => Err(Rule::WrongType),
            Self::Plate => {
                let text = tidy(text).replace(['·', '•', '-', ' '], "");
                sound(plain(&text, 16)?)
            }
            Self::Image => sound(image::checked(text)?),
        }
    }
}

/// One of the nine kinds, by its three digits or its whole type code.
pub(in crate::record) fn kind(text: &str) -> Option<Kind> {
    Kind::from_code(text).or_else(|| TypeCode::parse(text).ok()?.kind())
}

/// Half width and upper case.
fn tidy(text: &str) -> String {
    let half_width = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32),
        _ => Some(c),
    };
    let mut text: String = text.chars().filter_map(half_width).collect();
    text.make_ascii_uppercase();
    text
}

/// Text that can be shown: no control characters, and none that change the direction of what follows.
fn plain(text: &str, max: usize) -> Result<String, Rule> {
    let is_shown = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().take(max.saturating_add(1)).count() > max {
        return Err(Rule::WrongLength);
    }
    if !text.chars().all(is_shown) {
        return Err(Rule::WrongCharacters);
    }
    Ok(text.to_owned())
}

fn measured(text: String, min: usize, max: usize, fits: impl Fn(char) -> bool) -> Result<String, Rule> {
    if !text.chars().all(fits) {
        return Err(Rule::WrongCharacters);
    }
    if !(min..=max).contains(&text.len()) {
        return Err(Rule::WrongLength);
    }
    Ok(text)
}

/// Without zeros that say nothing, so that `4.50` and `4.5` are the same content.
fn decimal(text: &str, whole: usize, part: usize) -> Result<String, Rule> {
    let (before, after) = text.split_once('.').unwrap_or((text, "0"));
    let before = measured(before.to_owned(), 1, whole, is_digit)?;
    let after = measured(after.to_owned(), 1, 12, is_digit)?;
    let (before, after) = (before.trim_start_matches('0'), after.trim_end_matches('0'));
    if after.len() > part {
        return Err(Rule::WrongLength);
    }
    let before = if before.is_empty() { "0" } else { before };
    let point = if after.is_empty() { "" } else { "." };
    Ok(format!("{before}{point}{after}"))
}

fn date(text: String) -> Result<String, Rule> {
    Day::parse(&text).map(|_| text).ok_or(Rule::NotADate)
}

fn time(text: String) -> Result<String, Rule> {
    let below = |digits: Option<&str>, limit: u8| {
        digits.and_then(|digits| digits.parse().ok()).is_some_and(|n: u8| n < limit)
    };
    let is_time = text.len() == 14
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.get(..8).and_then(Day::parse).is_some()
        && below(text.get(8..10), 24)
        && below(text.get(10..12), 60)
        && below(text.get(12..), 60);
    if is_time { Ok(text) } else { Err(Rule::NotADate) }
}

const fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

const fn is_alnum(character: char) -> bool {
    character.is_ascii_digit() || character.is_ascii_uppercase() || character == '.'
}
