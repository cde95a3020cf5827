//! Online verification: the officer's verdict with what this server knows now.
//!
//! The verdict is [`verifier_core::verify()`], the same as without network; only the data are newer: the current
//! trust list, and the status of the one certificate from the database. What a phone says of a status never counts.
//! What is not here: who may ask how often (`routes/verifications.rs`), and verdicts as of a scan (`receipt.rs`).
//!
//! - `verification/status.rs`: the status of a version, now and at an earlier time
//!
//! A code carries a person's data: it is in no log, no error and no address.

use std::collections::BTreeMap;

use verifier_core::receipt::CertificateReference;
use verifier_core::status::{Status, StatusList};
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, Outcome, Reason, Seconds, State, UnverifiedReference, Verdict};

use crate::app::App;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::publish;
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::{Conn, StoreError};

pub mod status;

/// Decides about a code now.
///
/// # Errors
/// When this server cannot decide at all: its database or its trust list are not to be had.
pub async fn decide(app: &App, code: String) -> Result<Verdict, Problem> {
    let trust = publish::current(app).await?;
    let reference = ours(&trust, &app.config.iss, verifier_core::unverified_reference(&code));
    let known = match reference {
        Some(reference) => app.db.read(move |conn| find(conn, &reference.certificate)).await?,
        None => None,
    };
    let status = known.map(|known| (known.index, status::now(&known.certificate, &known.version)));
    let now = app.clock.now().seconds();
    let bundle = with_status(trust, &app.config.iss, status, now);
    let verify = move || verifier_core::verify(&code, Ok(&bundle), now, &State::default());
    let verdict = tokio::task::spawn_blocking(verify).await.map_err(Problem::internal)?;
    count(&app.metrics, "online", verdict.outcome, verdict.reason);
    Ok(verdict)
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
