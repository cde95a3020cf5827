//! A record as sent: names and values of one JSON object or one CSV row, in the order given.
//!
//! Not here: what the names and values mean ([`super::draft`]).

use std::collections::HashSet;
use std::fmt;

use csv::StringRecord;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::finding::{Finding, Findings};
use super::rule::Rule;

/// Written by editors of some systems before the first character of a file.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Names and values. The names may repeat: what that means is not for reading to decide.
pub(super) struct Fields(pub(super) Vec<(String, Value)>);

impl Fields {
    /// Reads a line of NDJSON; `None` where it is not one JSON object.
    pub(super) fn from_json(line: &[u8]) -> Option<Self> {
        let mark = BYTE_ORDER_MARK.to_string();
        serde_json::from_slice(line.strip_prefix(mark.as_bytes()).unwrap_or(line)).ok()
    }

    /// The names that occur more than once.
    pub(super) fn repeated(&self) -> Vec<String> {
        repeated(self.0.iter().map(|(name, _)| name.as_str()))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The header of a CSV file: the name of the item in each column.
#[derive(Clone, Debug)]
pub struct Columns(Vec<String>);

impl Columns {
    /// Reads the header. Fails where a name occurs twice.
    pub fn read(header: &StringRecord) -> Result<Self, Vec<Finding>> {
        let name = |cell: &str| cell.trim_start_matches(BYTE_ORDER_MARK).trim().to_owned();
        let columns = Self(header.iter().map(name).collect());
        let names = columns.0.iter().map(String::as_str);
        let repeated = repeated(names.filter(|name| !name.is_empty()));
        if repeated.is_empty() {
            return Ok(columns);
        }
        let mut findings = Findings::default();
        for name in repeated {
            findings.stranger(&name, Rule::DuplicateItem);
        }
        Err(findings.into_list())
    }

    /// The fields of a row; `None` where it has another number of columns.
    pub(super) fn fields(&self, row: &StringRecord) -> Option<Fields> {
        let pairs = self.0.iter().zip(row.iter());
        let field = |(name, cell): (&String, &str)| (name.clone(), Value::from(cell));
        (row.len() == self.0.len()).then(|| Fields(pairs.map(field).collect()))
    }
}

fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(*name)).map(str::to_owned).collect()
}
