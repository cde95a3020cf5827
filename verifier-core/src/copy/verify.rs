//! Deciding about a copy: a pure function of code text, bundle, time and the newest time this device has seen signed.
//!
//! The steps are those of `docs/protocol.md` §11, in its order; the first that finds something decides.

use super::Unverified;
use super::verdict::{Copied, CopyVerdict};
use crate::bundle::{Bundle, BundleError};
use crate::reasons::{CopyReason, Reason, Since};
use crate::state::State;
use crate::status::{Status, StatusList};
use crate::time::Seconds;
use crate::token::{self, TokenError};
use crate::trust::{Issuer, KeyUse, TrustList};
use crate::verdict::Certificate;
use crate::verify::{CLOCK_ALLOWANCE, TOO_OLD_AFTER, keys, sealed_by};

/// Decides about the code of an annotated copy. Never panics; bounded as [`crate::verify()`] is.
#[must_use]
pub fn verify_copy(
    code: &str,
    bundle: Result<&Bundle, BundleError>,
    now: Seconds,
    state: &State,
) -> CopyVerdict {
    let copy = match read(code) {
        Ok(copy) => copy,
        Err(reason) => return CopyVerdict::because(reason),
    };
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(error) => return CopyVerdict::without_bundle(error),
    };
    let trust = bundle.trust().claims();
    let verdict = match authenticate(&copy, bundle.trust()) {
        Ok(issuer) => judge(&Look { copy: &copy, bundle, issuer, now, state }),
        Err((reason, seal)) => CopyVerdict { seal, ..CopyVerdict::because(reason) },
    };
    CopyVerdict { trust_list_seq: Some(trust.seq), trust_list_issued: Some(trust.issued), ..verdict }
}

/// Step 1.
fn read(code: &str) -> Result<Unverified, CopyReason> {
    let bytes = token::parse_copy(code).map_err(|error| match error {
        TokenError::Malformed => CopyReason::Malformed,
        TokenError::UnsupportedVersion => CopyReason::UnsupportedVersion,
        TokenError::NotAPresentation(_) => CopyReason::NotACopy,
    })?;
    Unverified::parse(&bytes).map_err(|_| CopyReason::Malformed)
}

/// Steps 2 to 4: who sealed the certificate, and who signed the copy; and whether the seal was found good.
fn authenticate<'a>(copy: &Unverified, trust: &'a TrustList) -> Result<&'a Issuer, (CopyReason, bool)> {
    let issuer = sealed_by(&copy.credential, trust).map_err(|reason| (of_keys(reason), false))?;
    let signed = keys(issuer, copy.kid, KeyUse::Presentation, copy.annotation.made);
    let signed = signed.map_err(|reason| (of_keys(reason), true))?;
    if signed.iter().any(|key| copy.verifies(&key.public_key)) {
        Ok(issuer)
    } else {
        Err((CopyReason::CopyForged, true))
    }
}

/// What steps 2 and 3 of a presentation find, as it is called here.
const fn of_keys(reason: Reason) -> CopyReason {
    match reason {
        Reason::UnknownIssuer => CopyReason::UnknownIssuer,
        Reason::UnknownKey => CopyReason::UnknownKey,
        Reason::KeyNotValid => CopyReason::KeyNotValid,
        _ => CopyReason::SealForged,
    }
}

/// All that steps 5 to 8 look at.
struct Look<'a> {
    copy: &'a Unverified,
    bundle: &'a Bundle,
    issuer: &'a Issuer,
    now: Seconds,
    state: &'a State,
}

/// Steps 5 to 8.
fn judge(look: &Look<'_>) -> CopyVerdict {
    let verdict = match clock(look).or_else(|| ended(look)).or_else(|| bundle_age(look)) {
        Some(reason) => CopyVerdict::because(reason),
        None => CopyVerdict::as_issued(since(look), look.copy.credential.claims.face.specimen),
    };
    CopyVerdict {
        certificate: Some(Certificate::new(&look.copy.credential.claims, look.bundle.trust())),
        copy: Some(Copied::from(&look.copy.annotation)),
        seal: true,
        signed: true,
        status: status(look),
        status_as_of: list(look).map(StatusList::issued),
        ..verdict
    }
}

/// Step 5. The time a copy was made is signed by the issuer: a clock before it is slow.
fn clock(look: &Look<'_>) -> Option<CopyReason> {
    let newest = look.state.clock_floor().max(look.bundle.newest_time()).max(look.copy.annotation.made);
    (look.now.plus(CLOCK_ALLOWANCE) < newest).then_some(CopyReason::ClockSuspect)
}

/// Step 6.
fn ended(look: &Look<'_>) -> Option<CopyReason> {
    look.copy.annotation.expires.is_some_and(|end| end <= look.now).then_some(CopyReason::CopyEnded)
}

/// Step 7: with an old trust list it is not known whether a key was revoked since.
fn bundle_age(look: &Look<'_>) -> Option<CopyReason> {
    let trust = look.bundle.trust().claims();
    is_old(look, trust.issued, trust.expires).then_some(CopyReason::BundleTooOld)
}

/// Step 8: what has become of the certificate.
fn since(look: &Look<'_>) -> Since {
    let is_over = look.copy.credential.claims.face.last_day.is_some_and(|last| last < look.now.day());
    match status(look) {
        Some(Status::Cancelled | Status::Revoked | Status::ExpiredNotRenewed) => Since::Ended,
        Some(Status::Superseded) => Since::Changed,
        Some(Status::Suspended | Status::ReportedLost) => Since::Suspended,
        _ if is_over => Since::Ended,
        Some(Status::Valid | Status::ReviewOverdue) => Since::Unchanged,
        None => Since::Unknown,
    }
}

/// What the status list says, unless it is too old to say anything.
fn status(look: &Look<'_>) -> Option<Status> {
    list(look)?.status(look.copy.credential.claims.face.status_index)
}

fn list<'a>(look: &Look<'a>) -> Option<&'a StatusList> {
    let list = look.bundle.status_list(&look.issuer.prefix)?.as_ref().ok()?;
    (!is_old(look, list.issued(), list.expires())).then_some(list)
}

fn is_old(look: &Look<'_>, issued: Seconds, expires: Seconds) -> bool {
    look.now.since(issued) > TOO_OLD_AFTER || expires <= look.now
}
