//! Invented certificates, histories, codes and receipts for the tests of this subject.

use std::collections::BTreeMap;
use std::sync::Arc;

use verifier_core::credential::{Credential, Face};
use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::receipt::{Receipt, ReceiptId};
use verifier_core::sm2::SigningKey;
use verifier_core::trust::{Issuer, IssuerKey, KeyUse, TrustClaims, TrustList};
use verifier_core::{Seconds, token, unverified_reference};

use super::evidence::Evidence;
use super::submission::Submission;
use crate::store::certificates::{CertificateRow, VersionRow};
use crate::store::events::EventRow;
use crate::verification::Known;

/// 2026-06-15T10:00:00+08:00.
pub const NOON: u64 = 1_781_488_800;
/// The place of the sample certificate in the status list.
pub const INDEX: u64 = 7;
/// This province.
pub const ISS: &str = "21";

const DAY: u64 = 86_400;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32]).unwrap()
}

/// The key of the holder's phone.
pub fn phone() -> SigningKey {
    key(4)
}

/// The key of the officer's device.
pub fn officers_device() -> SigningKey {
    key(5)
}

pub fn certificate() -> CertificateRow {
    CertificateRow {
        id: "certificate".to_owned(),
        kind: "013".to_owned(),
        number_ciphertext: Vec::new(),
        number_index: String::new(),
        issuer_code: "112101000012345676".to_owned(),
        division: "210100".to_owned(),
        identifier: "identifier".to_owned(),
        serial: "serial".to_owned(),
        holder_id: "holder".to_owned(),
        plate: None,
        plate_colour: None,
        version: 1,
        status: "valid".to_owned(),
        review_overdue: false,
        specimen: false,
        status_index: 7,
        issued_on: 20_000,
        valid_from: 20_000,
        valid_to: None,
        created_at: 0,
        updated_at: 0,
    }
}

pub fn version(version: i32) -> VersionRow {
    VersionRow {
        certificate_id: "certificate".to_owned(),
        version,
        items_ciphertext: Vec::new(),
        items_mac: Vec::new(),
        status_index: 7,
        made_by: "issued".to_owned(),
        replaced_as: None,
        credential: Vec::new(),
        seal_key: String::new(),
        sealed_at: 0,
        credential_exp: i64::MAX,
    }
}

/// An event recorded at an instant in unix milliseconds.
pub fn event(event: &str, version: i32, status: &str, recorded_at: i64) -> EventRow {
    EventRow {
        id: recorded_at.to_string(),
        seq: recorded_at,
        certificate_id: "certificate".to_owned(),
        event: event.to_owned(),
        version,
        status: status.to_owned(),
        reason: None,
        occurred_at: recorded_at,
        recorded_at,
        actor: "system".to_owned(),
        batch_id: None,
    }
}

/// A code of the sample certificate, made at `made`.
pub fn code(made: u64, maker: Maker) -> String {
    let face = Face {
        kind: 13,
        number: "210100000001".to_owned(),
        holder: "沈阳示例运输有限公司".to_owned(),
        tail: Some("5676".to_owned()),
        plate: None,
        plate_colour: None,
        scope: Vec::new(),
        status_index: INDEX,
        version: 1,
        last_day: None,
        portrait: None,
        specimen: false,
    };
    let credential = Credential {
        issuer: "210100".to_owned(),
        expires: Seconds(made + DAY),
        valid_from: Seconds(0),
        sealed: Seconds(made - 1),
        device_key: (maker == Maker::Device).then(|| phone().public_key()),
        face,
    };
    let shown = Presentation { made: Seconds(made), expires: Seconds(made + 60), cti: Cti([8; 8]) };
    let signer = if maker == Maker::Server { key(3) } else { phone() };
    let sealed = credential.seal(&key(2)).unwrap();
    token::format("https://yzt.example", &shown.sign(&sealed, maker, &signer).unwrap())
}

/// The trust list of this province, issued an hour before `scanned`.
pub fn trust(scanned: u64) -> TrustList {
    let keys = [(KeyUse::Seal, 2), (KeyUse::Presentation, 3)].map(|(key_use, seed)| IssuerKey {
        key_use,
        public_key: key(seed).public_key(),
        not_before: Seconds(0),
        expires: Seconds(u64::MAX),
        revoked: None,
        revoked_all: false,
    });
    let claims = TrustClaims {
        seq: 1,
        issued: Seconds(scanned - 3_600),
        expires: Seconds(scanned + DAY),
        next_roots: Vec::new(),
        min_client: 1,
        issuers: vec![Issuer {
            prefix: ISS.to_owned(),
            name: "示例".to_owned(),
            verify_url: String::new(),
            status_url: String::new(),
            keys: keys.into(),
        }],
        authorities: BTreeMap::new(),
        scopes: BTreeMap::new(),
    };
    TrustList::open(&claims.sign(&key(1)).unwrap(), &[key(1).public_key()]).unwrap()
}

/// A receipt of a code of the server, scanned when it was made, and found valid.
pub fn receipt() -> Receipt {
    receipt_of(code(NOON, Maker::Server), NOON)
}

/// A receipt of a code, found valid.
pub fn receipt_of(code: String, scanned: u64) -> Receipt {
    Receipt {
        id: ReceiptId([0x5a; 16]),
        cti: unverified_reference(&code).map(|reference| reference.cti),
        certificate: unverified_reference(&code).map(|reference| reference.certificate),
        code,
        outcome: "valid".to_owned(),
        reason: None,
        bundle_seq: Some(1),
        status_iat: None,
        officer: "LN-0001".to_owned(),
        device: "d-1".to_owned(),
        scanned_at: Seconds(scanned),
        place: None,
        purpose: "路面执法检查".to_owned(),
    }
}

/// What this server knows of the scan that a receipt tells of: the certificate, issued a day before.
pub fn evidence(receipt: Receipt) -> Evidence {
    let scanned = receipt.scanned_at.0;
    let issued = i64::try_from((scanned - DAY) * 1000).unwrap();
    let known = Known { certificate: certificate(), version: version(1), index: INDEX };
    let reference = unverified_reference(&receipt.code);
    Evidence {
        known: reference.is_some().then(|| (known, vec![event("issued", 1, "valid", issued)])),
        reference,
        submission: Submission { receipt, signed: None },
        trust: Arc::new(Ok(trust(scanned))),
        signers: Vec::new(),
    }
}
