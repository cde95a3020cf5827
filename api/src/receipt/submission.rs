//! What comes in: a receipt as JSON, or signed by the device. Each is checked by itself, so that a bad one never
//! spoils its neighbours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use verifier_core::receipt::{MAX_NOTE, MAX_RECEIPT, Receipt, ReceiptId, SignedReceipt};
use verifier_core::sm2::sm3;

use super::{Answer, ReceiptState};
use crate::problem::Finding;

/// Longest code text in a receipt, in bytes: more than any QR code holds, because a scan of any code leaves a receipt.
const MAX_SCANNED: usize = 8 << 10;
/// Longest reason code, in bytes. A newer client may know reasons that this server does not.
const MAX_REASON: usize = 64;
const OUTCOMES: [&str; 3] = ["valid", "invalid", "undetermined"];
const SOURCE: &str = "protocol §7";

/// A receipt in one of its two forms, as the documents show it.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[serde(untagged)]
pub enum Item {
    /// As JSON.
    Plain {
        /// The receipt (protocol §7).
        #[schema(value_type = Object)]
        receipt: Box<Receipt>,
    },
    /// Signed by the device.
    Signed {
        /// The tagged COSE_Sign1 (protocol §7), base64url without padding.
        signed: String,
    },
}

/// A receipt that may be kept.
pub struct Submission {
    /// What it says.
    pub receipt: Receipt,
    /// As the device signed it, where it did.
    pub signed: Option<Signed>,
}

/// A signed receipt, not yet believed.
pub struct Signed {
    /// As it came.
    pub bytes: Vec<u8>,
    /// As it was read.
    pub parsed: SignedReceipt,
}

/// What cannot be kept, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Rejected {
    id: Option<ReceiptId>,
    findings: Vec<Finding>,
}

impl Submission {
    /// Reads one item of an upload.
    pub fn read(item: &Value) -> Result<Self, Rejected> {
        let form =
            |name| item.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get(name));
        let submission = match (form("receipt"), form("signed")) {
            (Some(receipt), _) => Self { receipt: plain(receipt)?, signed: None },
            (_, Some(signed)) => {
                let signed = Signed::read(signed).ok_or_else(|| rejected(None, "signed", "unreadable"))?;
                Self { receipt: signed.parsed.clone().unverified(), signed: Some(signed) }
            }
            _ => return Err(rejected(None, "receipt", "required")),
        };
        let findings = findings(&submission.receipt);
        let id = Some(submission.receipt.id);
        if findings.is_empty() { Ok(submission) } else { Err(Rejected { id, findings }) }
    }

    /// Digest of the content: who sends it again, signed anew, sends the same.
    pub fn digest(&self) -> [u8; 32] {
        // A receipt is texts and numbers: writing it as JSON cannot fail.
        sm3(&serde_json::to_vec(&self.receipt).unwrap_or_default())
    }
}

impl Signed {
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str().filter(|text| text.len() <= MAX_RECEIPT * 4 / 3 + 4)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let parsed = SignedReceipt::parse(&bytes).ok()?;
        Some(Self { bytes, parsed })
    }
}

fn plain(value: &Value) -> Result<Receipt, Rejected> {
    Receipt::deserialize(value).map_err(|error| {
        let id = value.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        // serde's text may repeat what was sent; only the name of a missing field of ours is told on.
        let text = error.to_string();
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        match missing {
            Some(field) => rejected(id, field.to_owned(), "required"),
            None => rejected(id, "receipt", "unreadable"),
        }
    })
}

fn findings(receipt: &Receipt) -> Vec<Finding> {
    let place = receipt.place.as_deref().unwrap_or_default();
    let reason = receipt.reason.as_deref().unwrap_or_default();
    let issuer = receipt.certificate.as_ref().map_or("", |certificate| certificate.iss.as_str());
    let texts = [
        ("code", receipt.code.as_str(), MAX_SCANNED),
        ("place", place, MAX_NOTE),
        ("purpose", &receipt.purpose, MAX_NOTE),
        ("officer", &receipt.officer, MAX_NOTE),
        ("device", &receipt.device, MAX_NOTE),
        ("reason", reason, MAX_REASON),
        ("certificate", issuer, MAX_REASON),
    ];
    let too_long =
        texts.iter().filter(|(_, text, most)| text.len() > *most).map(|(item, ..)| (*item, "too_long"));
    // PostgreSQL keeps every character in a text but this one.
    let unfit =
        texts.iter().filter(|(_, text, _)| text.contains('\0')).map(|(item, ..)| (*item, "unfit_character"));
    let blank = receipt.purpose.trim().is_empty().then_some(("purpose", "required"));
    let outcome = (!OUTCOMES.contains(&receipt.outcome.as_str())).then_some(("outcome", "unknown_code"));
    too_long.chain(unfit).chain(blank).chain(outcome).map(|(item, rule)| finding(item, rule)).collect()
}

