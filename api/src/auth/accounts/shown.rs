//! An account as administrators see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Role;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::Problem;
use crate::store::accounts::AccountRow;

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountState)]
pub enum State {
    /// May be used.
    Open,
    /// Waits for the approval of its role.
    Pending,
    /// Disabled by an administrator.
    Disabled,
    /// Changed by other means than this program, and not used.
    Altered,
}

/// An account as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountShown)]
pub struct Shown {
    /// UUIDv7.
    pub id: String,
    /// What it signs in with.
    pub login: String,
    /// What it may be.
    pub role: Role,
    /// The name shown to others.
    pub name: String,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes; absent: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2101")]
    pub division: Option<String>,
    /// How it stands.
    pub state: State,
    /// The approval that gave it its role; `direct`: none was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

impl Shown {
    /// As it is shown.
    ///
    /// # Errors
    /// When the row is none that this program wrote.
    pub fn of(integrity: &Integrity, row: AccountRow) -> Result<Self, Problem> {
        Ok(Self {
            state: State::of(integrity, &row),
            role: row.role.parse().map_err(|()| Problem::internal("an account of no role"))?,
            id: row.id,
            login: row.login,
            name: row.name,
            division: row.division,
            grant_id: row.grant_id,
            created_at: Timestamp(row.created_at),
            disabled_at: row.disabled_at.map(Timestamp),
        })
    }
}

impl State {
    /// How the account of a row stands.
    #[must_use]
    pub fn of(integrity: &Integrity, row: &AccountRow) -> Self {
        if !integrity.holds(row) {
            Self::Altered
        } else if row.disabled_at.is_some() {
            Self::Disabled
        } else if row.grant_id.is_none() {
            Self::Pending
        } else {
            Self::Open
        }
    }

    /// The word it is written with.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Disabled => "disabled",
            Self::Altered => "altered",
        }
    }
}
