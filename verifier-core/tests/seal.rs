//! A credential by itself, as whoever keeps copies of other issuers' certificates checks it.

#![allow(clippy::unwrap_used)]

use verifier_core::credential::{Credential, Face};
use verifier_core::sm2::SigningKey;
use verifier_core::trust::{Issuer, IssuerKey, KeyUse};
use verifier_core::{Reason, Seconds, verify_seal};

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32]).unwrap()
}

fn credential() -> Credential {
    Credential {
        issuer: "210100".to_owned(),
        expires: Seconds(2_000),
        valid_from: Seconds(500),
        sealed: Seconds(1_000),
        device_key: None,
        face: Face {
            kind: 13,
            number: "210100000001".to_owned(),
            holder: "某运输有限公司".to_owned(),
            tail: None,
            plate: None,
            plate_colour: None,
            scope: Vec::new(),
            status_index: 7,
            version: 2,
            last_day: None,
            portrait: None,
            specimen: false,
        },
    }
}

fn issuer(prefix: &str, key_use: KeyUse, revoked: Option<u64>) -> Issuer {
    Issuer {
        prefix: prefix.to_owned(),
        name: String::new(),
        verify_url: String::new(),
        status_url: String::new(),
        keys: vec![IssuerKey {
            key_use,
            public_key: key(1).public_key(),
            not_before: Seconds(0),
            expires: Seconds(5_000),
            revoked: revoked.map(Seconds),
            revoked_all: false,
        }],
    }
}

#[test]
fn what_the_issuer_sealed_is_believed() {
    let sealed = credential().seal(&key(1)).unwrap();
    assert_eq!(verify_seal(&sealed, &issuer("21", KeyUse::Seal, None)), Ok(credential()));
    assert_eq!(
        verify_seal(&sealed, &issuer("21", KeyUse::Seal, Some(1_001))),
        Ok(credential()),
        "revoked later"
    );
}

#[test]
fn what_it_did_not_seal_is_not() {
    let mut sealed = credential().seal(&key(1)).unwrap();
    let seal = |prefix, key_use, revoked| verify_seal(&sealed, &issuer(prefix, key_use, revoked));
    assert_eq!(seal("22", KeyUse::Seal, None), Err(Reason::UnknownIssuer), "of another prefix");
    assert_eq!(seal("", KeyUse::Seal, None), Err(Reason::UnknownIssuer), "an empty prefix answers for none");
    assert_eq!(seal("21", KeyUse::Status, None), Err(Reason::KeyNotValid), "a key for something else");
    assert_eq!(seal("21", KeyUse::Seal, Some(1_000)), Err(Reason::KeyNotValid), "revoked before");
    let others = credential().seal(&key(2)).unwrap();
    assert_eq!(verify_seal(&others, &issuer("21", KeyUse::Seal, None)), Err(Reason::UnknownKey));
    assert_eq!(verify_seal(b"", &issuer("21", KeyUse::Seal, None)), Err(Reason::Malformed));
    *sealed.last_mut().unwrap() ^= 1;
    assert_eq!(verify_seal(&sealed, &issuer("21", KeyUse::Seal, None)), Err(Reason::SealForged));
}
