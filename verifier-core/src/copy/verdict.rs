//! What a copy comes to: whether it is as it was issued, and what has become of the certificate since.

use serde::Serialize;

use super::Annotation;
use crate::bundle::BundleError;
use crate::reasons::{CopyReason, Outcome, Since};
use crate::status::Status;
use crate::time::Seconds;
use crate::verdict::{Certificate, Display, Explanation};

/// The verdict on a copy. *Valid* says that it is as the authority issued it; [`Self::since`] what of that still holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CopyVerdict {
    /// Valid, invalid or undetermined.
    pub outcome: Outcome,
    /// The reason that decided; `None` when valid.
    pub reason: Option<CopyReason>,
    /// What has become of the certificate; only of a valid copy.
    pub since: Option<Since>,
    /// The colour.
    pub display: Display,
    /// Sentences and next steps of the reason and of what has become of the certificate.
    pub explanations: Vec<Explanation>,
    /// The certificate as it was when the copy was made; only when both signatures are good.
    pub certificate: Option<Certificate>,
    /// What the copy says of itself; only when both signatures are good.
    pub copy: Option<Copied>,
    /// The authority issued the certificate.
    pub seal: bool,
    /// The copy was signed by whoever may.
    pub signed: bool,
    /// Number of the trust list used.
    pub trust_list_seq: Option<u64>,
    /// Time of the trust list used.
    pub trust_list_issued: Option<Seconds>,
    /// What the status list said, if anything.
    pub status: Option<Status>,
    /// As of when.
    pub status_as_of: Option<Seconds>,
    /// Why the bundle could not be used.
    pub bundle_error: Option<&'static str>,
}

/// What a copy says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// 16 digits.
    pub serial: String,
    /// Who it is for.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// Made at.
    pub made: Seconds,
    /// Not to be used from here on.
    pub expires: Option<Seconds>,
    /// SM3 over everything that stands on it, hexadecimal.
    pub digest: String,
}

impl CopyVerdict {
    /// The verdict of a step that decides alone.
    pub(super) fn because(reason: CopyReason) -> Self {
        let explanation =
            Explanation { code: reason.code(), message: reason.message(), next_step: reason.next_step() };
        let display = match reason.outcome() {
            Outcome::Invalid => Display::Red,
            _ => Display::Undetermined,
        };
        Self {
            outcome: reason.outcome(),
            reason: Some(reason),
            explanations: vec![explanation],
            ..Self::of(display)
        }
    }

    /// A copy that is as it was issued.
    pub(super) fn as_issued(since: Since, specimen: bool) -> Self {
        let explanation =
            Explanation { code: since.code(), message: since.message(), next_step: since.next_step() };
        let display = match since {
            _ if specimen => Display::Grey,
            Since::Unchanged => Display::Green,
            _ => Display::Amber,
        };
        Self { since: Some(since), explanations: vec![explanation], ..Self::of(display) }
    }

    pub(super) fn without_bundle(error: BundleError) -> Self {
        let reason = match error {
            BundleError::ClientTooOld => CopyReason::ClientTooOld,
            _ => CopyReason::BundleInvalid,
        };
        Self { bundle_error: Some(error.code()), ..Self::because(reason) }
    }

    const fn of(display: Display) -> Self {
        Self {
            outcome: Outcome::Valid,
            reason: None,
            since: None,
            display,
            explanations: Vec::new(),
            certificate: None,
            copy: None,
            seal: false,
            signed: false,
            trust_list_seq: None,
            trust_list_issued: None,
            status: None,
            status_as_of: None,
            bundle_error: None,
        }
    }
}

impl From<&Annotation> for Copied {
    fn from(annotation: &Annotation) -> Self {
        Self {
            serial: format!("{:016}", annotation.serial),
            recipient: annotation.recipient.clone(),
            purpose: annotation.purpose.clone(),
            made: annotation.made,
            expires: annotation.expires,
            digest: data_encoding::HEXLOWER.encode(&annotation.digest),
        }
    }
}