fn rejected(
    id: Option<ReceiptId>,
    item: impl Into<std::borrow::Cow<'static, str>>,
    rule: &'static str,
) -> Rejected {
    Rejected { id, findings: vec![finding(item, rule)] }
}

fn finding(item: impl Into<std::borrow::Cow<'static, str>>, rule: &'static str) -> Finding {
    Finding { item: item.into(), rule: rule.into(), source: Some(SOURCE.into()) }
}

impl From<Rejected> for Answer {
    fn from(rejected: Rejected) -> Self {
        Self {
            id: rejected.id.map(|id| id.to_string()),
            state: ReceiptState::Rejected,
            flags: Vec::new(),
            outcome: None,
            reason: None,
            findings: rejected.findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use verifier_core::sm2::SigningKey;

    use super::*;
    use crate::receipt::samples::receipt;

    fn rules(item: &Value) -> Vec<(String, String)> {
        let rejected = Submission::read(item).err().unwrap();
        rejected.findings.into_iter().map(|f| (f.item.into_owned(), f.rule.into_owned())).collect()
    }

    fn changed(field: &str, value: Value) -> Value {
        let mut receipt = json!(receipt());
        receipt[field] = value;
        json!({ "receipt": receipt })
    }

    #[test]
    fn both_forms_of_a_receipt_are_the_same_content() {
        let bytes = receipt().sign(&SigningKey::from_bytes(&[9; 32]).unwrap()).unwrap();
        let plain = Submission::read(&json!({ "receipt": receipt() })).ok().unwrap();
        let signed = Submission::read(&json!({ "signed": URL_SAFE_NO_PAD.encode(bytes) })).ok().unwrap();
        assert_eq!(plain.digest(), signed.digest());
        assert!(plain.signed.is_none() && signed.signed.is_some());
    }

    #[test]
    fn a_check_without_a_purpose_is_not_kept() {
        for purpose in [json!(""), json!(" \u{3000}")] {
            assert_eq!(rules(&changed("purpose", purpose)), [("purpose".to_owned(), "required".to_owned())]);
        }
        let mut without = json!({ "receipt": receipt() });
        without["receipt"].as_object_mut().unwrap().remove("purpose");
        assert_eq!(rules(&without), [("purpose".to_owned(), "required".to_owned())]);
    }

    #[test]
    fn what_no_column_could_hold_is_not_kept() {
        for (field, value, rule) in [
            ("code", json!("x".repeat(MAX_SCANNED + 1)), "too_long"),
            ("place", json!("x".repeat(MAX_NOTE + 1)), "too_long"),
            ("officer", json!("x\0"), "unfit_character"),
            ("outcome", json!("green"), "unknown_code"),
        ] {
            assert_eq!(rules(&changed(field, value)), [(field.to_owned(), rule.to_owned())]);
        }
    }

    #[test]
    fn what_is_no_receipt_is_named_without_repeating_it() {
        for item in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "receipt": 1 }),
            json!({ "receipt": receipt(), "signed": "" }),
            json!({ "signed": "张三" }),
            json!({ "signed": "AAAA" }),
            changed("scanned_at", json!("张三")),
            changed("张三", json!(1)),
        ] {
            assert!(rules(&item).iter().all(|(item, rule)| !item.contains("张三") && !rule.contains("张三")));
        }
    }

    #[test]
    fn a_receipt_that_cannot_be_read_is_still_told_by_its_id() {
        let rejected = Submission::read(&changed("scanned_at", json!(-1))).err().unwrap();
        assert_eq!(rejected.id, Some(receipt().id));
    }
}
