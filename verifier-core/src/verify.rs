//! Verifying: a pure function of code text, bundle, time and what this device has seen.
//!
//! The steps are those of `docs/protocol.md`, in its order. Steps 1 to 4 decide alone; 5 to 9 are all evaluated.

use crate::bundle::{Bundle, BundleError};
use crate::credential::{Credential, Unverified as UnverifiedCredential};
use crate::presentation::{Maker, Presentation, Unverified};
use crate::reasons::{Reason, Warning};
use crate::sm2::KeyId;
use crate::state::State;
use crate::status::{Status, StatusList};
use crate::time::Seconds;
use crate::token::{self, TokenError};
use crate::trust::{Issuer, IssuerKey, KeyUse, TrustList};
use crate::verdict::{Certificate, Established, Shown, Verdict};

/// How far clocks may differ, in seconds, each way.
pub const CLOCK_ALLOWANCE: u64 = 60;
/// A list older than this, in seconds, is worth a warning: 24 hours.
pub const STALE_AFTER: u64 = 24 * 3_600;
/// A list older than this, in seconds, decides nothing: 7 days.
pub const TOO_OLD_AFTER: u64 = 7 * 24 * 3_600;
/// A phone's clock ahead by up to this, in seconds, is not worth a warning.
const CLOCK_NOISE: u64 = 10;

/// Decides about a code. Never panics; bounded in time and memory by the limits of the protocol.
///
/// `bundle` is what was carried, or why it could not be used. `state` is not changed: see [`State::record`].
#[must_use]
pub fn verify(code: &str, bundle: Result<&Bundle, BundleError>, now: Seconds, state: &State) -> Verdict {
    let presentation = match read(code) {
        Ok(presentation) => presentation,
        Err(verdict) => return *verdict,
    };
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(error) => return Verdict::without_bundle(error),
    };
    match authenticate(&presentation, bundle.trust()) {
        Ok(issuer) => judge(&Scan { presentation: &presentation, bundle, issuer, now, state }),
        Err(failure) => {
            let established = Established { seal: failure.seal, ..with_trust(bundle.trust()) };
            Verdict { established, ..Verdict::because(failure.reason) }
        }
    }
}

/// Reads a credential by itself, as whoever keeps copies of other issuers' certificates does, and believes it when
/// `issuer` sealed it: steps 2 and 3.
///
/// # Errors
/// The reason of the step that decided; [`Reason::Malformed`] for bytes that are no credential.
pub fn verify_seal(credential: &[u8], issuer: &Issuer) -> Result<Credential, Reason> {
    let read = UnverifiedCredential::parse(credential).map_err(|_| Reason::Malformed)?;
    if issuer.prefix.is_empty() || !read.claims.issuer.starts_with(&issuer.prefix) {
        return Err(Reason::UnknownIssuer);
    }
    let keys = keys(issuer, read.kid, KeyUse::Seal, read.claims.sealed)?;
    let sealed = keys.iter().any(|key| read.verifies(&key.public_key));
    if sealed { Ok(read.claims) } else { Err(Reason::SealForged) }
}

/// Step 1: parse within limits.
fn read(code: &str) -> Result<Unverified, Box<Verdict>> {
    let verdict = |reason| Box::new(Verdict::because(reason));
    let bytes = token::parse(code).map_err(|error| match error {
        TokenError::Malformed => verdict(Reason::Malformed),
        TokenError::UnsupportedVersion => verdict(Reason::UnsupportedVersion),
        TokenError::NotAPresentation(seems) => {
            Box::new(Verdict { seems: Some(seems), ..Verdict::because(Reason::NotAPresentation) })
        }
    })?;
    Unverified::parse(&bytes).map_err(|_| verdict(Reason::Malformed))
}

/// Why steps 2 to 4 decided.
struct Failure {
    reason: Reason,
    /// The seal was found good, and it was the presentation that failed.
    seal: bool,
}

/// Steps 2 to 4: who sealed it, and who shows it.
fn authenticate<'a>(presentation: &Unverified, trust: &'a TrustList) -> Result<&'a Issuer, Failure> {
    let issuer =
        sealed_by(&presentation.credential, trust).map_err(|reason| Failure { reason, seal: false })?;
    shown_by(presentation, issuer).map_err(|reason| Failure { reason, seal: true })?;
    Ok(issuer)
}

