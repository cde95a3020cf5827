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
pub mod copies;
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
mod seeds;
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

/// Name, below the crate's folder, and content of every file that is generated. A name that stands twice is an error.
pub fn files() -> Result<BTreeMap<String, Vec<u8>>, Box<dyn Error>> {
    let vectors = vectors();
    let mut files = BTreeMap::new();
    let mut add = |name: String, content: Vec<u8>| match files.insert(name.clone(), content) {
        None => Ok(()),
        Some(_) => Err(format!("two files are called {name}")),
    };
    for vector in &vectors {
        add(format!("vectors/{}.json", vector.name), text_of(vector)?)?;
    }
    let copies = copies::vectors();
    for vector in &copies {
        add(format!("vectors/copies/{}.json", vector.name), text_of(vector)?)?;
    }
    for vector in signature::vectors() {
        add(format!("vectors/sm2/{}.json", vector.name), text_of(&vector)?)?;
    }
    for (name, seed) in seeds::files(&vectors, &copies) {
        add(format!("fuzz/corpus/{name}"), seed)?;
    }
    Ok(files)
}

/// Whether a file with this name is one of those that are generated.
pub fn is_generated(name: &str) -> bool {
    name.ends_with(".json") || name.starts_with("seed-")
}

/// The folders that hold generated files, below the crate's own.
pub const FOLDERS: [&str; 7] = [
    "vectors",
    "vectors/copies",
    "vectors/sm2",
    "fuzz/corpus/code",
    "fuzz/corpus/copy",
    "fuzz/corpus/trust_list",
    "fuzz/corpus/status_list",
];

fn text_of(vector: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    Ok((serde_json::to_string_pretty(vector)? + "\n").into_bytes())
}
