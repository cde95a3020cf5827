//! The table of all data items: `api/data/items.csv`, read once.
//!
//! One row an item; an item that differs between kinds of certificate has a row for each form it takes. The document
//! about the ingest format is made from the same table ([`super::items_markdown`]).

use std::collections::HashMap;
use std::sync::LazyLock;

use verifier_core::ids::{Family, Kind};

use super::form::Form;

/// How much an item is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it the record is refused.
    Required,
    /// Without it there is a warning.
    Expected,
    /// May be left out.
    Optional,
    /// One of the items of this group is required.
    OneOf(&'static str),
}

/// A data item as the table describes it.
#[derive(Debug)]
pub struct Item {
    /// The name in records.
    pub name: &'static str,
    /// The name in Chinese.
    pub name_zh: &'static str,
    /// Other names it is understood under.
    pub aliases: Vec<&'static str>,
    /// The form of its value.
    pub form: Form,
    /// The form in the notation of the table.
    pub form_text: &'static str,
    /// Whether it is personal data.
    pub is_personal: bool,
    /// The standard it comes from, with its clause where known.
    pub source: &'static str,
    /// Whether it still has to be compared with the standard's text.
    pub is_unconfirmed: bool,
    /// What the table says of kinds and need, for people.
    pub applies_text: &'static str,
    /// As `applies_text`: `yes`, `should`, `no`, `one-of:group`, with kinds after a colon.
    pub need_text: &'static str,
    kinds: Vec<Kind>,
    need: Need,
    needing: Vec<Kind>,
}

impl Item {
    /// Whether certificates of the kind have the item; where the kind is not known, whether all nine have it.
    #[must_use]
    pub fn applies_to(&self, kind: Option<Kind>) -> bool {
        includes(&self.kinds, kind)
    }

    /// How much certificates of the kind need it.
    #[must_use]
    pub fn need(&self, kind: Option<Kind>) -> Need {
        if includes(&self.needing, kind) { self.need } else { Need::Optional }
    }

    /// Whether it is understood under this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    fn parse(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut cell = || cells.next();
        let (name, name_zh, aliases) = (cell()?, cell()?, cell()?);
        let (applies_text, need_text, form_text) = (cell()?, cell()?, cell()?);
        let (personal, source, mark) = (cell()?, cell()?, cell()?);
        let kinds = kinds(applies_text);
        let (need, only) = need(need_text)?;
        Some(Self {
            name,
            name_zh,
            aliases: aliases.split_whitespace().collect(),
            form: Form::parse(form_text)?,
            form_text,
            is_personal: personal == "yes",
            source,
            is_unconfirmed: mark == "?",
            applies_text,
            need_text,
            needing: only.unwrap_or_else(|| kinds.clone()),
            kinds,
            need,
        })
    }
}

fn includes(kinds: &[Kind], kind: Option<Kind>) -> bool {
    match kind {
        Some(kind) => kinds.contains(&kind),
        None => Kind::ALL.iter().all(|kind| kinds.contains(kind)),
    }
}

/// `all`, families by their standard's number and kinds by their code.
pub(crate) fn kinds(text: &str) -> Vec<Kind> {
    let is_named = |kind: &Kind| {
        text.split_whitespace()
            .any(|word| word == "all" || word == kind.code() || word == family_word(kind.family()))
    };
    Kind::ALL.into_iter().filter(is_named).collect()
}

/// The word for a family in the table.
pub(super) const fn family_word(family: Family) -> &'static str {
    match family {
        Family::Qualification => "1290",
        Family::OperatingLicence => "1291",
        Family::TransportCertificate => "1292",
    }
}

/// How much, and for which kinds only.
fn need(text: &'static str) -> Option<(Need, Option<Vec<Kind>>)> {
    if let Some(group) = text.strip_prefix("one-of:") {
        return Some((Need::OneOf(group), None));
    }
    let (word, only) = match text.split_once(':') {
        Some((word, only)) => (word, Some(kinds(only))),
        None => (text, None),
    };
    let need = match word {
        "yes" => Need::Required,
        "should" => Need::Expected,
        "no" => Need::Optional,
        _ => return None,
    };
    Some((need, only))
}

const TABLE: &str = include_str!("../../data/items.csv");

fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

static ITEMS: LazyLock<Vec<Item>> = LazyLock::new(|| rows().filter_map(Item::parse).collect());

/// The items of one kind, with every name they are understood under.
struct OfKind {
    items: Vec<&'static Item>,
    by_name: HashMap<&'static str, &'static Item>,
}

static BY_KIND: LazyLock<HashMap<Option<Kind>, OfKind>> = LazyLock::new(|| {
    let of_kind = |kind| {
        let items: Vec<_> = ITEMS.iter().filter(|item| item.applies_to(kind)).collect();
        let names = |item: &&'static Item| {
            let item = *item;
            let aliases = item.aliases.iter().copied();
            aliases.chain([item.name]).map(move |name| (name, item))
        };
        let by_name = items.iter().flat_map(names).collect();
        OfKind { items, by_name }
    };
    let kinds = Kind::ALL.into_iter().map(Some).chain([None]);
    kinds.map(|kind| (kind, of_kind(kind))).collect()
});

/// Every row of the table.
#[must_use]
pub fn all() -> &'static [Item] {
    &ITEMS
}

/// The items certificates of a kind have, in the order of the table; where the kind is not known, those of all nine.
#[must_use]
pub fn of_kind(kind: Option<Kind>) -> &'static [&'static Item] {
    BY_KIND.get(&kind).map_or(&[], |of| of.items.as_slice())
}

/// The item a kind knows under this name or alias; where the kind is not known, among those of all nine.
#[must_use]
pub fn find(kind: Option<Kind>, name: &str) -> Option<&'static Item> {
    BY_KIND.get(&kind)?.by_name.get(name).copied()
}

#[cfg(test)]
mod tests;
