//! Seeds for the fuzz targets, taken from the vectors: one for each way a message can be right or wrong.
//!
//! The first byte of a seed says how a target uses the rest; see `fuzz/src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;

use super::copies::CopyVector;
use super::scan::Vector;

/// Larger lists say nothing that smaller ones do not.
const LARGEST: usize = 4_096;

/// Changes behind a signature: which entry to go into, and what to put there; see `tests/support/change.rs`.
const CHANGES: [(&str, &[u8]); 6] = [
    ("remove-an-entry", &[1, 2, 0]),
    ("repeat-an-entry", &[2, 5, 0, 1]),
    ("largest-integer", &[1, 1, 3, 7]),
    ("negative-integer", &[2, 5, 3, 4, 0]),
    ("short-bytes", &[3, 4, 0, 1, 6, 2, 1, 2]),
    ("raw-indefinite-array", &[2, 1, 1, 8, 2, 0x9f, 0xff]),
];

/// Name below `fuzz/corpus/` and content of every seed.
pub fn files(vectors: &[Vector], copies: &[CopyVector]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut add = |target: &str, name: &str, mode: u8, rest: &[u8]| {
        files.insert(format!("{target}/seed-{name}"), [&[mode], rest].concat());
    };
    let mut results = BTreeSet::new();
    for vector in vectors {
        if results.insert((&vector.reason, &vector.warnings)) {
            add("code", &vector.name, 0, vector.code.as_bytes());
        }
        let trust_list = HEXLOWER.decode(vector.trust_list.as_bytes()).unwrap_or_default();
        if vector.name.starts_with("trust-list-") && trust_list.len() < LARGEST {
            add("trust_list", &vector.name, 0, &trust_list);
        }
        let list =
            vector.status_lists.get("21").map(|list| HEXLOWER.decode(list.as_bytes()).unwrap_or_default());
        if let Some(list) = list.filter(|list| vector.name.starts_with("status-") && list.len() < LARGEST) {
            add("status_list", &vector.name, 0, &list);
        }
    }
    for copy in copies {
        add("copy", &copy.name, 0, copy.copy_code.as_bytes());
    }
    for (name, change) in CHANGES {
        add("copy", name, 1, change);
        [2, 3].into_iter().for_each(|mode| add("code", &format!("{name}-{mode}"), mode, change));
        add("trust_list", name, 1, change);
        add("status_list", name, 1, change);
    }
    add("status_list", "entries", 3, &[0x10, 0x8f, 0x00, 0x7f]);
    files
}
