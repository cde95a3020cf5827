//! Checks of many certificates: all of them every night, those of a division on demand, all when the rules have changed.
//!
//! A run is a row that says how far it is; each page moves it in the transaction that keeps the page. Whoever is killed
//! in the middle leaves it there, and the next goes on from it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::Kind;

use super::follow::{CHUNK, check_chunk, concerned};
use super::keep::Outcome;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::conformity::gather::{self as rows, Scope};
use crate::store::conformity::runs::{self, RuleSetRow, RunRow};
use crate::store::{Conn, StoreError};

const SYSTEM: &str = "system";

/// Why a run is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// Every night.
    Nightly,
    /// Somebody asked.
    Demand,
    /// The rules have changed.
    Rules,
}

impl Occasion {
    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nightly => "nightly",
            Self::Demand => "demand",
            Self::Rules => "rules",
        }
    }
}

/// Which certificates a run is wanted of, and by whom.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Why.
    pub occasion: Occasion,
    /// A prefix of division codes; empty: all.
    pub division: String,
    /// One kind, or all.
    pub kind: Option<Kind>,
    /// An account, or `system`.
    pub by: String,
}

impl Wanted {
    /// All certificates, by this program itself.
    fn all(occasion: Occasion) -> Self {
        Self { occasion, division: String::new(), kind: None, by: SYSTEM.to_owned() }
    }
}

/// Asks for a run: a server does it soon ([`work_off`]).
///
/// # Errors
/// When the database cannot.
pub fn ask(conn: &mut Conn, app: &App, wanted: Wanted) -> Result<RunRow, StoreError> {
    let row = RunRow {
        id: app.new_id().to_string(),
        occasion: wanted.occasion.word().to_owned(),
        division: wanted.division,
        kind: wanted.kind.map(|kind| kind.code().to_owned()),
        requested_by: wanted.by,
        requested_at: app.clock.now().millis(),
        after_id: String::new(),
        checked: 0,
        finished_at: None,
    };
    runs::insert(conn, &row)?;
    Ok(row)
}

/// The nightly run: the one that was broken off, or a new one.
///
/// # Errors
/// When the database cannot; the next goes on where this one was.
pub async fn nightly(app: &Arc<App>) -> Result<(), Problem> {
    let asker = Arc::clone(app);
    let begin = move |conn: &mut Conn| -> Result<(), StoreError> {
        let newest = runs::newest(conn, Occasion::Nightly.word())?;
        if newest.is_none_or(|run| run.finished_at.is_some()) {
            ask(conn, &asker, Wanted::all(Occasion::Nightly))?;
        }
        Ok(())
    };
    app.db.write(begin).await?;
    work(app, true).await
}

/// Works off the runs that were asked for.
///
/// # Errors
/// When the database cannot; the next goes on where this one was.
pub async fn work_off(app: &Arc<App>) -> Result<(), Problem> {
    work(app, false).await
}

/// Works off the nightly runs, or all others: each is one job's.
async fn work(app: &Arc<App>, nightly: bool) -> Result<(), Problem> {
    let waiting = app.db.read::<_, StoreError, _>(runs::unfinished).await?;
    let is_ours = |run: &RunRow| (run.occasion == Occasion::Nightly.word()) == nightly;
    for run in waiting.into_iter().filter(is_ours) {
        work_at(app, run).await?;
    }
    Ok(())
}

async fn work_at(app: &Arc<App>, mut run: RunRow) -> Result<(), Problem> {
    let scope = scope(&run.division, run.kind.as_deref());
    loop {
        let ids = page(app, &scope, &run.after_id).await?;
        let now = app.clock.now().millis();
        let done = i64::try_from(ids.len()).unwrap_or_default();
        let next = RunRow {
            after_id: ids.last().unwrap_or(&run.after_id).clone(),
            checked: run.checked + done,
            finished_at: ids.is_empty().then_some(now),
            ..run.clone()
        };
        let (as_read, moved) = (run, next.clone());
        let advance = move |conn: &mut Conn| Ok(runs::advance(conn, &as_read, &moved)?);
        if check_chunk(app, ids, advance).await?.is_none() || next.finished_at.is_some() {
            // Finished, or another server is at it.
            return Ok(());
        }
        run = next;
    }
}

