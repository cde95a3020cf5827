//! All accounts that act for a holder: shown to the holder, so that a stranger among them is seen, and ended by it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::audit::{Action, Audit, Context, Entry};
use crate::auth::{Holder, accounts};
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::{Code, Problem};
use crate::store::accounts::{self as rows, AccountRow};
use crate::store::{Conn, StoreError};

/// An account that acts for a holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActingAccount {
    /// UUIDv7.
    id: String,
    /// The name of the person who uses it.
    name: String,
    /// How it is reached.
    way: Way,
    /// Since when it acts.
    created_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// Whether it is the one that asks.
    this: bool,
}

/// How an account is reached.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// From the WeChat mini-program.
    Wechat,
    /// With login and password.
    Password,
}

/// Every account that acts for this holder or did, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn acting_for(conn: &mut Conn, holder: &Holder) -> Result<Vec<ActingAccount>, StoreError> {
    let rows = rows::of_holder(conn, &holder.holder_id)?;
    Ok(rows.into_iter().map(|row| ActingAccount::of(row, &holder.account.id)).collect())
}

/// Ends an account that acts for this holder; its own too. What it was signed in with is worth nothing from then on.
///
/// # Errors
/// [`Code::NotFound`] when it is none of this holder's that could still act; [`Code::IntegrityBroken`].
pub fn end(
    conn: &mut Conn,
    integrity: &Integrity,
    audit: &Audit,
    context: Context,
    holder: &Holder,
    id: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let own = |row: &AccountRow| row.holder_id.as_ref() == Some(&holder.holder_id);
    let row = rows::find(conn, id)?.filter(own).ok_or(Code::NotFound)?;
    if !accounts::disable(conn, integrity, row, now)? {
        return Err(Code::NotFound.into());
    }
    let entry = Entry::new(Action::IdentityUnbound, context.by(&holder.account)).on("account", id);
    Ok(audit.append(conn, entry)?)
}

impl ActingAccount {
    fn of(row: AccountRow, own: &str) -> Self {
        Self {
            this: row.id == own,
            id: row.id,
            name: row.name,
            way: if row.password_hash.is_some() { Way::Password } else { Way::Wechat },
            created_at: Timestamp(row.created_at),
            ended_at: row.disabled_at.map(Timestamp),
        }
    }
}
