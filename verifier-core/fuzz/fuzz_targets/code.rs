//! Arbitrary codes, and codes changed behind good signatures.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use verifier_core::{Outcome, token};
use verifier_core_fuzz::parts::{Parts, key};
use verifier_core_fuzz::{Known, Sample, changed, check_valid, token_of};

static SAMPLE: LazyLock<Sample> = LazyLock::new(Sample::default);
static KNOWN: LazyLock<Known> = LazyLock::new(Known::read);

fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else { return };
    let now = SAMPLE.case.now;
    match mode % 4 {
        0 => unsigned(&String::from_utf8_lossy(rest)),
        1 => unsigned(&code(rest)),
        2 => check_valid(&SAMPLE.verdict(&code(&changed(&SAMPLE.shown, rest, &key("phone")))), now),
        _ => {
            let mut parts = Parts::open(&SAMPLE.shown).unwrap();
            parts.protected.set(13, changed(&SAMPLE.credential(), rest, &key("21 seal")));
            check_valid(&SAMPLE.verdict(&code(&parts.sign(&key("phone")))), now);
        }
    }
});

/// Nobody signed this, so that only known tokens may be valid, at whatever address.
fn unsigned(code: &str) {
    let verdict = SAMPLE.verdict(code);
    assert!(verdict.outcome != Outcome::Valid || KNOWN.tokens.contains(token_of(code)), "{code}");
    check_valid(&verdict, SAMPLE.case.now);
}

fn code(presentation: &[u8]) -> String {
    token::format("https://yzt.example.gov.cn", presentation)
}
