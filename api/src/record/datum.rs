//! The value of one data item after normalising, and the items of a record under their names.
//!
//! Not here: which items there are ([`super::items`]) and how a value becomes normal ([`super::form`]).

use std::collections::BTreeMap;

use serde::Serialize;
use zeroize::Zeroize;

/// A normalised value: codes, numbers and dates are text too, as in the standards.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Datum {
    /// One value.
    Text(String),
    /// Several, in the order given.
    List(Vec<String>),
    /// Yes or no.
    Flag(bool),
}

impl Datum {
    /// The value, if it is a single text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Flag(_) => None,
        }
    }

    /// The values of a list; none otherwise.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::List(list) => list,
            Self::Text(_) | Self::Flag(_) => &[],
        }
    }
}

impl Zeroize for Datum {
    fn zeroize(&mut self) {
        match self {
            Self::Text(text) => text.zeroize(),
            Self::List(list) => list.zeroize(),
            Self::Flag(flag) => flag.zeroize(),
        }
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// The data items of a record by name, sorted, cleared from memory with it. There is no `Debug`: they are personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Items(BTreeMap<&'static str, Datum>);

impl Drop for Items {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Items {
    /// The value of an item.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Datum> {
        self.0.get(name)
    }

    /// The value of an item that is a single text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Datum::text)
    }

    /// The values of an item that is a list; none where it is absent.
    #[must_use]
    pub fn list(&self, name: &str) -> &[String] {
        self.value(name).map_or(&[], Datum::list)
    }

    /// Whether the item is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All items, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Datum)> {
        self.0.iter().map(|(name, datum)| (*name, datum))
    }

    /// Sets an item. Whoever makes a record of these has them checked, so nothing is checked here.
    pub fn set(&mut self, name: &'static str, datum: impl Into<Datum>) {
        self.0.insert(name, datum.into());
    }

    /// Takes an item out.
    pub(super) fn remove(&mut self, name: &str) -> Option<Datum> {
        self.0.remove(name)
    }
}
