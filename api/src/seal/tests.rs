//! Sealing on invented records.

use serde_json::{Value, json};
use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::sm2::SigningKey;
use verifier_core::{Day, Seconds, token};

use super::*;
use crate::generate::Generator;
use crate::record::Day as RecordDay;

const TODAY: &str = "20260701";
/// 2026-07-01T12:00:00+08:00.
const NOON: Seconds = Seconds(1_782_878_400);
const TERMS: Terms = Terms { sealed: NOON, lifetime: 366 * SECONDS_PER_DAY };
const VERSION: Version = Version { number: 3, status_index: 1_048_575 };
/// Characters a QR code of version 16-L takes in alphanumeric mode (GB/T 18284).
const LARGEST: usize = 854;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32]).unwrap()
}

/// The first generated record of a kind with some members set, or taken out where null.
fn record(kind: &str, members: Value) -> Record {
    let mut records = Generator::new(1, RecordDay::parse(TODAY).unwrap());
    let record = records.find(|record| record.kind().code() == kind).unwrap();
    let mut line: Value = serde_json::from_slice(&record.to_line()).unwrap();
    for (name, value) in members.as_object().unwrap() {
        line[name] = value.clone();
    }
    Record::from_json(line.to_string().as_bytes()).unwrap().record
}

fn sealed(kind: &str, members: Value) -> Credential {
    TERMS.credential(&record(kind, members), VERSION, None)
}

#[test]
fn what_is_personal_does_not_travel() {
    for record in Generator::new(1, RecordDay::parse(TODAY).unwrap()).take(500) {
        let shown = format!("{:?}", TERMS.credential(&record, VERSION, None));
        let items = record.items();
        let address = items.text("holderAddress").unwrap_or("no address");
        assert!(!shown.contains(address), "{}", record.kind().code());
        if let Some(id) = record.holder().citizen_id() {
            assert!(!shown.contains(id.as_str()), "{}", record.kind().code());
        }
    }
}

#[test]
fn the_tail_is_there_unless_the_number_shows_it() {
    let driver = sealed("071", json!({})).face;
    assert!(driver.number.contains("********"));
    assert_eq!(driver.tail, None);
    let vehicle = record("013", json!({}));
    let face = TERMS.credential(&vehicle, VERSION, None).face;
    assert!(vehicle.holder().code().ends_with(face.tail.as_deref().unwrap()));
    assert_eq!(face.number, vehicle.number().as_str());
}

#[test]
fn the_credential_never_outlives_the_certificates_last_day() {
    let days = json!({ "validFrom": "20250101", "validTo": "20260731" });
    let credential = sealed("013", days);
    assert_eq!(credential.valid_from, Day(20_089).start());
    assert_eq!(credential.face.last_day, Some(Day(20_665)));
    assert_eq!(credential.expires, Day(20_666).start());
}

#[test]
fn a_credential_ends_after_its_lifetime_where_the_certificate_is_good_for_longer() {
    for end in ["20400101", "99991231"] {
        let credential = sealed("013", json!({ "validFrom": "20250101", "validTo": end }));
        assert_eq!(credential.expires, NOON.plus(366 * SECONDS_PER_DAY));
    }
    assert_eq!(sealed("013", json!({ "validTo": "99991231" })).face.last_day, None);
}

#[test]
fn a_specimen_says_so() {
    assert!(sealed("071", json!({ "specimen": true })).face.specimen);
    assert!(!sealed("071", json!({})).face.specimen);
}

#[test]
fn the_largest_certificate_on_a_phone_fits_the_largest_code() {
    let scopes: Vec<String> = (1..=128).map(|n| format!("{:05}", 1000 + n)).collect();
    let members = json!({ "ownerName": null, "holderName": "澄".repeat(256), "businessScopeCode": scopes,
        "vehicleNo": "辽AD12345", "specimen": true, "validTo": "20990101" });
    let vehicle = record("013", members);
    let device = SigningKey::from_bytes(&[8; 32]).unwrap();
    let credential = TERMS.credential(&vehicle, VERSION, Some(device.public_key()));
    let presentation = Presentation { made: NOON, expires: NOON.plus(60), cti: Cti([0xff; 8]) };
    let bytes = presentation.sign(&credential.seal(&key()).unwrap(), Maker::Device, &device).unwrap();
    let code = token::format("https://dianzizhengzhao.example.gov.cn:8443", &bytes);
    assert!(code.len() <= LARGEST, "{}", code.len());
}

#[test]
fn what_is_sealed_names_its_key_and_its_end() {
    let record = record("013", json!({}));
    let sealed = TERMS.seal(&record, VERSION, &key()).unwrap();
    let credential = TERMS.credential(&record, VERSION, None);
    assert_eq!(sealed.bytes, credential.seal(&key()).unwrap());
    assert_eq!((sealed.key, sealed.at, sealed.expires), (key().public_key().id(), NOON, credential.expires));
}
