//! What is wrong or doubtful in a record: item and rule, never the value, which may be personal.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};

use super::items::Item;
use super::rule::{Rule, Severity};

/// What stands for the name of an item that does not look like one.
const NAMELESS: &str = "?";

/// Longest unknown name that is repeated.
const NAME_LENGTH_MAX: usize = 64;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it keeps the record out.
    pub severity: Severity,
    /// The item, by the name it was sent under; empty where it is the whole record.
    pub item: String,
    /// The rule.
    pub rule: Rule,
    /// The standard and clause the rule comes from.
    pub source: &'static str,
}

impl Finding {
    /// The finding in Chinese, for people.
    #[must_use]
    pub const fn message_zh(&self) -> &'static str {
        self.rule.text_zh()
    }

    /// The finding in English, for people.
    #[must_use]
    pub const fn message_en(&self) -> &'static str {
        self.rule.text_en()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Finding", 6)?;
        out.serialize_field("severity", &self.severity)?;
        out.serialize_field("item", &self.item)?;
        out.serialize_field("rule", self.rule.code())?;
        out.serialize_field("source", self.source)?;
        out.serialize_field("message_zh", self.message_zh())?;
        out.serialize_field("message_en", self.message_en())?;
        out.end()
    }
}

/// Findings as they are made, with the names items were sent under.
#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    sent: BTreeMap<&'static str, String>,
}

impl Findings {
    /// Remembers the name an item was last sent under.
    pub(super) fn rename(&mut self, item: &'static Item, sent: &str) {
        if item.name == sent {
            self.sent.remove(item.name);
        } else {
            self.sent.insert(item.name, sent.to_owned());
        }
    }

    /// A finding about the record as a whole.
    pub(super) fn whole(&mut self, rule: Rule) {
        self.push(String::new(), rule, "");
    }

    /// A finding about an item of the table.
    pub(super) fn item(&mut self, item: &'static Item, rule: Rule) {
        let name = self.sent.get(item.name).map_or(item.name, String::as_str);
        self.push(name.to_owned(), rule, item.source);
    }

    /// A finding about a name that is in no table.
    pub(super) fn stranger(&mut self, name: &str, rule: Rule) {
        self.push(presentable(name).to_owned(), rule, "");
    }

    pub(super) fn has_errors(&self) -> bool {
        self.list.iter().any(|finding| finding.severity == Severity::Error)
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    fn push(&mut self, item: String, rule: Rule, source: &'static str) {
        let source = rule.source().unwrap_or(source);
        let severity = rule.severity();
        self.list.push(Finding { severity, item, rule, source });
    }
}

/// The name, if it looks like one: in a CSV file without a header the "names" are the first person's data.
fn presentable(name: &str) -> &str {
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= NAME_LENGTH_MAX
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_name { name } else { NAMELESS }
}
