//! The form a data item's value must have, and how a value as sent becomes the normal one.
//!
//! Tidied without a word: spaces around a value, full-width digits and letters, lower case in codes and numbers,
//! numbers where text is meant (`2` for `"2"`). Everything else that does not fit is a finding. Not here: rules that
//! need more than the one value.

use std::borrow::Cow;

use serde_json::Value;

use super::codes::Codes;
use super::datum::Datum;
use super::rule::Rule;

pub(crate) mod image;
pub(super) mod scalar;

/// Longest list. A licence has a few dozen scopes at most.
const LIST_LENGTH_MAX: usize = 128;

/// What a value looks like; the notation is that of `api/data/items.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `C..256`: text of at most so many characters.
    Text(usize),
    /// `n12`, `n..5`: digits, between so many and so many.
    Digits(usize, usize),
    /// `n..8.3`: a decimal number with at most so many digits before and after the point.
    Decimal(usize, usize),
    /// `an18`, `an..64`: upper-case letters, digits and the points of identifiers.
    Alnum(usize, usize),
    /// `hex64`: so many lower-case hexadecimal digits.
    Hex(usize),
    /// `date`: `YYYYMMDD`.
    Date,
    /// `dates`: a list of dates.
    Dates,
    /// `time`: `YYYYMMDDhhmmss`.
    Time,
    /// `code:table`: a code of that table.
    Code(Codes),
    /// `codes:table`: a list of codes of that table.
    CodeList(Codes),
    /// `kind`: the three digits of one of the nine kinds, or its whole type code.
    Kind,
    /// `event`: what made this version of the certificate.
    Event,
    /// `flag`: true or false.
    Flag,
    /// `plate`: a plate number.
    Plate,
    /// `image`: base64 of a JPEG or PNG file of at most 64 KiB.
    Image,
}

impl Form {
    /// Reads the notation of `items.csv`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fixed = match text {
            "date" => Some(Self::Date),
            "dates" => Some(Self::Dates),
            "time" => Some(Self::Time),
            "kind" => Some(Self::Kind),
            "event" => Some(Self::Event),
            "flag" => Some(Self::Flag),
            "plate" => Some(Self::Plate),
            "image" => Some(Self::Image),
            _ => None,
        };
        let measured = || {
            if let Some(key) = text.strip_prefix("code:") {
                return Codes::from_key(key).map(Self::Code);
            }
            if let Some(key) = text.strip_prefix("codes:") {
                return Codes::from_key(key).map(Self::CodeList);
            }
            if let Some(digits) = text.strip_prefix("hex") {
                return digits.parse().ok().map(Self::Hex);
            }
            if let Some(range) = text.strip_prefix("an") {
                return range_of(range).map(|(min, max)| Self::Alnum(min, max));
            }
            if let Some(max) = text.strip_prefix("C..") {
                return max.parse().ok().map(Self::Text);
            }
            let range = text.strip_prefix('n')?;
            match range.strip_prefix("..").and_then(|max| max.split_once('.')) {
                Some((whole, part)) => Some(Self::Decimal(whole.parse().ok()?, part.parse().ok()?)),
                None => range_of(range).map(|(min, max)| Self::Digits(min, max)),
            }
        };
        fixed.or_else(measured)
    }

    /// Whether values are lists.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Dates | Self::CodeList(_))
    }

    /// The normal form of a value as sent: `None` where the value is empty, with a warning where one is due.
    pub(super) fn normalise(self, value: &Value) -> Result<Option<(Datum, Option<Rule>)>, Rule> {
        if self == Self::Flag {
            return flag(value);
        }
        if !self.is_list() {
            let Some(text) = self.text_of(value)? else {
                return Ok(None);
            };
            let (text, warning) = self.scalar(&text)?;
            return Ok(Some((Datum::Text(text), warning)));
        }
        let values = self.list_of(value)?;
        if values.len() > LIST_LENGTH_MAX {
            return Err(Rule::TooMany);
        }
        let mut list = Vec::with_capacity(values.len());
        let mut warning = None;
        for text in values {
            let (text, doubt) = self.scalar(&text)?;
            warning = warning.or(doubt);
            list.push(text);
        }
        Ok((!list.is_empty()).then_some((Datum::List(list), warning)))
    }

    /// The text of a single value, `None` where it is empty.
    fn text_of(self, value: &Value) -> Result<Option<Cow<'_, str>>, Rule> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::String(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) if !matches!(self, Self::Text(_) | Self::Plate) => {
                Cow::Owned(number.to_string())
            }
            _ => return Err(Rule::WrongType),
        };
        Ok((!text.is_empty()).then_some(text))
    }

    /// The texts of a list: an array, or one text with semicolons between.
    fn list_of(self, value: &Value) -> Result<Vec<Cow<'_, str>>, Rule> {
        let empty = Rule::WrongType;
        match value {
            Value::Array(values) => values.iter().map(|value| self.text_of(value)?.ok_or(empty)).collect(),
            Value::String(text) if text.trim().is_empty() => Ok(Vec::new()),
            Value::String(text) => text
                .split([';', '；'])
                .map(|part| match part.trim() {
                    "" => Err(empty),
                    part => Ok(Cow::Borrowed(part)),
                })
                .collect(),
            other => Ok(self.text_of(other)?.into_iter().collect()),
        }
    }
}

fn flag(value: &Value) -> Result<Option<(Datum, Option<Rule>)>, Rule> {
    let flag = match value {
        Value::Null => return Ok(None),
        Value::Bool(flag) => *flag,
        Value::String(text) => match text.trim() {
            "" => return Ok(None),
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return Err(Rule::WrongType),
        },
        _ => return Err(Rule::WrongType),
    };
    Ok(Some((Datum::Flag(flag), None)))
}

/// `12` or `..12`.
fn range_of(text: &str) -> Option<(usize, usize)> {
    match text.strip_prefix("..") {
        Some(max) => max.parse().ok().map(|max| (1, max)),
        None => text.parse().ok().map(|length| (length, length)),
    }
}

#[cfg(test)]
mod tests;
