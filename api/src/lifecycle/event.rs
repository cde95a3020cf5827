//! Recording what happened to a certificate. The change, its history and the next status list follow from one
//! transaction, so that it holds at once for whoever presents or verifies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Change, State, after};
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::certificates::{self, CertificateRow};
use crate::store::events::{self, EventRow};

/// Longest reason, in characters.
const MAX_REASON: usize = 200;
/// How far the sender's clock may be ahead, in seconds.
const CLOCK_ALLOWANCE: i64 = 60;
/// How often a change is tried anew after another one came in between.
const ATTEMPTS: usize = 3;

/// What the issuer reports.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// A UUID of the sender's, so that the same event can be sent twice and counts once.
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<Uuid>,
    /// What happened.
    event: Change,
    /// Why, at most 200 characters.
    reason: Option<String>,
    /// When it took effect in the issuer's system; now, unless given.
    occurred_at: Option<Timestamp>,
}

/// Something that happened to a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// UUID.
    id: String,
    /// What happened: `issued`, `changed`, `renewed`, `reissued`, or one of the events that can be sent.
    #[schema(example = "suspended")]
    event: String,
    /// The version in force after it.
    version: i32,
    /// The status after it.
    #[schema(example = "suspended")]
    status: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it took effect in the issuer's system.
    occurred_at: Timestamp,
    /// When it took effect here.
    recorded_at: Timestamp,
    /// The account that sent it, or `system`; told to staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
}

impl Event {
    /// What the audit log has of it.
    #[must_use]
    pub fn entry(&self, context: Context) -> Entry {
        let entry = Entry::new(Action::CertificateEvent, context).because(self.event.as_str());
        entry.detail("event", self.id.as_str()).detail("status", self.status.as_str())
    }
}

/// An event on record.
pub enum Recorded {
    /// It came in now.
    New(Event),
    /// It had come in before.
    Repeated(Event),
}

/// An event as it came in, about to be recorded.
pub struct Report {
    /// Which certificate it is about.
    pub certificate_id: String,
    /// What is reported.
    pub event: NewEvent,
    /// Who reports it: their division must cover the certificate's.
    pub by: Account,
    /// The issuer whose status list shows it.
    pub iss: String,
    /// Names the event unless the sender did.
    pub fresh: Uuid,
    /// When.
    pub now: Timestamp,
}

impl Report {
    /// Records the event; it takes effect with the transaction around it.
    ///
    /// # Errors
    /// [`Code::TransitionNotAllowed`] when it cannot happen as the certificate stands, [`Code::EventConflict`] when
    /// another event has its id, [`Code::NotFound`], [`Code::OtherDivision`], [`Code::UnfitValue`].
    pub fn record(&self, conn: &mut Conn) -> Result<Recorded, Problem> {
        self.check()?;
        for _ in 0..ATTEMPTS {
            let certificate = certificates::find(conn, &self.certificate_id)?.ok_or(Code::NotFound)?;
            self.by.require_division(&certificate.division)?;
            if let Some(known) = self.known(conn)? {
                return self.repeated(known);
            }
            if let Some(row) = self.change(conn, &certificate)? {
                return Ok(Recorded::New(Event::of(row, true)));
            }
        }
        Err(Problem::new(Code::Unavailable).retry_after(1))
    }

    fn check(&self) -> Result<(), Problem> {
        let mut findings = Vec::new();
        if self.event.reason.as_ref().is_some_and(|reason| reason.chars().nth(MAX_REASON).is_some()) {
            findings.push(Finding { item: "reason".into(), rule: "too_long".into(), source: None });
        }
        if self.event.occurred_at.is_some_and(|at| at > self.now.plus_seconds(CLOCK_ALLOWANCE)) {
            findings.push(Finding { item: "occurred_at".into(), rule: "in_the_future".into(), source: None });
        }
        if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
    }

    fn known(&self, conn: &mut Conn) -> Result<Option<EventRow>, Problem> {
        let Some(id) = self.event.id else { return Ok(None) };
        Ok(events::find(conn, &id.to_string())?)
    }

    fn repeated(&self, known: EventRow) -> Result<Recorded, Problem> {
        let is_same = known.certificate_id == self.certificate_id
            && known.event == self.event.event.word()
            && known.reason == self.event.reason
            && known.actor == self.by.id
            && self.event.occurred_at.is_none_or(|at| at.millis() == known.occurred_at);
        if is_same { Ok(Recorded::Repeated(Event::of(known, true))) } else { Err(Code::EventConflict.into()) }
    }

    /// Changes the certificate and keeps the event; `None` when another change came in between.
    fn change(&self, conn: &mut Conn, certificate: &CertificateRow) -> Result<Option<EventRow>, Problem> {
        let (before, change) = (State::of(certificate)?, self.event.event);
        let state = after(before, change).ok_or_else(|| not_allowed(before, change))?;
        let (status, overdue) = (state.standing.word(), state.review_overdue);
        if !certificates::change_status(conn, certificate, status, overdue, self.now.millis())? {
            return Ok(None);
        }
        let row = self.row(certificate, state);
        if !events::append(conn, &self.iss, vec![row.clone()])? {
            // The same event came in through another server at this moment; sent again, it is found.
            return Err(Problem::new(Code::Unavailable).retry_after(1));
        }
        Ok(Some(row))
    }

    fn row(&self, certificate: &CertificateRow, state: State) -> EventRow {
        EventRow {
            id: self.event.id.unwrap_or(self.fresh).to_string(),
            seq: 0,
            certificate_id: certificate.id.clone(),
            event: self.event.event.word().to_owned(),
            version: certificate.version,
            status: state.standing.word().to_owned(),
            reason: self.event.reason.clone(),
            occurred_at: self.event.occurred_at.unwrap_or(self.now).millis(),
            recorded_at: self.now.millis(),
            actor: self.by.id.clone(),
            batch_id: None,
        }
    }
}

/// Everything that happened to a certificate, oldest first. `with_actors`: for staff.
///
/// # Errors
/// When the database cannot.
pub fn history(conn: &mut Conn, certificate_id: &str, with_actors: bool) -> Result<Vec<Event>, Problem> {
    let rows = events::of_certificate(conn, certificate_id)?;
    Ok(rows.into_iter().map(|row| Event::of(row, with_actors)).collect())
}

fn not_allowed(before: State, change: Change) -> Problem {
    let detail = format!("{} is not possible while the certificate is {}", change.word(), before.standing);
    Problem::new(Code::TransitionNotAllowed).detail(detail)
}

impl Event {
    fn of(row: EventRow, with_actor: bool) -> Self {
        Self {
            id: row.id,
            event: row.event,
            version: row.version,
            status: row.status,
            reason: row.reason,
            occurred_at: Timestamp(row.occurred_at),
            recorded_at: Timestamp(row.recorded_at),
            actor: with_actor.then_some(row.actor),
        }
    }
}