/// Steps 2 and 3.
pub(crate) fn sealed_by<'a>(
    credential: &UnverifiedCredential,
    trust: &'a TrustList,
) -> Result<&'a Issuer, Reason> {
    let issuer = trust.issuer_of(&credential.claims.issuer).ok_or(Reason::UnknownIssuer)?;
    let keys = keys(issuer, credential.kid, KeyUse::Seal, credential.claims.sealed)?;
    let sealed = keys.iter().any(|key| credential.verifies(&key.public_key));
    if sealed { Ok(issuer) } else { Err(Reason::SealForged) }
}

/// Step 4.
fn shown_by(presentation: &Unverified, issuer: &Issuer) -> Result<(), Reason> {
    let device_key = presentation.credential.claims.device_key.as_ref();
    let shown = match presentation.kid {
        Some(kid) => keys(issuer, kid, KeyUse::Presentation, presentation.claims.made)?
            .iter()
            .any(|key| presentation.verifies(&key.public_key)),
        None => device_key.is_some_and(|key| presentation.verifies(key)),
    };
    if shown { Ok(()) } else { Err(Reason::PresentationForged) }
}

/// The issuer's keys with this id that were good for `key_use` at `instant`. The id is a hint: all are tried.
pub(crate) fn keys(
    issuer: &Issuer,
    kid: KeyId,
    key_use: KeyUse,
    instant: Seconds,
) -> Result<Vec<&IssuerKey>, Reason> {
    let known: Vec<_> = issuer.keys_with_id(kid).collect();
    if known.is_empty() {
        return Err(Reason::UnknownKey);
    }
    let good: Vec<_> = known.into_iter().filter(|key| key.good_for(key_use, instant)).collect();
    if good.is_empty() { Err(Reason::KeyNotValid) } else { Ok(good) }
}

/// All that steps 5 to 9 look at.
struct Scan<'a> {
    presentation: &'a Unverified,
    bundle: &'a Bundle,
    issuer: &'a Issuer,
    now: Seconds,
    state: &'a State,
}

/// Steps 5 to 9, all evaluated.
fn judge(scan: &Scan<'_>) -> Verdict {
    let (shown_now, within_dates) = (shown_now(scan), within_dates(scan));
    let steps =
        [clock(scan), shown_now, within_dates.0, within_dates.1, status_reason(scan), bundle_age(scan)];
    let offset = holder_clock_offset(scan).filter(|_| shown_now != Some(Reason::CodeExpired));
    let claims = &scan.presentation.claims;
    Verdict {
        certificate: Some(Certificate::new(&scan.presentation.credential.claims, scan.bundle.trust())),
        presentation: Some(Shown {
            cti: claims.cti,
            made: claims.made,
            expires: claims.expires,
            by: scan.presentation.maker(),
        }),
        established: Established {
            seal: true,
            presentation: true,
            shown_now: shown_now.is_none() && clock(scan).is_none(),
            within_dates: within_dates == (None, None) && clock(scan).is_none(),
            status: status(scan),
            status_as_of: list(scan).map(StatusList::issued),
            ..with_trust(scan.bundle.trust())
        },
        holder_clock_offset: offset,
        bundle_error: refused_list(scan).map(BundleError::code),
        ..Verdict::of(steps.into_iter().flatten().collect(), warnings(scan, offset))
    }
}

/// Step 5.
fn clock(scan: &Scan<'_>) -> Option<Reason> {
    let floor = scan.state.clock_floor().max(scan.bundle.newest_time());
    (scan.now.plus(CLOCK_ALLOWANCE) < floor).then_some(Reason::ClockSuspect)
}

/// Step 6.
fn shown_now(scan: &Scan<'_>) -> Option<Reason> {
    let Presentation { made, expires, .. } = scan.presentation.claims;
    if scan.now.plus(CLOCK_ALLOWANCE) < made {
        Some(Reason::CodeNotYetValid)
    } else if expires.plus(CLOCK_ALLOWANCE) <= scan.now {
        Some(Reason::CodeExpired)
    } else {
        None
    }
}

