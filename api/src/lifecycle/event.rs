//! An event as the issuer sends it, and as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Change;
use crate::audit::{Action, Context, Entry};
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::events::{self, EventRow};

/// What the issuer reports.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// A UUID of the sender's, so that the same event can be sent twice and counts once.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<Uuid>,
    /// What happened.
    pub event: Change,
    /// Why, at most 200 characters.
    pub reason: Option<String>,
    /// When it took effect in the issuer's system; now, unless given.
    pub occurred_at: Option<Timestamp>,
    /// Last day of a suspension, which then ends by itself, or that a review or assessment is good for: `YYYYMMDD`.
    #[schema(example = "20261231")]
    pub until: Option<String>,
    /// 转出: the division that answers for the certificate from now on, six digits (GB/T 2260).
    #[schema(example = "210200")]
    pub to_division: Option<String>,
    /// The sender's number of this change of the certificate: once a later one was taken, this one is not.
    #[schema(minimum = 1)]
    pub sequence: Option<i64>,
}

/// Something that happened to a certificate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// UUID.
    id: String,
    /// What happened: `issued`, `changed`, `renewed`, `reissued`, `transferred_in`, or one of the events that can be sent.
    #[schema(example = "suspended")]
    event: String,
    /// The version in force after it.
    version: i32,
    /// The status after it.
    #[schema(example = "suspended")]
    status: String,
    /// Whether a review or assessment was overdue after it.
    review_overdue: bool,
    /// The division after it.
    #[schema(example = "210100")]
    division: String,
    /// The division before it, where it changed that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "210200")]
    moved_from: Option<String>,
    /// Last day of the suspension, or that the review or assessment is good for, as the event says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    until: Option<String>,
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
        let entry = entry.in_division(self.division.as_str());
        entry.detail("event", self.id.as_str()).detail("status", self.status.as_str())
    }

    /// An event on record; `with_actor`: for staff.
    #[must_use]
    pub fn of(row: EventRow, with_actor: bool) -> Self {
        let day = |day| u32::try_from(day).ok().map(|day| verifier_core::Day(day).to_string());
        Self {
            id: row.id,
            event: row.event,
            version: row.version,
            status: row.status,
            review_overdue: row.review_overdue,
            division: row.division,
            moved_from: row.moved_from,
            until: row.until_day.and_then(day),
            reason: row.reason,
            occurred_at: Timestamp(row.occurred_at),
            recorded_at: Timestamp(row.recorded_at),
            actor: with_actor.then_some(row.actor),
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