/// Checks a scope from its beginning to its end, telling `watch` how far it is.
///
/// # Errors
/// When the database cannot.
pub async fn sweep(app: &Arc<App>, scope: Scope, mut watch: impl FnMut(u64)) -> Result<Outcome, Problem> {
    let (mut total, mut after) = (Outcome::default(), String::new());
    loop {
        let ids = page(app, &scope, &after).await?;
        let Some(last) = ids.last().cloned() else { return Ok(total) };
        total += check_chunk(app, ids, |_| Ok(true)).await?.unwrap_or_default();
        after = last;
        watch(total.checked);
    }
}

/// Checks a certificate, and those whose findings depend on it, now.
///
/// # Errors
/// When the database cannot.
pub async fn check_now(app: &Arc<App>, certificate_id: String) -> Result<Outcome, Problem> {
    let find = |conn: &mut Conn| concerned(conn, [certificate_id].into());
    let ids = app.db.read::<_, StoreError, _>(find).await?;
    let mut total = Outcome::default();
    for chunk in ids.chunks(CHUNK) {
        total += check_chunk(app, chunk.to_vec(), |_| Ok(true)).await?.unwrap_or_default();
    }
    Ok(total)
}

/// The certificates of a division and kind.
#[must_use]
pub fn scope(division: &str, kind: Option<&str>) -> Scope {
    let kinds = kind.map_or(("000", "999"), |kind| (kind, kind));
    Scope {
        divisions: (format!("{division:0<6}"), format!("{division:9<6}")),
        kinds: (kinds.0.to_owned(), kinds.1.to_owned()),
    }
}

async fn page(app: &App, scope: &Scope, after: &str) -> Result<Vec<String>, Problem> {
    let (scope, after) = (scope.clone(), after.to_owned());
    let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    Ok(app.db.read::<_, StoreError, _>(move |conn| rows::page(conn, &scope, &after, limit)).await?)
}

/// Records the rules where they are not those recorded last, and asks for a run under them.
pub(super) async fn notice_rules(app: &Arc<App>) -> Result<(), Problem> {
    let server = Arc::clone(app);
    let newest = app.db.read::<_, StoreError, _>(runs::newest_rules).await?;
    let before = newest.map(|row| row.version);
    if before.as_deref() == Some(app.conformity.version()) {
        return Ok(());
    }
    let note = move |conn: &mut Conn| -> Result<(), Problem> {
        let App { conformity, clock, audit, .. } = &*server;
        let row = RuleSetRow {
            id: server.new_id().to_string(),
            version: conformity.version().to_owned(),
            since: clock.now().millis(),
            content: conformity.content().to_owned(),
        };
        runs::record_rules(conn, &row)?;
        // At the first start of all, everything is checked by following events.
        if before.is_some() {
            ask(conn, &server, Wanted::all(Occasion::Rules))?;
        }
        let entry = Entry::new(Action::PolicyChanged, Context::system());
        audit.append(conn, entry.on("conformity_rules", row.version))?;
        Ok(())
    };
    app.db.write(note).await
}

/// A run as people see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConformityRun {
    /// UUIDv7.
    id: String,
    /// `nightly`, `demand` or `rules`.
    #[schema(example = "demand")]
    occasion: String,
    /// A prefix of division codes; empty: all.
    #[schema(example = "2101")]
    division: String,
    /// One kind, or all.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// When it was asked for.
    requested_at: Timestamp,
    /// Certificates that are done.
    checked: i64,
    /// When all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
}

impl From<RunRow> for ConformityRun {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            occasion: row.occasion,
            division: row.division,
            kind: row.kind,
            requested_at: Timestamp(row.requested_at),
            checked: row.checked,
            finished_at: row.finished_at.map(Timestamp),
        }
    }
}

/// The run with this id.
///
/// # Errors
/// [`Code::NotFound`].
pub fn find(conn: &mut Conn, id: &str) -> Result<RunRow, Problem> {
    Ok(runs::find(conn, id)?.ok_or(Code::NotFound)?)
}
