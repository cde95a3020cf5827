//! No input makes anything panic, or is taken for genuine: arbitrary text and bytes, and genuine messages that were
//! changed at random and signed again with the right key, so that what lies behind a signature is reached too.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::collection::vec;
use proptest::prelude::*;
use verifier_core::receipt::SignedReceipt;
use verifier_core::sm2::SigningKey;
use verifier_core::status::StatusList;
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, Outcome, token};

#[path = "support/case.rs"]
mod case;
#[path = "support/change.rs"]
mod change;
#[allow(dead_code)]
#[path = "../examples/vectors/item.rs"]
mod item;
#[allow(dead_code)]
#[path = "../examples/vectors/parts.rs"]
mod parts;

use case::Case;
use change::Change;
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
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_change_behind_a_signature_panics(changes in vec(any::<u8>(), 2..40), which in 0_usize..4) {
        SAMPLE.with(|sample| sample.decide_with(which, &Change::all(&changes)));
    }
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