/// Step 7: of the certificate, and of its sealed copy.
fn within_dates(scan: &Scan<'_>) -> (Option<Reason>, Option<Reason>) {
    let credential = &scan.presentation.credential.claims;
    let certificate = if credential.face.last_day.is_some_and(|last| last < scan.now.day()) {
        Some(Reason::CertificateExpired)
    } else if scan.now < credential.valid_from && clock(scan).is_none() {
        // A clock that is known to be slow cannot tell: an officer's reset phone must not turn certificates red.
        Some(Reason::CertificateNotYetValid)
    } else {
        None
    };
    (certificate, (credential.expires <= scan.now).then_some(Reason::CredentialExpired))
}

/// Step 8.
fn status_reason(scan: &Scan<'_>) -> Option<Reason> {
    if refused_list(scan).is_some() {
        return Some(Reason::BundleInvalid);
    }
    match status(scan)? {
        Status::Valid | Status::Superseded | Status::ReviewOverdue => None,
        Status::Cancelled => Some(Reason::Cancelled),
        Status::Suspended => Some(Reason::Suspended),
        Status::Revoked => Some(Reason::Revoked),
        Status::ReportedLost => Some(Reason::ReportedLost),
        Status::ExpiredNotRenewed => Some(Reason::ExpiredNotRenewed),
    }
}

/// Step 9.
fn bundle_age(scan: &Scan<'_>) -> Option<Reason> {
    let trust = scan.bundle.trust().claims();
    let too_old =
        |issued: Seconds, expires: Seconds| scan.now.since(issued) > TOO_OLD_AFTER || expires <= scan.now;
    let list_too_old = list(scan).is_some_and(|list| too_old(list.issued(), list.expires()));
    (too_old(trust.issued, trust.expires) || list_too_old).then_some(Reason::BundleTooOld)
}

fn warnings(scan: &Scan<'_>, clock_offset: Option<i64>) -> Vec<Warning> {
    let stale = |issued: Seconds| scan.now.since(issued) > STALE_AFTER;
    let status = status(scan);
    [
        (Warning::StatusStale, list(scan).is_some_and(|list| stale(list.issued()))),
        (Warning::StatusUnknown, status.is_none()),
        (Warning::TrustListStale, stale(scan.bundle.trust().claims().issued)),
        (Warning::SeenBefore, scan.state.has_seen(scan.presentation.claims.cti)),
        (Warning::Superseded, status == Some(Status::Superseded)),
        (Warning::ReviewOverdue, status == Some(Status::ReviewOverdue)),
        (Warning::HolderClockOff, clock_offset.is_some()),
        (Warning::Specimen, scan.presentation.credential.claims.face.specimen),
    ]
    .into_iter()
    .filter_map(|(warning, applies)| applies.then_some(warning))
    .collect()
}

/// A phone's code from the future says its clock is ahead; one past its end, within the allowance, that it is
/// behind: phones show each code for less than its life. What is past the allowance too is more likely a screenshot,
/// and says nothing of a clock.
fn holder_clock_offset(scan: &Scan<'_>) -> Option<i64> {
    let Presentation { made, expires, .. } = scan.presentation.claims;
    let seconds = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let ahead = made.since(scan.now);
    if scan.presentation.maker() == Maker::Server {
        None
    } else if ahead > CLOCK_NOISE {
        Some(seconds(ahead))
    } else {
        (expires <= scan.now).then(|| -seconds(scan.now.since(expires)))
    }
}

fn list<'a>(scan: &Scan<'a>) -> Option<&'a StatusList> {
    scan.bundle.status_list(&scan.issuer.prefix)?.as_ref().ok()
}

fn refused_list(scan: &Scan<'_>) -> Option<BundleError> {
    scan.bundle.status_list(&scan.issuer.prefix)?.as_ref().err().copied()
}

fn status(scan: &Scan<'_>) -> Option<Status> {
    list(scan)?.status(scan.presentation.credential.claims.face.status_index)
}

fn with_trust(trust: &TrustList) -> Established {
    Established {
        trust_list_seq: Some(trust.claims().seq),
        trust_list_issued: Some(trust.claims().issued),
        ..Established::default()
    }
}
