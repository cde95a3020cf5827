//! Arbitrary status lists, and status lists changed behind a good signature.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec_zlib;
use verifier_core::BundleError;
use verifier_core::status::{Status, StatusList};
use verifier_core_fuzz::parts::{Parts, key};
use verifier_core_fuzz::{Known, Sample, changed, check_valid};

static SAMPLE: LazyLock<Sample> = LazyLock::new(Sample::default);
static KNOWN: LazyLock<Known> = LazyLock::new(Known::read);

fuzz_target!(|input: &[u8]| {
    let Some((mode, rest)) = input.split_first() else { return };
    let genuine = &SAMPLE.case.status_lists[0].1;
    match mode % 4 {
        0 => assert!(open(rest).is_err() || KNOWN.lists.contains(rest), "{rest:02x?}"),
        1 => decide(changed(genuine, rest, &key("21 status"))),
        2 => decide(with_body(rest.to_vec())),
        _ => check_entries(rest),
    }
});

fn open(bytes: &[u8]) -> Result<StatusList, BundleError> {
    StatusList::open(bytes, &SAMPLE.bundle.trust().claims().issuers[0])
}

fn decide(list: Vec<u8>) {
    let mut case = SAMPLE.case.clone();
    case.status_lists[0].1 = list;
    check_valid(&case.verdict(), case.now);
}

/// A list whose compressed entries are these bytes.
fn with_body(body: Vec<u8>) -> Vec<u8> {
    let mut parts = Parts::open(&SAMPLE.case.status_lists[0].1).unwrap();
    parts.payload.change(65_533, |list| list.set("lst", body));
    parts.sign(&key("21 status"))
}

/// Every entry is read as it was packed, and nothing beyond.
fn check_entries(packed: &[u8]) {
    let list = open(&with_body(compress_to_vec_zlib(packed, 6))).unwrap();
    let halves = packed.iter().flat_map(|byte| [byte & 0x0f, byte >> 4]);
    for (index, value) in (0..).zip(halves) {
        assert_eq!(list.status(index), Status::from_value(value));
    }
    let beyond = 2 * u64::try_from(packed.len()).unwrap();
    assert!(list.status(beyond).is_none() && list.status(u64::MAX).is_none());
}
