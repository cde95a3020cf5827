//! What a hostile file may cost: before a signature is believed, no more than a few times its own size.
//!
//! Alone in its file, because it reads the highest memory use of its whole process.

#![allow(clippy::unwrap_used)]

use verifier_core::sm2::{KeyId, PublicKey, SigningKey};
use verifier_core::status::{MAX_STATUS_LIST, StatusList};
use verifier_core::trust::{Issuer, IssuerKey, KeyUse, MAX_TRUST_LIST, TrustList};
use verifier_core::{BundleError, Seconds};

/// The file itself, the envelope's parts, the signed octets and their re-encoding, at 16 MiB each, with room to spare.
const ALLOWED_KIB: u64 = 160 * 1_024;

#[test]
fn forged_files_as_large_as_may_be_take_little_memory() {
    let Some(before) = peak_kib() else {
        return; // only Linux tells
    };
    for shape in [array_in_the_payload, array_as_the_envelope, array_in_the_header] {
        let trust = TrustList::open(&shape(MAX_TRUST_LIST), &[key()]);
        let status = StatusList::open(&shape(MAX_STATUS_LIST), &issuer());
        assert!(trust.is_err() && status.is_err());
    }
    let taken = peak_kib().unwrap() - before;
    assert!(taken < ALLOWED_KIB, "{taken} KiB");
}

#[test]
fn a_payload_is_looked_into_only_after_its_signature() {
    let forged = array_in_the_payload(100_000);
    assert_eq!(TrustList::open(&forged, &[key()]).err(), Some(BundleError::TrustListForged));
    assert_eq!(StatusList::open(&forged, &issuer()).err(), Some(BundleError::StatusListForged));
}

fn key() -> PublicKey {
    SigningKey::from_bytes(&[3; 32]).unwrap().public_key()
}

fn issuer() -> Issuer {
    let key = IssuerKey {
        key_use: KeyUse::Status,
        public_key: key(),
        not_before: Seconds(0),
        expires: Seconds(u64::MAX),
        revoked: None,
        revoked_all: false,
    };
    let text = String::new;
    Issuer { prefix: text(), name: text(), verify_url: text(), status_url: text(), keys: vec![key] }
}

/// `n` zeros: one byte each as CBOR, and much more as anything a program can work with.
fn array(n: usize) -> Vec<u8> {
    [&[0x9a][..], &length(n), &vec![0; n]].concat()
}

fn length(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap().to_be_bytes()
}

fn array_in_the_payload(size: usize) -> Vec<u8> {
    let KeyId(kid) = key().id();
    let header = [&[0x51, 0xa2, 0x01, 0x3a, 0, 1, 0, 0, 0x04, 0x48][..], &kid].concat();
    let payload = array(size - 110);
    let signature = [&[0x58, 0x40][..], &[1; 64]].concat();
    [&[0xd2, 0x84][..], &header, &[0xa0, 0x5a], &length(payload.len()), &payload, &signature].concat()
}

fn array_as_the_envelope(size: usize) -> Vec<u8> {
    [vec![0xd2], array(size - 6)].concat()
}

fn array_in_the_header(size: usize) -> Vec<u8> {
    let header = array(size - 100);
    let rest = [&[0xa0, 0x41, 0xa0, 0x58, 0x40][..], &[1; 64]].concat();
    [&[0xd2, 0x84, 0x5a][..], &length(header.len()), &header, &rest].concat()
}

/// Highest memory use of this process so far.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
