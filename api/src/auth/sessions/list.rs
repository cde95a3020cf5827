//! What the owner of sessions sees of them.

use serde::Serialize;
use utoipa::ToSchema;

use super::standing::Limits;
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::store::sessions::{self as rows, SessionRow};
use crate::store::{Conn, StoreError};

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionSummary {
    /// UUIDv7.
    id: String,
    /// What the client calls itself.
    #[schema(example = "我的手机")]
    device: String,
    /// The network it was begun from.
    #[schema(example = "203.0.113.*")]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// When it was begun.
    began_at: Timestamp,
    /// When it was last used, to a thirtieth of the idle limit.
    used_at: Timestamp,
    /// When it ends if it is not used again.
    ends_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// An account's sessions that stand, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    account: &Account,
    current: Option<&str>,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SessionSummary>, StoreError> {
    let limits = Limits::of(config, account.role);
    let rows = rows::of_account(conn, &account.id)?.into_iter();
    let summary = |row: SessionRow| SessionSummary {
        current: Some(row.id.as_str()) == current,
        ends_at: limits.end(&row),
        began_at: Timestamp(row.created_at),
        used_at: Timestamp(row.used_at),
        id: row.id,
        device: row.device,
        address: row.address,
    };
    Ok(rows.map(summary).filter(|session| session.ends_at > now).collect())
}
