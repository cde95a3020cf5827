//! Recording what happened to a certificate. The change, its history and the next status list follow from one
//! transaction, so that it holds at once for whoever presents or verifies.

use uuid::Uuid;
use verifier_core::ids::Division;

use super::order::is_overtaken;
use super::refusal::{NotRecorded, Refusal};
use super::{Change, Course, Happened, Ledger, NewEvent};
use crate::admit::{self, Sender};
use crate::clock::Timestamp;
use crate::record::{Day, Finding, Rule, name};
use crate::store::certificates::{self, CertificateRow};
use crate::store::events::EventRow;
use crate::store::{Conn, StoreError};

/// Longest reason, in characters.
const MAX_REASON: usize = 200;
/// How far the sender's clock may be ahead, in seconds.
const CLOCK_ALLOWANCE: i64 = 60;
/// How often a change is tried anew after another one came in between.
const ATTEMPTS: usize = 3;

/// An event on record.
pub enum Recorded {
    /// It came in now.
    New(EventRow),
    /// It had come in before.
    Repeated(EventRow),
}

/// Which certificate an event is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The one with this id of ours.
    Id(String),
    /// The one known by this.
    Number {
        /// Last three digits of the type code.
        kind: &'static str,
        /// 统一社会信用代码 of the issuing authority.
        issuer: String,
        /// What the number is found by.
        number_index: String,
    },
}

/// An event as it came in, about to be recorded.
pub struct Report {
    /// Which certificate it is about.
    pub subject: Subject,
    /// What is reported.
    pub event: NewEvent,
    /// Who reports it: their division must cover the certificate's.
    pub by: Sender,
    /// The prefix of the divisions this system answers for.
    pub province: String,
    /// The batch it came in with.
    pub batch: Option<String>,
    /// Names the event unless the sender did.
    pub fresh: Uuid,
    /// When.
    pub now: Timestamp,
}

/// What an event states beside what it is, checked.
struct Terms {
    until: Option<i32>,
    division: Option<String>,
    occurred_at: i64,
}

impl Report {
    /// Records the event; it takes effect with the transaction around it. `new_id` names what happened by itself before.
    ///
    /// # Errors
    /// Why it may not be recorded; when the database cannot.
    pub fn record(
        &self,
        conn: &mut Conn,
        ledger: &mut Ledger,
        new_id: impl Fn() -> String,
    ) -> Result<Recorded, NotRecorded> {
        let terms = self.terms()?;
        for _ in 0..ATTEMPTS {
            let stored = self.find(conn)?.ok_or(Refusal::Unknown)?;
            if !self.by.covers(&stored.division) {
                return Err(Refusal::OtherDivision.into());
            }
            if let Some(known) = self.known(conn, ledger)? {
                return self.repeated(&stored, known, &terms);
            }
            if self.event.sequence.is_some() && self.event.sequence <= stored.sequence {
                return Err(Refusal::SequencePassed.into());
            }
            let course = Course::of(&stored)?;
            let happened: Vec<Happened> = course.until(self.now.day_number()).collect();
            let course = happened.last().map_or(course, |last| last.course);
            let history = ledger.of_certificate(conn, &stored.id)?;
            let after = self.judge(course, &history, &terms)?;
            let row = self.changed(&stored, after, &terms);
            if certificates::change_state(conn, &stored, &row)? {
                ledger.extend(happened.iter().map(|happened| happened.event(new_id(), &stored, self.now)));
                let event = self.event_row(&stored, &row, &terms);
                ledger.push(event.clone());
                return Ok(Recorded::New(event));
            }
        }
        Err(StoreError::Busy.into())
    }

    fn find(&self, conn: &mut Conn) -> Result<Option<CertificateRow>, StoreError> {
        match &self.subject {
            Subject::Id(id) => certificates::find(conn, id),
            Subject::Number { kind, issuer, number_index } => {
                certificates::find_by_number(conn, kind, issuer, number_index)
            }
        }
    }

    fn known(&self, conn: &mut Conn, ledger: &Ledger) -> Result<Option<EventRow>, StoreError> {
        self.event.id.map_or(Ok(None), |id| ledger.find(conn, &id.to_string()))
    }

    fn repeated(
        &self,
        stored: &CertificateRow,
        known: EventRow,
        terms: &Terms,
    ) -> Result<Recorded, NotRecorded> {
        let is_same = known.certificate_id == stored.id
            && known.event == self.event.event.word()
            && known.reason == self.event.reason
            && known.actor == self.by.account
            && known.until_day == terms.until
            && self.event.to_division.as_ref().is_none_or(|division| *division == known.division)
            && self.event.occurred_at.is_none_or(|at| at.millis() == known.occurred_at);
        if is_same { Ok(Recorded::Repeated(known)) } else { Err(Refusal::Conflict.into()) }
    }

