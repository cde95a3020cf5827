//! After each event: the certificate it is about is checked, and those whose findings depend on it.
//!
//! What is followed up to is a mark in the database. It moves in the transaction that keeps the last of the checks that
//! the events call for; broken off before, the same events are followed again, which does nothing twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use verifier_core::ids::{Family, Kind};

use super::gather::{self, Tools};
use super::keep::{self, Outcome};
use super::run;
use crate::app::App;
use crate::problem::Problem;
use crate::store::certificates::CertificateRow;
use crate::store::conformity::checks::{self, CheckRow};
use crate::store::conformity::{gather as rows, runs};
use crate::store::events;
use crate::store::{Conn, StoreError};

/// Events followed at once.
const EVENTS: i64 = 500;
/// Certificates checked in one transaction.
pub(super) const CHUNK: usize = 250;

/// Follows every event there is, and notices when the rules are no longer those of before.
///
/// # Errors
/// When the database cannot; what was followed stays so.
pub async fn follow(app: &Arc<App>) -> Result<Outcome, Problem> {
    run::notice_rules(app).await?;
    let mut total = Outcome::default();
    loop {
        let read = |conn: &mut Conn| {
            let mark = runs::mark(conn)?;
            let events = events::after(conn, mark, EVENTS)?;
            let Some(last) = events.last().map(|event| event.seq) else { return Ok(None) };
            let about: BTreeSet<_> = events.into_iter().map(|event| event.certificate_id).collect();
            let ids = concerned(conn, about)?;
            Ok::<_, Problem>(Some((mark, last, ids)))
        };
        let Some((mark, last, ids)) = app.db.read(read).await? else { return Ok(total) };
        let mut chunks = ids.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let moves = chunks.peek().is_none().then_some((mark, last));
            total += check_chunk(app, chunk.to_vec(), move |conn| match moves {
                Some((from, to)) => Ok(runs::move_mark(conn, from, to)?),
                None => Ok(true),
            })
            .await?
            .unwrap_or_default();
        }
    }
}

/// Checks certificates and keeps what is found, with `also` in the same transaction: `None` when that says that another was
/// first, and then nothing is kept.
pub(super) async fn check_chunk(
    app: &Arc<App>,
    ids: Vec<String>,
    also: impl FnOnce(&mut Conn) -> Result<bool, Problem> + Send + 'static,
) -> Result<Option<Outcome>, Problem> {
    let (reader, now) = (Arc::clone(app), app.clock.now());
    let check = move |conn: &mut Conn| {
        let App { conformity, vault, config, .. } = &*reader;
        gather::check(conn, Tools { rules: conformity, vault, iss: &config.iss, now }, &ids)
    };
    let checked = app.db.read(check).await?;
    let writer = Arc::clone(app);
    let keep = move |conn: &mut Conn| {
        let outcome = keep::keep(conn, &writer, now, checked)?;
        // An error undoes what was kept; that another was first is no failure.
        if also(conn)? { Ok(outcome) } else { Err(Kept::Overtaken) }
    };
    let outcome = match app.db.write(keep).await {
        Ok(outcome) => outcome,
        Err(Kept::Overtaken) => return Ok(None),
        Err(Kept::Failed(problem)) => return Err(problem),
    };
    app.metrics.conformity_checked.inc_by(outcome.checked);
    app.metrics.nonconformities.with_label_values(&["opened"]).inc_by(outcome.opened);
    app.metrics.nonconformities.with_label_values(&["closed"]).inc_by(outcome.closed);
    Ok(Some(outcome))
}

/// Why nothing was kept.
enum Kept {
    Overtaken,
    Failed(Problem),
}

impl From<Problem> for Kept {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<StoreError> for Kept {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// These certificates and those whose findings depend on them, as they are and as they were at their last check.
pub(super) fn concerned(conn: &mut Conn, about: BTreeSet<String>) -> Result<Vec<String>, StoreError> {
    let ids: Vec<_> = about.iter().map(String::as_str).collect();
    let now = rows::certificates(conn, &ids)?;
    let before = checks::find(conn, &ids)?;
    let places = now.iter().map(Place::of_row).chain(before.iter().map(Place::of_check));
    let (mut vehicles, mut papers) = (BTreeSet::new(), BTreeSet::new());
    for place in places {
        match Kind::from_code(place.kind).map(Kind::family) {
            Some(Family::TransportCertificate) => vehicles.extend(place.plate),
            _ => drop(papers.insert(place.holder)),
        }
    }
    let (vehicles, papers): (Vec<_>, Vec<_>) = (vehicles.into_iter().collect(), papers.into_iter().collect());
    let kinds: Vec<_> = Kind::ALL.into_iter().map(Kind::code).collect();
    let mates = rows::by_plate(conn, &vehicles)?;
    let of_holders = rows::by_holder(conn, &papers, &kinds)?;
    let mut all: BTreeSet<String> = mates.into_iter().chain(of_holders).map(|row| row.id).collect();
    all.extend(about);
    Ok(all.into_iter().collect())
}

/// Where a certificate stands among others.
struct Place<'a> {
    kind: &'a str,
    holder: &'a str,
    plate: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of_row(row: &'a CertificateRow) -> Self {
        Self { kind: &row.kind, holder: &row.holder_id, plate: row.plate.as_deref() }
    }

    fn of_check(row: &'a CheckRow) -> Self {
        Self { kind: &row.kind, holder: &row.holder_id, plate: row.plate.as_deref() }
    }
}
