//! Receipts come back as they were signed, and in no other way.

use super::*;
use crate::sm2::SigningKey;

fn receipt() -> Receipt {
    Receipt {
        id: ReceiptId([0x5a; 16]),
        code: "HTTPS://YZT.EXAMPLE/V/1QQ".to_owned(),
        cti: Some(Cti([1; 8])),
        certificate: Some(CertificateReference { iss: "210100".to_owned(), idx: 7, version: 1 }),
        outcome: "valid".to_owned(),
        reason: None,
        bundle_seq: Some(3),
        status_iat: None,
        officer: "LN-0001".to_owned(),
        device: "d-1".to_owned(),
        scanned_at: Seconds(1_800_000_000),
        place: Some("沈阳绕城高速出口".to_owned()),
        purpose: "路面执法检查".to_owned(),
    }
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&[9; 32]).unwrap()
}

#[test]
fn a_signed_receipt_comes_back_as_it_was() {
    let bytes = receipt().sign(&device()).unwrap();
    let signed = SignedReceipt::parse(&bytes).unwrap();
    assert_eq!((signed.key_id(), signed.id()), (device().public_key().id(), receipt().id));
    assert_eq!(signed.verify(&device().public_key()), Ok(receipt()));
}

#[test]
fn a_scan_of_the_fullest_qr_code_leaves_a_receipt() {
    let fullest = Receipt { code: "8".repeat(7_089), ..receipt() };
    let bytes = fullest.sign(&device()).unwrap();
    assert_eq!(SignedReceipt::parse(&bytes).unwrap().unverified(), fullest);
    assert!(bytes.len() < MAX_RECEIPT);
    let larger = Receipt { place: Some("x".repeat(8_192)), ..fullest }.sign(&device()).unwrap();
    assert_eq!(SignedReceipt::parse(&larger).err(), Some(ReceiptError::Malformed));
}

#[test]
fn no_changed_byte_is_believed() {
    let bytes = receipt().sign(&device()).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let believed =
            SignedReceipt::parse(&changed).and_then(|signed| signed.verify(&device().public_key()));
        assert!(believed.is_err(), "byte {at}");
    }
}

#[test]
fn a_presentation_is_no_receipt() {
    let shown = crate::presentation::Presentation { made: Seconds(1), expires: Seconds(2), cti: Cti([0; 8]) };
    let bytes = shown.sign(&[], crate::presentation::Maker::Server, &device()).unwrap();
    assert_eq!(SignedReceipt::parse(&bytes).err(), Some(ReceiptError::Malformed));
}

#[test]
fn json_and_cbor_say_the_same() {
    let json = serde_json::to_string(&receipt()).unwrap();
    assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt());
    assert!(serde_json::from_str::<Receipt>(&json.replace("\"purpose\"", "\"purpos\"")).is_err());
}

#[test]
fn ids_have_one_form() {
    let id = ReceiptId([0x5a; 16]);
    assert_eq!(id.to_string(), "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
    assert_eq!(id.to_string().parse(), Ok(id));
    for text in ["", "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "5A5A5A5A-5A5A-5A5A-5A5A-5A5A5A5A5A5A"] {
        assert_eq!(text.parse::<ReceiptId>(), Err(NotAReceiptId));
    }
}
