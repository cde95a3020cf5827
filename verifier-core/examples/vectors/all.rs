//! All vectors, as the files they become.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Serialize;

use scan::Vector;

/// A table of vectors: name, Chinese, English, the scan, and what is expected of it.
macro_rules! table {
    ($($name:literal $zh:literal $en:literal, $scan:expr => $expectation:ident($what:expr);)*) => {
        vec![$($scan.about($name, $zh, $en).$expectation($what)),*]
    };
}

/// A table of changes that have one and the same result: name, Chinese, English, the change.
macro_rules! rows {
    ($($name:literal $zh:literal $en:literal, $change:expr;)*) => {
        [$(($name, $zh, $en, $change)),*]
    };
}

mod age;
mod claims;
mod claims_of_codes;
mod clock;
mod dates;
mod envelope;
mod faces;
mod form;
mod item;
mod key_dates;
mod keys;
mod names;
mod parts;
mod plan;
mod precedence;
pub mod scan;
pub mod signature;
mod status;
mod status_list;
mod text;
mod trust_list;
mod valid;

/// Every vector of the protocol, subject by subject.
fn vectors() -> Vec<Vector> {
    [
        valid::vectors(),
        text::vectors(),
        form::vectors(),
        envelope::vectors(),
        claims_of_codes::vectors(),
        keys::vectors(),
        key_dates::vectors(),
        clock::vectors(),
        dates::vectors(),
        status::vectors(),
        age::vectors(),
        trust_list::vectors(),
        status_list::vectors(),
        precedence::vectors(),
    ]
    .concat()
}

/// Name and text of every file, below `vectors/`. A name that stands twice is an error.
pub fn files() -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    let mut add = |name: String, text: String| match files.insert(name.clone(), text) {
        None => Ok(()),
        Some(_) => Err(format!("two vectors are called {name}")),
    };
    for vector in vectors() {
        add(format!("{}.json", vector.name), text_of(&vector)?)?;
    }
    for vector in signature::vectors() {
        add(format!("sm2/{}.json", vector.name), text_of(&vector)?)?;
    }
    Ok(files)
}

fn text_of(vector: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(vector)? + "\n")
}
