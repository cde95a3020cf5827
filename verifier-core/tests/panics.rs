//! No input makes anything panic, or is taken for genuine: arbitrary text and bytes, and genuine messages that were
//! changed at random and signed again with the right key, so that what lies behind a signature is reached too.

#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use verifier_core::receipt::SignedReceipt;
use verifier_core::sm2::SigningKey;
use verifier_core::status::StatusList;
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, Outcome, token};

#[path = "support/case.rs"]
mod case;
#[allow(dead_code)]
#[path = "../examples/vectors/item.rs"]
mod item;
#[allow(dead_code)]
#[path = "../examples/vectors/parts.rs"]
mod parts;

use case::Case;
use item::Item;
use parts::{Parts, key};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_valid(text in ".{0,300}") {
        SAMPLE.with(|sample| assert_ne!(sample.verdict(&text), Outcome::Valid));
    }

    #[test]
    fn no_text_in_the_form_of_a_code_is_valid(token in "Q[A-Z2-7]{0,700}") {
        SAMPLE.with(|sample| assert_ne!(sample.verdict(&format!("HTTPS://YZT.EXAMPLE/V/1{token}")), Outcome::Valid));
    }

    #[test]
    fn no_bytes_are_a_message(bytes in vec(any::<u8>(), 0..400)) {
        SAMPLE.with(|sample| {
            assert_ne!(sample.verdict(&token::format("https://yzt.example", &bytes)), Outcome::Valid);
            assert!(sample.refuses_lists(&bytes));
        });
        prop_assert!(SignedReceipt::parse(&bytes).is_err());
    }

    #[test]
    fn no_bytes_after_the_beginning_of_an_envelope_are_a_message(bytes in vec(any::<u8>(), 0..400)) {
        let envelope = [&[0xd2, 0x84, 0x51, 0xa2, 0x01, 0x3a, 0, 1, 0, 0, 0x04, 0x48][..], &bytes].concat();
        SAMPLE.with(|sample| assert!(sample.refuses_lists(&envelope)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_behind_a_signature_panics(changes in vec(change(), 1..4), which in 0_usize..4) {
        SAMPLE.with(|sample| sample.decide_with(which, &changes));
    }
}

/// Puts a value at a place of a tree.
#[derive(Clone, Debug)]
struct Change {
    /// Which entry to go into, level by level.
    path: Vec<usize>,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Int(i128),
    Bytes(Vec<u8>),
    Text(String),
    Bool(bool),
    Raw(Vec<u8>),
    Emptied,
    Removed,
    Doubled,
}

fn change() -> impl Strategy<Value = Change> {
    let edges = [0, 1, 255, 256, 65_535, 4_294_967_295, 4_294_967_296, u64::MAX];
    let edge = prop::sample::select(edges.map(i128::from).to_vec());
    let value = prop_oneof![
        any::<u64>().prop_map(|n| Value::Int(n.into())),
        (edge, any::<bool>()).prop_map(|(n, negative)| Value::Int(if negative { -n } else { n })),
        vec(any::<u8>(), 0..70).prop_map(Value::Bytes),
        ".{0,90}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        vec(any::<u8>(), 1..12).prop_map(Value::Raw),
        Just(Value::Emptied),
        Just(Value::Removed),
        Just(Value::Doubled),
    ];
    (vec(any::<usize>(), 1..5), value).prop_map(|(path, value)| Change { path, value })
}

impl Change {
    fn apply(&self, item: &mut Item) {
        apply(item, &self.path, &self.value);
    }
}

fn apply(item: &mut Item, path: &[usize], value: &Value) {
    let Some((first, rest)) = path.split_first() else {
        return put(item, value);
    };
    match item {
        Item::Array(items) if !items.is_empty() => {
            let place = first % items.len();
            match value {
                Value::Removed if rest.is_empty() => drop(items.remove(place)),
                Value::Doubled if rest.is_empty() => items.extend_from_within(place..=place),
                _ => items.iter_mut().skip(place).take(1).for_each(|item| apply(item, rest, value)),
            }
        }
        Item::Map(entries) if !entries.is_empty() => {
            let place = first % entries.len();
            match value {
                Value::Removed if rest.is_empty() => drop(entries.remove(place)),
                Value::Doubled if rest.is_empty() => entries.extend_from_within(place..=place),
                _ => {
                    entries.iter_mut().skip(place).take(1).for_each(|entry| apply(&mut entry.1, rest, value))
                }
            }
        }
        _ => put(item, value),
    }
}

fn put(item: &mut Item, value: &Value) {
    *item = match value {
        Value::Int(n) => Item::Int(*n),
        Value::Bytes(bytes) => Item::Bytes(bytes.clone()),
        Value::Text(text) => Item::Text(text.clone()),
        Value::Bool(value) => Item::Bool(*value),
        Value::Raw(bytes) => Item::Raw(bytes.clone()),
        Value::Emptied => Item::Map(Vec::new()),
        Value::Removed | Value::Doubled => Item::Array(vec![item.clone(), item.clone()]),
    };
}

/// A genuine scan with the keys that made it.
struct Sample {
    case: Case,
    bundle: Bundle,
}

thread_local! {
    static SAMPLE: Sample = {
        let case = Case::named("valid-transport-certificate-by-phone");
        Sample { bundle: case.bundle().unwrap(), case }
    };
}

impl Sample {
    fn verdict(&self, code: &str) -> Outcome {
        self.case.verdict_with(Ok(&self.bundle), code).outcome
    }

    fn refuses_lists(&self, bytes: &[u8]) -> bool {
        let issuers = &self.bundle.trust().claims().issuers;
        TrustList::open(bytes, &self.case.roots).is_err()
            && issuers.iter().all(|issuer| StatusList::open(bytes, issuer).is_err())
    }

    /// Changes one of the four messages, signs it again, and lets `verify` decide.
    fn decide_with(&self, which: usize, changes: &[Change]) {
        let mut case = self.case.clone();
        let shown = data_encoding::BASE32_NOPAD.decode(case.address_and_token().1.as_bytes()).unwrap();
        let credential = match Parts::open(&shown).unwrap().protected.get(13) {
            Some(Item::Bytes(credential)) => credential.clone(),
            _ => Vec::new(),
        };
        match which {
            0 => case.code = code(&changed(&shown, changes, &key("phone"))),
            1 => {
                let mut parts = Parts::open(&shown).unwrap();
                parts.protected.set(13, changed(&credential, changes, &key("21 seal")));
                case.code = code(&parts.sign(&key("phone")));
            }
            2 => case.trust_list = changed(&case.trust_list, changes, &key("root")),
            _ => case
                .status_lists
                .iter_mut()
                .for_each(|(_, list)| *list = changed(list, changes, &key("21 status"))),
        }
        let _ = serde_json::to_string(&case.verdict()).unwrap();
    }
}

fn changed(bytes: &[u8], changes: &[Change], key: &SigningKey) -> Vec<u8> {
    let mut parts = Parts::open(bytes).unwrap();
    changes.iter().for_each(|change| change.apply(&mut parts.payload));
    parts.sign(key)
}

fn code(presentation: &[u8]) -> String {
    token::format("https://yzt.example.gov.cn", presentation)
}
