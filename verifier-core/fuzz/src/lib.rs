//! What the fuzz targets share: one genuine scan with the keys that made it, and messages changed behind a good
//! signature.
//!
//! Run from `verifier-core`: `RUSTC_BOOTSTRAP=1 cargo fuzz run code -- -max_total_time=60` (`copy`, `trust_list`,
//! `status_list`). The first byte of an input says how the rest is used.

#[path = "../../tests/support/case.rs"]
pub mod case;
#[path = "../../tests/support/change.rs"]
pub mod change;
#[path = "../../examples/vectors/item.rs"]
pub mod item;
#[path = "../../examples/vectors/parts.rs"]
pub mod parts;

use std::collections::BTreeSet;
use std::fs;

use case::Case;
use change::Change;
use item::Item;
use parts::Parts;
use verifier_core::sm2::SigningKey;
use verifier_core::{Bundle, Outcome, Seconds, Verdict};

/// A genuine scan of a code made by a phone, and its bundle.
pub struct Sample {
    pub case: Case,
    pub bundle: Bundle,
    /// The presentation's bytes.
    pub shown: Vec<u8>,
}

impl Default for Sample {
    fn default() -> Self {
        let json = include_str!("../../vectors/valid-transport-certificate-by-phone.json");
        let case = Case::of(&serde_json::from_str(json).unwrap());
        let (_, token) = case.address_and_token();
        let shown = data_encoding::BASE32_NOPAD.decode(token.as_bytes()).unwrap();
        Self { bundle: case.bundle().unwrap(), case, shown }
    }
}

impl Sample {
    /// The verdict on a code with the genuine bundle.
    pub fn verdict(&self, code: &str) -> Verdict {
        self.case.verdict_with(Ok(&self.bundle), code)
    }

    /// The credential's bytes.
    pub fn credential(&self) -> Vec<u8> {
        match Parts::open(&self.shown).unwrap().protected.get(13) {
            Some(Item::Bytes(credential)) => credential.clone(),
            _ => Vec::new(),
        }
    }
}

/// Every message of the vectors: some of them are genuine, and nothing else may be.
#[derive(Default)]
pub struct Known {
    pub tokens: BTreeSet<String>,
    pub lists: BTreeSet<Vec<u8>>,
}

impl Known {
    /// Those of all vectors.
    pub fn read() -> Self {
        let mut known = Self::default();
        for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let case = Case::of(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap());
                known.tokens.insert(token_of(&case.code).to_owned());
                known.lists.insert(case.trust_list);
                known.lists.extend(case.status_lists.into_iter().map(|(_, list)| list));
            }
        }
        known
    }
}

/// The token of a code, or the code where it has no address.
pub fn token_of(code: &str) -> &str {
    code.split_once("/V/1").map_or(code, |(_, token)| token)
}

/// The message with its claims and header changed, signed again.
pub fn changed(message: &[u8], changes: &[u8], key: &SigningKey) -> Vec<u8> {
    let mut parts = Parts::open(message).unwrap();
    for (number, change) in Change::all(changes).iter().enumerate() {
        // Claims mostly: few headers are anything but refused.
        change.apply(if number % 4 == 3 { &mut parts.protected } else { &mut parts.payload });
    }
    parts.sign(key)
}

/// What must hold of every valid verdict, however it came about.
pub fn check_valid(verdict: &Verdict, now: Seconds) {
    if verdict.outcome != Outcome::Valid {
        assert!(verdict.reason.is_some() && verdict.warnings.is_empty());
        return;
    }
    let (certificate, shown) = (verdict.certificate.as_ref().unwrap(), verdict.presentation.unwrap());
    let lifetime = shown.expires.0 - shown.made.0;
    assert!(verdict.reason.is_none() && (1..=300).contains(&lifetime));
    assert!(shown.made <= now.plus(60) && now < shown.expires.plus(60));
    assert!(certificate.valid_from <= now && now < certificate.credential_expires);
    assert!(
        certificate.last_day.as_ref().is_none_or(|last| *last >= now.day().to_string() || last.len() > 10)
    );
    assert!(certificate.version > 0 && certificate.holder.len() <= 256 && certificate.number.len() <= 256);
    assert!(verdict.established.seal && verdict.established.presentation);
    assert!(verdict.established.shown_now && verdict.established.within_dates);
}
