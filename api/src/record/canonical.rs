//! The one text of a record's content: JSON with sorted keys and no spaces, so that equal content is equal text.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::Record;
use super::draft::EXTENSION;
use super::event::Event;
use super::name;

/// Bytes a record takes as a rule; more is taken as needed.
const LENGTH_USUAL: usize = 1536;

/// A record as it is stored: items and extension, by name. What made this version and its
/// sender's number of it are no part of its content, and are left out unless asked for.
pub(super) struct Content<'a> {
    pub(super) record: &'a Record,
    pub(super) with_event: bool,
}

/// What stands between the items.
#[derive(Serialize)]
#[serde(untagged)]
enum Other<'a> {
    Text(&'static str),
    Members(&'a Map<String, Value>),
    Number(i64),
}

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Record { items, extension, event, sequence, .. } = self.record;
        let event = (self.with_event && *event != Event::Initial).then(|| Other::Text(event.code()));
        let extension = (!extension.is_empty()).then_some(Other::Members(extension));
        let sequence = sequence.filter(|_| self.with_event).map(Other::Number);
        let others = [(name::EVENT, event), (EXTENSION, extension), (name::SEQUENCE, sequence)];
        let given = others.into_iter().filter_map(|(name, other)| Some((name, other?)));
        let mut others = given.peekable();
        let mut out = serializer.serialize_map(None)?;
        for (name, datum) in items.iter() {
            while let Some((before, other)) = others.next_if(|(other, _)| *other < name) {
                out.serialize_entry(before, &other)?;
            }
            out.serialize_entry(name, datum)?;
        }
        for (name, other) in others {
            out.serialize_entry(name, &other)?;
        }
        out.end()
    }
}

impl Record {
    /// The content as JSON, keys sorted: what is stored and compared. The same text, the same content.
    ///
    /// Reading it with [`Record::from_json`] gives the record again, but for its event and number.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        self.written(false)
    }

    /// The record as a line to send, without the end of line.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        self.written(true)
    }

    fn written(&self, with_event: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(LENGTH_USUAL);
        let content = Content { record: self, with_event };
        // Text, lists and flags under text keys: writing them to memory cannot fail.
        let _ = serde_json::to_writer(&mut out, &content);
        out
    }
}

/// The same members with all keys in order, whatever order the library keeps.
pub(super) fn sorted(members: Map<String, Value>) -> Map<String, Value> {
    let mut members: Vec<_> = members.into_iter().map(|(key, value)| (key, sorted_value(value))).collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().collect()
}

fn sorted_value(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(sorted(members)),
        Value::Array(values) => values.into_iter().map(sorted_value).collect(),
        other => other,
    }
}
