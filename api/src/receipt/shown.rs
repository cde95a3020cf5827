//! A kept receipt as it is shown to its officer and to operators.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::Seconds;
use verifier_core::receipt::{CertificateReference, Receipt};

use super::{Flag, flag};
use crate::clock::Timestamp;
use crate::store::receipts::ReceiptRow;

/// A receipt and what this server made of it.
#[derive(Serialize, ToSchema)]
pub struct Kept {
    /// The receipt (protocol §7). What it says of certificate and presentation is what the code itself says.
    #[schema(value_type = Object)]
    receipt: Receipt,
    /// As the device signed it, base64url without padding.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<String>,
    /// The registered device whose signature it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    /// The account that uploaded it.
    account_id: String,
    /// When it arrived here.
    received_at: Timestamp,
    /// The certificate, when both signatures of the code are good and it is one of this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_id: Option<String>,
    /// This server's verdict as of the scan: `valid`, `invalid` or `undetermined`.
    #[schema(example = "valid")]
    outcome: String,
    /// The verdict's reason; absent when valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What is odd about it.
    flags: Vec<Flag>,
}

impl Kept {
    /// As it is shown; `None` when the row is none that this program wrote.
    #[must_use]
    pub fn of(row: ReceiptRow) -> Option<Self> {
        Some(Self {
            signed: row.signed.as_ref().map(|bytes| URL_SAFE_NO_PAD.encode(bytes)),
            device_id: row.device_id.clone(),
            account_id: row.account_id.clone(),
            received_at: Timestamp(row.received_at),
            certificate_id: row.certificate_id.clone(),
            outcome: row.server_outcome.clone(),
            reason: row.server_reason.clone(),
            flags: flag::read(&row.flags),
            receipt: receipt(row)?,
        })
    }
}

fn receipt(row: ReceiptRow) -> Option<Receipt> {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
    let certificate = row.certificate_iss.zip(row.status_index).zip(row.version);
    Some(Receipt {
        id: row.id.parse().ok()?,
        code: row.code,
        cti: row.cti.and_then(|cti| cti.parse().ok()),
        certificate: certificate.map(|((iss, index), version)| CertificateReference {
            iss,
            idx: unsigned(index),
            version: u32::try_from(version).unwrap_or_default(),
        }),
        outcome: row.outcome,
        reason: row.reason,
        bundle_seq: row.bundle_seq.map(unsigned),
        status_iat: row.status_iat.map(unsigned).map(Seconds),
        officer: row.officer,
        device: row.device,
        scanned_at: Timestamp(row.scanned_at).seconds(),
        place: row.place,
        purpose: row.purpose,
    })
}
