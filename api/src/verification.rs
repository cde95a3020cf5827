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
//! - `verification/forward.rs`: a code of another issuer, passed on to whoever can say more
//! - `verification/answer.rs`: the verdict, and who gave it
//!
//! A code carries a person's data: it is in no log, no error and no address.

use std::collections::BTreeMap;

use verifier_core::receipt::CertificateReference;
use verifier_core::status::{Status, StatusList};
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, CLOCK_ALLOWANCE, Outcome, Reason, Seconds, State, UnverifiedReference, Verdict};

use crate::app::App;
use crate::config::SiteRole;
use crate::ephemeral::Key;
use crate::metrics::Metrics;
use crate::ministry::{self, Copied};
use crate::problem::Problem;
use crate::publish;
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::{Conn, StoreError};

mod answer;
pub mod forward;
pub mod status;

pub use answer::{Answer, AnsweredBy};

/// What is asked about a code.
pub struct Asked {
    /// The text of the code.
    pub code: String,
    /// Names the scan: the same may ask again.
    pub scan: Key,
    /// Which site passed it on, if one did.
    pub forwarded_by: Option<SiteRole>,
}

/// Decides about a code now, or has it decided by whoever issued it.
///
/// # Errors
/// When this server cannot decide at all: its database or its trust list are not to be had.
pub async fn decide(app: &App, asked: Asked) -> Result<Answer, Problem> {
    let trust = publish::current(app).await?;
    let reference = verifier_core::unverified_reference(&asked.code);
    let answer = match forward::pass_on(app, &trust, reference.as_ref(), &asked).await {
        Some(passed) => Answer::Passed(passed),
        None if app.config.role == SiteRole::Ministry => from_copy(app, trust, reference, asked).await?,
        None => from_here(app, trust, reference, asked).await?,
    };
    app.metrics.forwarded(&answer);
    Ok(answer)
}

/// With what the ministry has of another site's certificate.
async fn from_copy(
    app: &App,
    trust: TrustList,
    reference: Option<UnverifiedReference>,
    asked: Asked,
) -> Result<Answer, Problem> {
    let issuer = reference.as_ref().and_then(|reference| trust.issuer_of(&reference.certificate.iss));
    let issuer = issuer.map(|issuer| issuer.prefix.clone());
    let Some((reference, iss)) = reference.zip(issuer) else {
        let verdict = judged(app, asked, Bundle::new(trust)).await?;
        return Ok(Answer::own(verdict, AnsweredBy::Here));
    };
    let Copied { bundle, as_of } = ministry::copied(app, trust, &iss, reference).await?;
    let verdict = judged(app, asked, bundle).await?;
    Ok(Answer::of_copy(verdict, as_of, app.clock.now()))
}

/// With what this site knows of its own certificates.
async fn from_here(
    app: &App,
    trust: TrustList,
    reference: Option<UnverifiedReference>,
    asked: Asked,
) -> Result<Answer, Problem> {
    let reference = ours(&trust, &app.config.iss, reference);
    let by = if reference.is_some() { AnsweredBy::Province } else { AnsweredBy::Here };
    let known = match reference {
        Some(reference) => app.db.read(move |conn| find(conn, &reference.certificate)).await?,
        None => None,
    };
    let status = known.map(|known| (known.index, status::now(&known.certificate, &known.version)));
    let bundle = with_status(trust, &app.config.iss, status, app.clock.now().seconds());
    Ok(Answer::own(judged(app, asked, bundle).await?, by))
}

/// The verdict about a code with these data.
async fn judged(app: &App, asked: Asked, bundle: Bundle) -> Result<Verdict, Problem> {
    let (now, Asked { code, scan, .. }) = (app.clock.now().seconds(), asked);
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
