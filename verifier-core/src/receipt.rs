//! The receipt: what an officer's device keeps of a scan, signed by its own key when it was offline.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cbor::{CborError, Map, MapWriter, Value};
use crate::cose::{self, Header, Sign1, Tag};
use crate::presentation::Cti;
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::Seconds;
use crate::verdict::Verdict;

/// Keeps receipts apart from everything else a device key signs.
const TYPE: &str = "application/yzt-receipt+cbor";

/// Longest signed receipt, in bytes. A QR code holds up to 7,089 characters, and a scan of any code leaves a receipt.
pub const MAX_RECEIPT: usize = 12 << 10;

/// Longest text in a signed receipt, in bytes.
const MAX_TEXT: usize = 8 << 10;

/// Longest place or purpose, in bytes.
pub const MAX_NOTE: usize = 600;

/// Names a receipt: a UUID made by the device, which makes uploading it twice harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptId(pub [u8; 16]);

/// The text is not a UUID in its usual form of 36 lower-case characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAReceiptId;

impl fmt::Display for NotAReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a receipt's id is a UUID, 8-4-4-4-12 lower-case hexadecimal digits")
    }
}

impl core::error::Error for NotAReceiptId {}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let hyphen = if [4, 6, 8, 10].contains(&at) { "-" } else { "" };
            write!(f, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for ReceiptId {
    type Err = NotAReceiptId;

    fn from_str(text: &str) -> Result<Self, NotAReceiptId> {
        let bytes =
            data_encoding::HEXLOWER.decode(text.replace('-', "").as_bytes()).map_err(|_| NotAReceiptId)?;
        let id = Self(bytes.try_into().map_err(|_| NotAReceiptId)?);
        if id.to_string() == text { Ok(id) } else { Err(NotAReceiptId) }
    }
}

impl TryFrom<String> for ReceiptId {
    type Error = NotAReceiptId;

    fn try_from(text: String) -> Result<Self, NotAReceiptId> {
        text.parse()
    }
}

impl From<ReceiptId> for String {
    fn from(id: ReceiptId) -> Self {
        id.to_string()
    }
}

/// A certificate without its personal data: where it stands in its issuer's status list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateReference {
    /// Division code of the issuing authority.
    pub iss: String,
    /// Place in the status list.
    pub idx: u64,
    /// Version of the certificate.
    pub version: u32,
}

/// What is kept of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Its name.
    pub id: ReceiptId,
    /// Code text, exactly as scanned, so that the verdict can be repeated.
    pub code: String,
    /// Name of the presentation, where one could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cti: Option<Cti>,
    /// The certificate, where one could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateReference>,
    /// The verdict's outcome code.
    pub outcome: String,
    /// The verdict's reason code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `seq` of the trust list used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_seq: Option<u64>,
    /// `iat` of the status list used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_iat: Option<Seconds>,
    /// The officer's account or badge.
    pub officer: String,
    /// The device.
    pub device: String,
    /// Time of the scan by the device's clock.
    pub scanned_at: Seconds,
    /// Where, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What the check was for.
    pub purpose: String,
}

impl Receipt {
    /// Fills in what the verdict says. The caller adds who, where and what for.
    #[must_use]
    pub fn of(verdict: &Verdict, id: ReceiptId, code: &str, scanned_at: Seconds) -> Self {
        let certificate = verdict.certificate.as_ref();
        Self {
            id,
            code: code.to_owned(),
            cti: verdict.presentation.map(|shown| shown.cti),
            certificate: certificate.map(|certificate| CertificateReference {
                iss: certificate.issuer.clone(),
                idx: certificate.status_index,
                version: certificate.version,
            }),
            outcome: verdict.outcome.code().to_owned(),
            reason: verdict.reason.map(|reason| reason.code().to_owned()),
            bundle_seq: verdict.established.trust_list_seq,
            status_iat: verdict.established.status_as_of,
            officer: String::new(),
            device: String::new(),
            scanned_at,
            place: None,
            purpose: String::new(),
        }
    }

    /// Signs the receipt with the device's key: a tagged COSE_Sign1.
    pub fn sign<S: Sign>(&self, device: &S) -> Result<Vec<u8>, S::Error> {
        let header = Header { kid: Some(device.key_id()), typ: Some(TYPE.to_owned()), kcwt: None };
        cose::sign(&header, &self.to_value(), Tag::Tagged, device)
    }