    /// The course after the event, if it may happen.
    fn judge(&self, course: Course, history: &[EventRow], terms: &Terms) -> Result<Course, NotRecorded> {
        let change = self.event.event;
        let not_allowed = Refusal::NotAllowed(course.state, change);
        let mut after = course.after(change, terms.until).ok_or_else(|| not_allowed.clone())?;
        if change == Change::Restored {
            after = after.back_to(before_withdrawal(history).ok_or(not_allowed)?)?;
        }
        if is_overtaken(history, change, terms.occurred_at) {
            return Err(Refusal::Overtaken.into());
        }
        Ok(after)
    }

    fn changed(&self, stored: &CertificateRow, after: Course, terms: &Terms) -> CertificateRow {
        let mut row = CertificateRow {
            division: terms.division.as_ref().unwrap_or(&stored.division).clone(),
            sequence: self.event.sequence.or(stored.sequence),
            revision: stored.revision + 1,
            updated_at: self.now.millis(),
            ..stored.clone()
        };
        after.put_into(&mut row);
        row
    }

    fn event_row(&self, stored: &CertificateRow, row: &CertificateRow, terms: &Terms) -> EventRow {
        EventRow {
            id: self.event.id.unwrap_or(self.fresh).to_string(),
            seq: 0,
            certificate_id: row.id.clone(),
            event: self.event.event.word().to_owned(),
            version: row.version,
            status: row.status.clone(),
            review_overdue: row.review_overdue,
            division: row.division.clone(),
            moved_from: moved(&stored.division, &row.division),
            until_day: terms.until,
            reason: self.event.reason.clone(),
            occurred_at: terms.occurred_at,
            recorded_at: self.now.millis(),
            actor: self.by.account.clone(),
            batch_id: self.batch.clone(),
        }
    }

    /// Checks what the event states.
    fn terms(&self) -> Result<Terms, Refusal> {
        let NewEvent { event, reason, occurred_at, until, to_division, sequence, .. } = &self.event;
        let occurred_at = occurred_at.unwrap_or(self.now);
        let mut findings = Vec::new();
        let mut find = |rule: Rule, item: &str| findings.push(admit::finding(rule, item));
        if reason.as_ref().is_some_and(|reason| reason.chars().nth(MAX_REASON).is_some()) {
            find(Rule::WrongLength, name::REASON);
        }
        if occurred_at > self.now.plus_seconds(CLOCK_ALLOWANCE) {
            find(Rule::InTheFuture, name::OCCURRED_AT);
        }
        if sequence.is_some_and(|sequence| sequence < 1) {
            find(Rule::WrongLength, name::SEQUENCE);
        }
        let day = until.as_deref().and_then(Day::parse).map(Day::days);
        match day {
            _ if until.is_some() && !takes_day(*event) => find(Rule::NotForEvent, name::UNTIL),
            None if until.is_some() => find(Rule::NotADate, name::UNTIL),
            Some(day) if day < occurred_at.day_number() => find(Rule::EndsBeforeStart, name::UNTIL),
            _ => {}
        }
        let is_transfer = *event == Change::TransferredOut;
        match to_division.as_deref().map(Division::parse) {
            Some(_) if !is_transfer => find(Rule::NotForEvent, name::TO_DIVISION),
            None if is_transfer => find(Rule::Missing, name::TO_DIVISION),
            Some(Err(error)) => find(Rule::Id(error), name::TO_DIVISION),
            Some(Ok(division)) if !division.is_within(&self.province) => {
                find(Rule::OutsideJurisdiction, name::TO_DIVISION);
            }
            _ => {}
        }
        let terms = Terms { until: day, division: to_division.clone(), occurred_at: occurred_at.millis() };
        if findings.is_empty() { Ok(terms) } else { Err(Refusal::Unfit(findings)) }
    }
}

/// The division a certificate has left, if it has.
#[must_use]
pub fn moved(from: &str, to: &str) -> Option<String> {
    (from != to).then(|| from.to_owned())
}

/// Whether an event may state a last day.
const fn takes_day(change: Change) -> bool {
    matches!(change, Change::Suspended | Change::ReviewPassed | Change::Assessed)
}

/// What a certificate was withdrawn after that nothing else ended: the event that says how it stood, and of a suspension
/// the one that began it.
fn before_withdrawal(history: &[EventRow]) -> Option<&EventRow> {
    let ends = ["cancelled", "revoked", "withdrawn"];
    let end = history.iter().rposition(|row| ends.contains(&row.event.as_str()))?;
    history.get(end).filter(|row| row.event == Change::Withdrawn.word())?;
    let earlier = history.get(..end)?;
    let last = earlier.last()?;
    let began = earlier.iter().rev().find(|row| row.event == Change::Suspended.word());
    began.filter(|row| row.status == last.status).or(Some(last))
}

impl From<Finding> for crate::problem::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            item: finding.item.into(),
            rule: finding.rule.code().into(),
            source: Some(finding.source.into())
                .filter(|source: &std::borrow::Cow<'_, str>| !source.is_empty()),
        }
    }
}
