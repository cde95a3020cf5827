//! A record in the making: fields become items, each normalised by its form, and what does not fit becomes findings.
//!
//! A draft never stops at the first finding: a sender should see all of them at once. Not here: rules between items
//! ([`super::check`]).

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use verifier_core::ids::Kind;

use super::datum::Items;
use super::fields::Fields;
use super::finding::{Finding, Findings};
use super::holder;
use super::items::{self, Item, Need};
use super::name;
use super::rule::Rule;

/// The member of a stored record that holds what belongs to no item.
pub(super) const EXTENSION: &str = "extension";

/// Items so far, and the findings about them.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) kind: Option<Kind>,
    pub(super) items: Items,
    pub(super) extension: Map<String, Value>,
    broken: BTreeSet<&'static str>,
    findings: Findings,
}

impl Draft {
    /// Normalises the fields and looks for what is missing.
    pub(super) fn of_fields(fields: Fields) -> Self {
        let mut draft = Self { kind: kind_in(&fields), ..Self::default() };
        for name in fields.repeated() {
            draft.findings.stranger(&name, Rule::DuplicateItem);
        }
        for (name, value) in fields.0 {
            draft.take(&name, value);
        }
        draft.complete();
        draft
    }

    /// As [`Draft::of_fields`], for items that are normal already.
    pub(super) fn of_items(kind: Kind, items: Items) -> Self {
        let mut draft = Self { kind: Some(kind), items, ..Self::default() };
        draft.complete();
        draft
    }

    /// A finding about an item of the table.
    pub(super) fn report(&mut self, name: &str, rule: Rule) {
        if let Some(item) = self.item(name) {
            self.findings.item(item, rule);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.findings.has_errors()
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_list()
    }

    fn item(&self, name: &str) -> Option<&'static Item> {
        items::find(self.kind, name)
    }

    fn take(&mut self, name: &str, value: Value) {
        match (self.item(name), value) {
            (Some(item), value) => self.take_item(item, name, &value),
            (None, Value::Object(members)) if name == EXTENSION => self.extension.extend(members),
            (None, value) => self.take_stranger(name, value),
        }
    }

    fn take_item(&mut self, item: &'static Item, sent: &str, value: &Value) {
        match item.form.normalise(value) {
            Ok(None) => {}
            Ok(Some((datum, warning))) => {
                self.findings.rename(item, sent);
                match self.items.value(item.name) {
                    Some(other) if *other != datum => self.findings.item(item, Rule::Contradiction),
                    Some(_) => {}
                    None => {
                        self.items.set(item.name, datum);
                        warning.into_iter().for_each(|rule| self.findings.item(item, rule));
                    }
                }
            }
            Err(rule) => {
                self.findings.rename(item, sent);
                self.findings.item(item, rule);
                self.broken.insert(item.name);
            }
        }
    }

    /// Keeps what belongs to no item. Without a known kind nothing can be said about it.
    fn take_stranger(&mut self, name: &str, value: Value) {
        let is_empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if is_empty {
            return;
        }
        if self.kind.is_some() {
            self.findings.stranger(name, Rule::UnknownItem);
        }
        self.extension.insert(name.to_owned(), value);
    }

    /// Derives what can be derived, then looks for what is missing.
    fn complete(&mut self) {
        if !self.has(name::HOLDER_CODE_TYPE) {
            let document = self.items.text(name::ID_DOCUMENT_TYPE);
            if let Some(code_type) = document.and_then(holder::code_type_of_document) {
                self.items.set(name::HOLDER_CODE_TYPE, code_type);
            }
        }
        let items = items::of_kind(self.kind);
        let mut groups = BTreeSet::new();
        for item in items {
            match item.need(self.kind) {
                _ if self.has(item.name) => {}
                Need::Required => self.findings.item(item, Rule::Missing),
                Need::Expected => self.findings.item(item, Rule::MissingExpected),
                Need::OneOf(group) if groups.insert(group) && !self.has_one_of(items, group) => {
                    self.findings.item(item, Rule::MissingOneOf);
                }
                Need::OneOf(_) | Need::Optional => {}
            }
        }
    }

    /// Whether the item was given, even if it could not be understood.
    fn has(&self, name: &str) -> bool {
        self.items.has(name) || self.broken.contains(name)
    }

    fn has_one_of(&self, items: &[&'static Item], group: &'static str) -> bool {
        let mut of_group = items.iter().filter(|item| item.need(self.kind) == Need::OneOf(group));
        of_group.any(|item| self.has(item.name))
    }
}

/// The kind a record says it is of, under any of the names for it.
fn kind_in(fields: &Fields) -> Option<Kind> {
    let item = items::find(None, name::KIND)?;
    let mut named = fields.0.iter().filter(|(name, _)| item.is_called(name));
    named.find_map(|(_, value)| {
        let (datum, _) = item.form.normalise(value).ok()??;
        Kind::from_code(datum.text()?)
    })
}
