//! From the bytes of a line to the record or the event it is, or to findings.
//!
//! A line of NDJSON whose `event` is one that makes no new version is an event; all else is a record.

use csv::{ReaderBuilder, StringRecord, Terminator};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Format;
use super::split::Content;
use crate::lifecycle::{Change, NewEvent};
use crate::record::{Columns, Finding, Named, Record, Rule, items, name};

/// What a record turned out to be.
pub(super) enum Read {
    /// Sound, with warnings.
    Sound(Box<Record>, Vec<Finding>),
    /// Something that happened to a certificate.
    Event(Box<(Named, NewEvent)>),
    /// Not to be admitted.
    Broken(Vec<Finding>),
}

/// Reads records of one batch.
#[derive(Clone, Debug)]
pub(super) enum Reader {
    Ndjson,
    Csv(Columns),
}

impl Reader {
    /// The reader for a format; CSV needs its header.
    pub(super) fn new(format: Format, header: Option<&Content>) -> Result<Self, Vec<Finding>> {
        match (format, header) {
            (Format::Ndjson, _) => Ok(Self::Ndjson),
            (Format::Csv, Some(Content::Whole(bytes))) => {
                let header = row(bytes).ok_or_else(|| broken(Rule::WrongEncoding))?;
                let columns = Columns::read(&header)?;
                if has_kind(&header) { Ok(Self::Csv(columns)) } else { Err(vec![no_kind()]) }
            }
            (Format::Csv, Some(Content::TooLong)) => Err(broken(Rule::LineTooLong)),
            (Format::Csv, Some(Content::UnclosedQuote)) => Err(broken(Rule::UnclosedQuote)),
            (Format::Csv, None) => Err(vec![no_kind()]),
        }
    }

    pub(super) fn read(&self, content: &Content) -> Read {
        let bytes = match content {
            Content::Whole(bytes) => bytes,
            Content::TooLong => return Read::Broken(broken(Rule::LineTooLong)),
            Content::UnclosedQuote => return Read::Broken(broken(Rule::UnclosedQuote)),
        };
        if std::str::from_utf8(bytes).is_err() {
            return Read::Broken(broken(Rule::WrongEncoding));
        }
        let accepted = match self {
            Self::Ndjson if is_event(bytes) => return event(bytes),
            Self::Ndjson => Record::from_json(bytes),
            Self::Csv(columns) => Record::from_csv(columns, &row(bytes).unwrap_or_default()),
        };
        match accepted {
            Ok(accepted) => Read::Sound(Box::new(accepted.record), accepted.warnings),
            Err(findings) => Read::Broken(findings),
        }
    }
}

/// Whether a line says that something happened which makes no new version. What cannot be told is a record, and its
/// findings say what is wrong with it.
fn is_event(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Glance<'a> {
        event: Option<&'a str>,
    }
    let glance: Option<Glance<'_>> = serde_json::from_slice(line).ok();
    let word = glance.and_then(|glance| glance.event);
    word.is_some_and(|word| Change::ALL.iter().any(|change| change.word() == word))
}

fn event(line: &[u8]) -> Read {
    let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(line) else {
        return Read::Broken(broken(Rule::NotJson));
    };
    let named = Named::take(&mut members);
    let event: Result<NewEvent, _> = serde_json::from_value(Value::Object(members));
    match (named, event) {
        (Ok(named), Ok(event)) => Read::Event(Box::new((named, event))),
        (Err(findings), Ok(_)) => Read::Broken(findings),
        (named, Err(_)) => {
            let mut findings = broken(Rule::EventForm);
            findings.extend(named.err().into_iter().flatten());
            Read::Broken(findings)
        }
    }
}

/// The cells of a row, which is known to be one; `None` where they are not UTF-8.
fn row(bytes: &[u8]) -> Option<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(bytes.len().max(1))
        .from_reader(bytes);
    let mut row = StringRecord::new();
    reader.read_record(&mut row).ok().map(|_| row)
}

/// Without this column no row can be read: the file has no header, or is another file altogether.
fn has_kind(header: &StringRecord) -> bool {
    let is_kind = |cell: &str| items::find(None, cell).is_some_and(|item| item.name == name::KIND);
    header.iter().any(|cell| is_kind(cell.trim_start_matches('\u{FEFF}').trim()))
}

fn no_kind() -> Finding {
    crate::admit::finding(Rule::Missing, name::KIND)
}

fn broken(rule: Rule) -> Vec<Finding> {
    vec![crate::admit::finding(rule, "")]
}
