//! Arbitrary codes of annotated copies, and copies changed behind a good signature.

#![no_main]

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use verifier_core::copy::{CopyVerdict, unverified_copy, verify_copy};
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, Outcome, Seconds, State, token};
use verifier_core_fuzz::changed;
use verifier_core_fuzz::parts::key;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/copies");

/// A genuine copy, the bundle it is decided with, and the tokens of all vectors.
struct Sample {
    bundle: Bundle,
    now: Seconds,
    copy: Vec<u8>,
    known: BTreeSet<String>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let read = |path: &str| -> Value { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    let hex = |value: &Value| HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let vector = read(&format!("{FOLDER}/copy.json"));
    let roots: Vec<_> =
        vector["roots"].as_array().unwrap().iter().map(|root| PublicKey::from_sec1(&hex(root)).unwrap()).collect();
    let list = hex(&vector["status_lists"]["21"]);
    let codes = fs::read_dir(FOLDER).unwrap().map(|entry| read(entry.unwrap().path().to_str().unwrap()));
    Sample {
        bundle: Bundle::open(&hex(&vector["trust_list"]), &roots, [("21", list.as_slice())]).unwrap(),
        now: Seconds(vector["now"].as_u64().unwrap()),
        copy: BASE32_NOPAD.decode(token_of(vector["copy_code"].as_str().unwrap()).as_bytes()).unwrap(),
        known: codes.map(|vector| token_of(vector["copy_code"].as_str().unwrap()).to_owned()).collect(),
    }
});

fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else { return };
    match mode % 3 {
        0 => unsigned(&String::from_utf8_lossy(rest)),
        1 => check(&decide(&code(&changed(&SAMPLE.copy, rest, &key("21 presentation"))))),
        _ => unsigned(&code(rest)),
    }
});

/// Nobody signed this, so that only known tokens may be valid, at whatever address.
fn unsigned(code: &str) {
    let verdict = decide(code);
    assert!(verdict.outcome != Outcome::Valid || SAMPLE.known.contains(token_of(code)), "{code}");
    check(&verdict);
}

fn decide(code: &str) -> CopyVerdict {
    let verdict = verify_copy(code, Ok(&SAMPLE.bundle), SAMPLE.now, &State::default());
    // What is shown of a copy was read by the way that reads without looking at signatures, too.
    assert!(verdict.copy.is_none() || unverified_copy(code).is_some());
    verdict
}

/// What must hold of every verdict, however it came about.
fn check(verdict: &CopyVerdict) {
    let is_valid = verdict.outcome == Outcome::Valid;
    assert_eq!(is_valid, verdict.reason.is_none());
    assert_eq!(is_valid, verdict.since.is_some());
    assert_eq!(verdict.copy.is_some(), verdict.seal && verdict.signed);
    assert!(!is_valid || verdict.copy.as_ref().unwrap().serial.len() == 16);
}

fn token_of(code: &str) -> &str {
    code.split_once("/C/1").map_or(code, |(_, token)| token)
}

fn code(copy: &[u8]) -> String {
    token::format_copy("https://yzt.example.gov.cn", copy)
}
