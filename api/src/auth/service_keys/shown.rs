//! A key of a service as administrators see it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Account;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::Problem;
use crate::store::accounts::AccountRow;
use crate::store::service_keys::{self as rows, ServiceKeyRow};
use crate::store::{Conn, StoreError};

/// A key as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceKey)]
pub struct Shown {
    /// Id of the key: `keyid` of what it signs.
    #[schema(example = "e6a4f9765fca89e8")]
    pub kid: String,
    /// The login of the service.
    pub login: String,
    /// What its owner calls it.
    pub label: String,
    /// Whether it may sign.
    pub state: State,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The approval it was registered under, or `direct`.
    pub grant_id: String,
}

/// Whether a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceKeyState)]
pub enum State {
    /// It may.
    Good,
    /// It is past its end.
    Ended,
    /// It was revoked.
    Revoked,
    /// Changed by other means than this program, and not used.
    Altered,
}

impl State {
    /// The word it is shown as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
            Self::Altered => "altered",
        }
    }
}

impl Shown {
    fn of(integrity: &Integrity, (row, account): (ServiceKeyRow, AccountRow), now: Timestamp) -> Self {
        let state = match row.revoked_at {
            _ if !integrity.holds(&row) => State::Altered,
            Some(_) => State::Revoked,
            None if row.not_after <= now.millis() => State::Ended,
            None => State::Good,
        };
        Self {
            kid: row.kid,
            login: account.login,
            label: row.label,
            state,
            created_at: Timestamp(row.created_at),
            ends_at: Timestamp(row.not_after),
            grant_id: row.grant_id,
        }
    }
}

/// The keys of services of a division, or of all that an administrator answers for.
///
/// # Errors
/// As [`Account::divisions`], or when the database cannot.
pub fn list(
    conn: &mut Conn,
    integrity: &Integrity,
    admin: &Account,
    division: Option<String>,
    now: Timestamp,
) -> Result<Vec<Shown>, Problem> {
    let (first, last) = admin.divisions(division)?;
    let within = |account: &AccountRow| {
        let division = account.division.as_deref().unwrap_or_default();
        (first.as_str()..=last.as_str()).contains(&division)
    };
    let found = rows::list(conn)?.into_iter().filter(|(_, account)| within(account));
    Ok(found.map(|found| Shown::of(integrity, found, now)).collect())
}

/// Every key.
///
/// # Errors
/// When the database cannot.
pub fn all(conn: &mut Conn, integrity: &Integrity, now: Timestamp) -> Result<Vec<Shown>, StoreError> {
    Ok(rows::list(conn)?.into_iter().map(|found| Shown::of(integrity, found, now)).collect())
}
