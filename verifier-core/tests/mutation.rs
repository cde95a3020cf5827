//! Whatever single character of a token or byte of a list is changed, dropped or added: the verdict is never valid.
//!
//! Every position, and for one token every character of the alphabet at each. The other samples take single bits,
//! which is as far as the time allows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use verifier_core::status::StatusList;
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, Outcome, Verdict};

#[path = "support/case.rs"]
mod case;

use case::Case;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters that are not base32, or only in another letter case.
const OTHERS: [&str; 6] = ["0", "1", "q", "=", " ", "证"];

#[test]
fn no_other_character_at_any_place_of_a_server_s_token_is_valid() {
    let sample = Sample::of("valid-practitioner");
    for (place, character) in sample.token.bytes().enumerate() {
        for other in ALPHABET.iter().filter(|other| **other != character) {
            sample.refuses(place..place + 1, &char::from(*other).to_string());
        }
    }
}

#[test]
fn no_changed_bit_of_a_phone_s_token_is_valid() {
    let sample = Sample::of("valid-transport-certificate-by-phone");
    for (place, character) in sample.token.bytes().enumerate() {
        let value = ALPHABET.iter().position(|other| *other == character).unwrap();
        for bit in 0..5 {
            sample.refuses(place..place + 1, &char::from(ALPHABET[value ^ (1 << bit)]).to_string());
        }
    }
}

#[test]
fn no_character_dropped_from_or_added_to_a_token_leaves_it_valid() {
    for name in ["valid-practitioner", "valid-transport-certificate-by-phone"] {
        let sample = Sample::of(name);
        for place in 0..=sample.token.len() {
            if place < sample.token.len() {
                sample.refuses(place..place + 1, "");
                OTHERS.iter().for_each(|other| sample.refuses(place..place + 1, other));
            }
            ["A", "Q", "7", "0"].iter().for_each(|more| sample.refuses(place..place, more));
        }
    }
}

#[test]
fn no_two_neighbours_of_a_token_may_change_places() {
    let sample = Sample::of("valid-practitioner");
    for place in 1..sample.token.len() {
        let swapped: String = sample.token[place - 1..=place].chars().rev().collect();
        if swapped != sample.token[place - 1..=place] {
            sample.refuses(place - 1..place + 1, &swapped);
        }
    }
}

#[test]
fn no_changed_byte_of_a_trust_list_is_taken() {
    let case = Case::named("valid-practitioner");
    assert!(TrustList::open(&case.trust_list, &case.roots).is_ok());
    for changed in changes(&case.trust_list) {
        assert!(TrustList::open(&changed, &case.roots).is_err(), "{changed:02x?}");
    }
}

#[test]
fn no_changed_byte_of_a_status_list_is_taken() {
    let case = Case::named("valid-practitioner");
    let bundle = case.bundle().unwrap();
    let (_, list) = &case.status_lists[0];
    let issuer = &bundle.trust().claims().issuers[0];
    assert!(StatusList::open(list, issuer).is_ok());
    for changed in changes(list) {
        assert!(StatusList::open(&changed, issuer).is_err(), "{changed:02x?}");
    }
}

#[test]
fn no_verdict_is_valid_with_a_changed_list() {
    let case = Case::named("valid-practitioner");
    let valid = |case: &Case| case.verdict().outcome == Outcome::Valid;
    assert!(valid(&case));
    for place in (0..case.trust_list.len()).step_by(17) {
        let mut changed = case.clone();
        changed.trust_list[place] ^= 0x10;
        assert!(!valid(&changed), "byte {place} of the trust list");
    }
    for place in (0..case.status_lists[0].1.len()).step_by(5) {
        let mut changed = case.clone();
        changed.status_lists[0].1[place] ^= 0x10;
        assert!(!valid(&changed), "byte {place} of the status list");
    }
}

/// A valid code, to be changed.
struct Sample {
    case: Case,
    bundle: Bundle,
    address: String,
    token: String,
}

impl Sample {
    fn of(name: &str) -> Self {
        let case = Case::named(name);
        let (address, token) = case.address_and_token();
        let sample = Self { bundle: case.bundle().unwrap(), case, address, token };
        assert_eq!(sample.verdict(&sample.token).outcome, Outcome::Valid);
        sample
    }

    fn verdict(&self, token: &str) -> Verdict {
        self.case.verdict_with(Ok(&self.bundle), &format!("{}{token}", self.address))
    }

    /// The token with some of its characters replaced is not valid.
    fn refuses(&self, place: std::ops::Range<usize>, with: &str) {
        let mut token = self.token.clone();
        token.replace_range(place.clone(), with);
        let outcome = self.verdict(&token).outcome;
        assert_ne!(outcome, Outcome::Valid, "{place:?} replaced with {with:?}");
    }
}

/// Each bit changed, each byte dropped, and bytes added everywhere.
fn changes(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let with = move |place: usize, dropped: usize, added: Vec<u8>| {
        [&bytes[..place], &added, &bytes[place + dropped..]].concat()
    };
    let flipped = move |place| (0..8).map(move |bit| with(place, 1, vec![bytes[place] ^ (1 << bit)]));
    let added = move |place| [0x00, 0xff, 0xd2].map(|byte| with(place, 0, vec![byte]));
    let dropped = (0..bytes.len()).map(move |place| with(place, 1, Vec::new()));
    (0..bytes.len()).flat_map(flipped).chain(dropped).chain((0..=bytes.len()).flat_map(added))
}
