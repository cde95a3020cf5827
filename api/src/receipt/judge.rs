//! Judging a receipt: the verdict repeated as of the scan, what is odd, and what the scan activates. Pure.

use verifier_core::presentation::Maker;
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, Outcome, Reason, State, Verdict};

use super::evidence::{Case, Evidence};
use super::flag::{self, CLOCK_ALLOWANCE, Flag, LATE_AFTER};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::store::activations::Source;
use crate::store::devices::DeviceRow;
use crate::store::receipts::ReceiptRow;
use crate::verification::{self, status};

/// A receipt that was judged, ready to be kept.
pub enum Judged {
    /// There is one with its id already.
    Known {
        /// What came in now.
        digest: [u8; 32],
        /// What is kept.
        kept: Box<ReceiptRow>,
    },
    /// New.
    New {
        /// What is to be kept.
        row: Box<ReceiptRow>,
        /// What it proves the use of.
        activations: Vec<Activation>,
        /// What its verdict came to.
        verdict: (Outcome, Option<Reason>),
    },
}

/// A use of a certificate that a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Which certificate.
    pub certificate_id: String,
    /// What kind of use.
    pub source: Source,
    /// When: the time of the scan, in unix milliseconds.
    pub occurred_at: i64,
    /// When this server learnt of it, in unix milliseconds.
    pub recorded_at: i64,
    /// What proves it.
    pub evidence: String,
}

impl Judged {
    /// Outcome and reason, when it was judged now.
    pub const fn verdict(&self) -> Option<(Outcome, Option<Reason>)> {
        match self {
            Self::Known { .. } => None,
            Self::New { verdict, .. } => Some(*verdict),
        }
    }
}

impl Case {
    /// Judges it. `iss` is this province, `officer` who uploaded it.
    pub fn judge(self, iss: &str, officer: &Account, received: Timestamp) -> Judged {
        match self {
            Self::Known { digest, kept } => Judged::Known { digest, kept },
            Self::New(evidence) => evidence.judge(iss, officer, received),
        }
    }
}

impl Evidence {
    fn judge(&self, iss: &str, officer: &Account, received: Timestamp) -> Judged {
        let verdict = self.verdict(iss);
        let signer = self.signer();
        let flags = self.flags(&verdict, signer, officer, received);
        let bound = verdict.certificate.is_some();
        let certificate_id =
            self.known.as_ref().filter(|_| bound).map(|(known, _)| known.certificate.id.clone());
        let row = ReceiptRow {
            account_id: officer.id.clone(),
            device_id: signer.map(|device| device.id.clone()),
            certificate_id,
            received_at: received.millis(),
            server_outcome: verdict.outcome.code().to_owned(),
            server_reason: verdict.reason.map(|reason| reason.code().to_owned()),
            flags: flag::write(&flags),
            ..self.as_it_came()
        };
        let counts = verdict.outcome == Outcome::Valid && !flags.iter().any(|flag| flag.bars_activation());
        let activations = if counts { self.activations(&row, &verdict) } else { Vec::new() };
        Judged::New { row: Box::new(row), activations, verdict: (verdict.outcome, verdict.reason) }
    }

    /// The verdict as of the scan, with what this server knew then and a device that has seen nothing before.
    fn verdict(&self, iss: &str) -> Verdict {
        let receipt = &self.submission.receipt;
        let bundle: Result<Bundle, _> = self.trust.as_ref().clone().map(|trust| {
            let scanned = receipt.scanned_at;
            let status = self.known.as_ref().map(|(known, events)| {
                let status = status::as_of(&known.certificate, &known.version, events, scanned.into());
                (known.index, status)
            });
            verification::with_status(trust, iss, status, scanned)
        });
        let bundle = bundle.as_ref().map_err(|error| *error);
        verifier_core::verify(&receipt.code, bundle, receipt.scanned_at, &State::default())
    }

    /// The officer's device that signed, if one did and had not been revoked by then.
    fn signer(&self) -> Option<&DeviceRow> {
        let signed = self.submission.signed.as_ref()?;
        let scanned = Timestamp::from(self.submission.receipt.scanned_at).millis();
        self.signers.iter().filter(|device| device.revoked_at.is_none_or(|revoked| scanned < revoked)).find(
            |device| {
                let key = PublicKey::from_sec1(&device.public_key);
                key.is_ok_and(|key| signed.parsed.clone().verify(&key).is_ok())
            },
        )
    }

