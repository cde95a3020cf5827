//! Incidents: times in which certificates could not be pushed, and what has to follow. What could not be pushed is pushed
//! within two working days after the fault is cleared (辽宁省, 制发与归集); the day of clearing is not one of them.
//!
//! - the ministry cannot be reached (`ministry_unreachable`): begun and cleared by this program, made good when all is sent
//! - the 运政系统 cannot push (`source_outage`): declared, cleared and declared made good by an operator, who alone knows

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::collection::incidents::{self as rows, IncidentRow};
use crate::store::collection::{self as outbox, OutboxRow};
use crate::store::{Conn, StoreError};

/// Working days after the fault is cleared.
const TERM: usize = 2;
/// Who did what this program did by itself.
const SYSTEM: &str = "system";
/// Longest note, in characters.
const LONGEST_NOTE: usize = 200;

/// Why nothing could be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// The ministry's system could not be reached.
    MinistryUnreachable,
    /// The 运政系统 could not push to this one.
    SourceOutage,
}

/// An incident that is declared.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredIncident {
    /// Why nothing can be pushed.
    kind: IncidentKind,
    /// When it began; now, where it is not said.
    begun_at: Option<Timestamp>,
    /// What happened: 1 to 200 characters.
    note: String,
}

/// An incident.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CollectionIncident {
    /// Our id of it.
    pub id: String,
    /// `ministry_unreachable` or `source_outage`.
    pub kind: String,
    /// How it stands: `open`, `owed` (cleared, not all pushed), `overdue` or `made_good`.
    pub state: &'static str,
    /// When it began.
    pub begun_at: Timestamp,
    /// The account that declared it, or `system`.
    pub begun_by: String,
    /// What happened.
    pub note: String,
    /// When the fault was cleared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
    /// By whom that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cleared_by: Option<String>,
    /// The first instant that is too late: midnight after the second working day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Events that were not pushed when it fell due.
    pub overdue: i64,
    /// When all was pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_good_at: Option<Timestamp>,
}

impl CollectionIncident {
    /// As it stands at `now`.
    #[must_use]
    pub fn of(row: IncidentRow, now: Timestamp) -> Self {
        let is_late = |end: i64| row.due_at.is_some_and(|due| end >= due);
        let state = match (row.cleared_at, row.made_good_at) {
            (None, _) => "open",
            (Some(_), Some(_)) => "made_good",
            (Some(_), None) if is_late(now.millis()) => "overdue",
            (Some(_), None) => "owed",
        };
        Self {
            id: row.id,
            kind: row.kind,
            state,
            begun_at: Timestamp(row.begun_at),
            begun_by: row.begun_by,
            note: row.note,
            cleared_at: row.cleared_at.map(Timestamp),
            cleared_by: row.cleared_by,
            due_at: row.due_at.map(Timestamp),
            overdue: row.overdue,
            made_good_at: row.made_good_at.map(Timestamp),
        }
    }
}

impl IncidentKind {
    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MinistryUnreachable => "ministry_unreachable",
            Self::SourceOutage => "source_outage",
        }
    }
}

impl DeclaredIncident {
    /// The row of it.
    ///
    /// # Errors
    /// [`Code::UnfitValue`] when the note is none or too long, or it begins later than now.
    pub fn row(self, id: String, by: &str, mark: i64, now: Timestamp) -> Result<IncidentRow, Problem> {
        let length = self.note.trim().chars().count();
        let begun_at = self.begun_at.unwrap_or(now);
        if length == 0 || length > LONGEST_NOTE || begun_at > now {
            let detail = "note: 1 to 200 characters; begun_at: not later than now";
            return Err(Problem::new(Code::UnfitValue).detail(detail));
        }
        Ok(row(id, self.kind, (begun_at.millis(), by), self.note, mark))
    }
}

fn row(id: String, kind: IncidentKind, (begun_at, by): (i64, &str), note: String, mark: i64) -> IncidentRow {
    IncidentRow {
        id,
        kind: kind.word().to_owned(),
        begun_at,
        begun_by: by.to_owned(),
        note,
        first_seq: mark,
        cleared_at: None,
        cleared_by: None,
        last_seq: None,
        due_at: None,
        overdue: 0,
        made_good_at: None,
    }
}

/// Says in a transaction that the fault of an incident is cleared: `false` when it was said before.
///
/// # Errors
/// When the database cannot.
pub fn clear(conn: &mut Conn, app: &App, id: &str, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    let due = app.calendar.term(at, TERM);
    let newest = outbox::newest(conn)?;
    rows::clear(conn, id, by, (at.millis(), due.millis()), newest)
}

/// Begins, clears and closes what this program knows by itself, and says what is overdue.
///
/// # Errors
/// When the database cannot.
pub async fn look_after(app: &std::sync::Arc<App>) -> Result<(), Problem> {
    let (at_work, now, id) = (std::sync::Arc::clone(app), app.clock.now(), app.new_id().to_string());
    let look = move |conn: &mut Conn| -> Result<(), StoreError> {
        let state = outbox::outbox(conn)?;
        match rows::open(conn, IncidentKind::MinistryUnreachable.word())? {
            Some(open) => end(conn, &at_work, &open, &state)?,
            None => begin(conn, &at_work, &state, id, now)?,
        }
        let owed = rows::owed(conn)?;
        owed.iter().try_for_each(|incident| follow(conn, incident, &state, now))
    };
    Ok(app.db.write(look).await?)
}

/// What has failed for long is an incident, from the first failure on.
fn begin(
    conn: &mut Conn,
    app: &App,
    state: &OutboxRow,
    id: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let patience = 1_000 * i64::from(app.config.collection_outage_after);
    let Some(since) = state.failing_since.filter(|since| now.millis() - since >= patience) else {
        return Ok(());
    };
    let note = state.last_error.clone().unwrap_or_default();
    rows::begin(conn, &row(id, IncidentKind::MinistryUnreachable, (since, SYSTEM), note, state.seq))?;
    Ok(())
}

/// It ends when the other side takes something again. One that a person declared ends by a person.
fn end(conn: &mut Conn, app: &App, open: &IncidentRow, state: &OutboxRow) -> Result<(), StoreError> {
    let taken = state.succeeded_at.filter(|at| *at > open.begun_at && state.failures == 0);
    match taken {
        Some(at) if open.begun_by == SYSTEM => {
            clear(conn, app, &open.id, SYSTEM, Timestamp(at))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether all was pushed, and what was not in time.
fn follow(
    conn: &mut Conn,
    incident: &IncidentRow,
    state: &OutboxRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (Some(cleared), Some(due)) = (incident.cleared_at, incident.due_at) else { return Ok(()) };
    let is_source = incident.kind == IncidentKind::SourceOutage.word();
    let unsent = match is_source {
        true => 0,
        false => {
            let last = incident.last_seq.unwrap_or(incident.first_seq);
            rows::unsent(conn, (incident.first_seq, last), state.seq)?
        }
    };
    if now.millis() >= due {
        let late =
            if is_source { rows::recorded_late(conn, (incident.begun_at, cleared), due)? } else { unsent };
        if late > incident.overdue {
            rows::set_overdue(conn, &incident.id, late)?;
        }
    }
    if !is_source && unsent == 0 {
        rows::make_good(conn, &incident.id, now.millis())?;
    }
    Ok(())
}