    fn to_value(&self) -> Value {
        let certificate = self.certificate.as_ref().map(|certificate| {
            MapWriter::default()
                .with("iss", &certificate.iss)
                .with("idx", certificate.idx)
                .with("version", certificate.version)
                .finish()
        });
        MapWriter::default()
            .with("id", self.id.0.to_vec())
            .with("code", &self.code)
            .maybe("cti", self.cti.map(|cti| cti.0.to_vec()))
            .maybe("certificate", certificate)
            .with("outcome", &self.outcome)
            .maybe("reason", self.reason.as_ref())
            .maybe("bundle_seq", self.bundle_seq)
            .maybe("status_iat", self.status_iat)
            .with("officer", &self.officer)
            .with("device", &self.device)
            .with("scanned_at", self.scanned_at)
            .maybe("place", self.place.as_ref())
            .with("purpose", &self.purpose)
            .finish()
    }

    fn from_map(map: Map<'_>) -> Result<Self, CborError> {
        let text = |key: &str| map.get(key)?.text().map(str::to_owned);
        let maybe_text = |key: &str| map.maybe(key).map(|v| v.text().map(str::to_owned)).transpose();
        let maybe_uint = |key: &str| map.maybe(key).map(Value::uint).transpose();
        Ok(Self {
            id: ReceiptId(map.get("id")?.array_of()?),
            code: text("code")?,
            cti: map.maybe("cti").map(Value::array_of).transpose()?.map(Cti),
            certificate: map.maybe("certificate").map(reference).transpose()?,
            outcome: text("outcome")?,
            reason: maybe_text("reason")?,
            bundle_seq: maybe_uint("bundle_seq")?,
            status_iat: maybe_uint("status_iat")?.map(Seconds),
            officer: text("officer")?,
            device: text("device")?,
            scanned_at: Seconds(map.get("scanned_at")?.uint()?),
            place: maybe_text("place")?,
            purpose: text("purpose")?,
        })
    }
}

fn reference(value: &Value) -> Result<CertificateReference, CborError> {
    let map = value.map()?;
    Ok(CertificateReference {
        iss: map.get("iss")?.text()?.to_owned(),
        idx: map.get("idx")?.uint()?,
        version: map.get("version")?.small()?,
    })
}

/// Why bytes are not a signed receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// Not what the protocol describes.
    Malformed,
    /// The key offered is not the one that signed.
    Forged,
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a signed receipt",
            Self::Forged => "the receipt's signature is not this device's",
        })
    }
}

impl core::error::Error for ReceiptError {}

/// A signed receipt that was read but not yet believed.
#[derive(Clone, Debug)]
pub struct SignedReceipt {
    envelope: Sign1,
    kid: KeyId,
    receipt: Receipt,
}

impl SignedReceipt {
    /// Reads a signed receipt.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let read = || {
            if bytes.len() > MAX_RECEIPT {
                return Err(CborError::Claim);
            }
            let envelope = Sign1::parse(bytes, Tag::Tagged)?;
            let kid = envelope.header.kid.ok_or(CborError::Claim)?;
            let receipt = Receipt::from_map(envelope.claims(MAX_TEXT)?.map()?)?;
            let is_receipt = envelope.header.typ.as_deref() == Some(TYPE);
            is_receipt.then_some(Self { envelope, kid, receipt }).ok_or(CborError::Claim)
        };
        read().map_err(|_: CborError| ReceiptError::Malformed)
    }

    /// The id of the key that is said to have signed: find the device by it.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.kid
    }

    /// The receipt's name, before its signature is believed: for naming it in an answer.
    #[must_use]
    pub const fn id(&self) -> ReceiptId {
        self.receipt.id
    }

    /// The receipt, once `device` is known to have signed it.
    pub fn verify(self, device: &PublicKey) -> Result<Receipt, ReceiptError> {
        if self.envelope.verifies(device) { Ok(self.receipt) } else { Err(ReceiptError::Forged) }
    }

    /// What it says although nobody is known to have signed it: to be kept and flagged, never believed.
    #[must_use]
    pub fn unverified(self) -> Receipt {
        self.receipt
    }
}

#[cfg(test)]
mod tests;