    fn flags(
        &self,
        verdict: &Verdict,
        signer: Option<&DeviceRow>,
        officer: &Account,
        received: Timestamp,
    ) -> Vec<Flag> {
        let receipt = &self.submission.receipt;
        let scanned = Timestamp::from(receipt.scanned_at);
        let signature_invalid = self.submission.signed.is_some() && signer.is_none();
        [
            (Flag::VerdictDiffers, verdict.outcome.code() != receipt.outcome),
            (Flag::UnknownCode, self.known.is_none()),
            (Flag::ClaimsDiffer, self.claims_differ()),
            (Flag::ClockAhead, scanned > received.plus_seconds(CLOCK_ALLOWANCE)),
            (Flag::Late, scanned < received.plus_seconds(-LATE_AFTER)),
            (Flag::SignatureInvalid, signature_invalid),
            (Flag::OtherOfficer, signer.is_some_and(|device| device.account_id != officer.id)),
        ]
        .into_iter()
        .filter_map(|(flag, applies)| applies.then_some(flag))
        .collect()
    }

    /// Whether the device names something that the code does not say.
    fn claims_differ(&self) -> bool {
        let receipt = &self.submission.receipt;
        let cti = self.reference.as_ref().map(|reference| reference.cti);
        let certificate = self.reference.as_ref().map(|reference| &reference.certificate);
        (receipt.cti.is_some() && receipt.cti != cti)
            || (receipt.certificate.is_some() && receipt.certificate.as_ref() != certificate)
    }

    /// What the device and the code say, before anything this server adds.
    fn as_it_came(&self) -> ReceiptRow {
        let receipt = &self.submission.receipt;
        let certificate = self.reference.as_ref().map(|reference| &reference.certificate);
        ReceiptRow {
            id: receipt.id.to_string(),
            digest: self.submission.digest().to_vec(),
            account_id: String::new(),
            device_id: None,
            signed: self.submission.signed.as_ref().map(|signed| signed.bytes.clone()),
            officer: receipt.officer.clone(),
            device: receipt.device.clone(),
            code: receipt.code.clone(),
            certificate_id: None,
            cti: self.reference.as_ref().map(|reference| reference.cti.to_string()),
            certificate_iss: certificate.map(|certificate| certificate.iss.clone()),
            status_index: certificate.map(|certificate| wide(certificate.idx)),
            version: certificate.map(|certificate| i32::try_from(certificate.version).unwrap_or(i32::MAX)),
            outcome: receipt.outcome.clone(),
            reason: receipt.reason.clone(),
            bundle_seq: receipt.bundle_seq.map(wide),
            status_iat: receipt.status_iat.map(|issued| wide(issued.0)),
            scanned_at: Timestamp::from(receipt.scanned_at).millis(),
            received_at: 0,
            place: receipt.place.clone(),
            purpose: receipt.purpose.clone(),
            server_outcome: String::new(),
            server_reason: None,
            flags: String::new(),
        }
    }

    /// What a valid scan proves: an officer's check, and, where the phone made the code and no server knew, that its
    /// holder used it. Specimens count for nothing.
    fn activations(&self, row: &ReceiptRow, verdict: &Verdict) -> Vec<Activation> {
        let (Some(certificate_id), Some((known, _)), Some(shown)) =
            (&row.certificate_id, &self.known, verdict.presentation)
        else {
            return Vec::new();
        };
        if known.certificate.specimen {
            return Vec::new();
        }
        let activation = |source, evidence| Activation {
            certificate_id: certificate_id.clone(),
            source,
            occurred_at: row.scanned_at,
            recorded_at: row.received_at,
            evidence,
        };
        let check = activation(Source::OfficerCheck, row.id.clone());
        let by_phone = shown.by == Maker::Device;
        let holder_use = by_phone.then(|| activation(Source::HolderUse, shown.cti.to_string()));
        [check].into_iter().chain(holder_use).collect()
    }
}

/// Numbers beyond the database's are nobody's: they are kept as its largest.
fn wide(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
