//! An approval as people see it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Kind, is_over};
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::approvals::ApprovalRow;

/// How an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalState)]
pub enum State {
    /// Waits for a second person.
    Pending,
    /// Given.
    Approved,
    /// Not given.
    Refused,
    /// Nobody decided in time.
    Expired,
}

/// An operation that needs a second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approval {
    /// UUIDv7.
    id: String,
    /// Which operation.
    kind: Kind,
    /// What it is about: an account's id, a key's id, what is exported.
    object: String,
    /// What is to be done with it.
    #[schema(value_type = Object)]
    payload: Value,
    /// The jurisdiction it lies in; absent: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    /// The account that asked, or `os:` and the name of a person at the machine itself.
    requested_by: String,
    /// Why.
    reason: String,
    /// When.
    requested_at: Timestamp,
    /// From when on it is void.
    expires_at: Timestamp,
    /// How it stands.
    state: State,
    /// The account that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_at: Option<Timestamp>,
}

impl State {
    fn of(row: &ApprovalRow, now: Timestamp) -> Self {
        match row.state.as_str() {
            "approved" => Self::Approved,
            "refused" => Self::Refused,
            _ if is_over(row, now) => Self::Expired,
            _ => Self::Pending,
        }
    }
}

impl Approval {
    /// As it is shown now.
    ///
    /// # Errors
    /// When the row is none that this program wrote.
    pub fn of(row: ApprovalRow, now: Timestamp) -> Result<Self, Problem> {
        Ok(Self {
            state: State::of(&row, now),
            kind: row.kind.parse().map_err(|()| Problem::internal("an approval of no kind"))?,
            payload: serde_json::from_str(&row.payload).map_err(Problem::internal)?,
            id: row.id,
            object: row.object,
            division: row.division,
            requested_by: row.requested_by,
            reason: row.reason,
            requested_at: Timestamp(row.requested_at),
            expires_at: Timestamp(row.expires_at),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp),
            refusal: row.refusal,
            executed_at: row.executed_at.map(Timestamp),
        })
    }
}
