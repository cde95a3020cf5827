//! Online verification: the officer's verdict with what this server knows now.
//!
//! The verdict is [`verifier_core::verify()`], the same as without network; only the data are newer: the current
//! trust list, and the status of the one certificate from the database. What a phone says of a status never counts.
//! A code that was checked before in another scan is told so (`seen_before`), whichever server was asked: who saw it first
//! is claimed in the database, and forgotten once the code can no longer be shown.
//!
//! What is not here: who may ask how often (`routes/verifications.rs`), and verdicts as of a scan (`receipt.rs`).
//!
//! - `verification/status.rs`: the status of a version, now and at an earlier time
//!
//! A code carries a person's data: it is in no log, no error and no address.

use std::collections::BTreeMap;

use verifier_core::receipt::CertificateReference;
use verifier_core::status::{Status, StatusList};
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, CLOCK_ALLOWANCE, Outcome, Reason, Seconds, State, UnverifiedReference, Verdict};

use crate::app::App;
use crate::ephemeral::Key;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::publish;
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::{Conn, StoreError};

pub mod status;

/// Decides about a code now. `scan` names the scan: the same may ask again.
///
/// # Errors
/// When this server cannot decide at all: its database or its trust list are not to be had.
pub async fn decide(app: &App, code: String, scan: Key) -> Result<Verdict, Problem> {
    let trust = publish::current(app).await?;
    let reference = ours(&trust, &app.config.iss, verifier_core::unverified_reference(&code));
    let known = match reference {
        Some(reference) => app.db.read(move |conn| find(conn, &reference.certificate)).await?,
        None => None,
    };
    let status = known.map(|known| (known.index, status::now(&known.certificate, &known.version)));
    let now = app.clock.now().seconds();
    let bundle = with_status(trust, &app.config.iss, status, now);
    let first = move || (verifier_core::verify(&code, Ok(&bundle), now, &State::default()), code, bundle);
    let (verdict, code, bundle) = in_background(first).await?;
    let verdict = match seen_before(app, &verdict, scan).await? {
        Some(state) => in_background(move || verifier_core::verify(&code, Ok(&bundle), now, &state)).await?,
        None => verdict,
    };
    count(&app.metrics, "online", verdict.outcome, verdict.reason);
    Ok(verdict)
}

/// What a device would remember that has seen this presentation before, if another scan has. Only of a valid one is it
/// asked: any other is not accepted anyway.
async fn seen_before(app: &App, verdict: &Verdict, scan: Key) -> Result<Option<State>, Problem> {
    let Some(shown) = verdict.presentation.filter(|_| verdict.outcome == Outcome::Valid) else {
        return Ok(None);
    };
    let key = Key::new("presentation", &shown.cti.to_string());
    let showable = shown.expires.plus(2 * CLOCK_ALLOWANCE);
    let is_first = app.claims.claim_by(key, scan, showable.into()).await?;
    Ok((!is_first).then(|| State::new(Seconds(0), [(shown.cti, shown.expires)])))
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// A certificate of this server, found by its place in the status list.
pub(crate) struct Known {
    pub(crate) certificate: CertificateRow,
    pub(crate) version: VersionRow,
    pub(crate) index: u64,
}

/// What a code refers to, when it is this province that answers for it. Places in status lists of other issuers are
/// other certificates.
pub(crate) fn ours(
    trust: &TrustList,
    iss: &str,
    reference: Option<UnverifiedReference>,
) -> Option<UnverifiedReference> {
    let is_ours = |division: &str| trust.issuer_of(division).is_some_and(|issuer| issuer.prefix == iss);
    reference.filter(|reference| is_ours(&reference.certificate.iss))
}

/// The certificate a code of this province refers to.
pub(crate) fn find(conn: &mut Conn, reference: &CertificateReference) -> Result<Option<Known>, StoreError> {
    let Ok(place) = i64::try_from(reference.idx) else {
        return Ok(None);
    };
    let Some(version) = certificates::find_version_by_index(conn, place)? else {
        return Ok(None);
    };
    let certificate = certificates::find(conn, &version.certificate_id)?;
    Ok(certificate.map(|certificate| Known { certificate, version, index: reference.idx }))
}

/// A bundle of a trust list and what this server knows at `at` of one certificate; of a certificate it does not know,
/// that nothing is known.
pub(crate) fn with_status(trust: TrustList, iss: &str, status: Option<(u64, Status)>, at: Seconds) -> Bundle {
    let entries: BTreeMap<u64, Status> = status.into_iter().collect();
    Bundle::new(trust).with_known_status(iss, StatusList::known_by_issuer(at, entries))
}

/// Counts a verdict of this server.
pub(crate) fn count(metrics: &Metrics, via: &str, outcome: Outcome, reason: Option<Reason>) {
    let reason = reason.map_or("none", Reason::code);
    metrics.verdicts.with_label_values(&[via, outcome.code(), reason]).inc();
}
