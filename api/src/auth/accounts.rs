//! Accounts as the rest of the program knows them: made, found while they may sign in.

use super::sessions::{self, Ended};
use super::{Account, Password, Role};
use crate::clock::Timestamp;
use crate::store::accounts::{self as rows, AccountRow};
use crate::store::{Conn, StoreError};

/// An account to be made.
pub struct NewAccount {
    /// UUIDv7.
    pub id: String,
    /// What it signs in with.
    pub login: String,
    /// What it may be.
    pub role: Role,
    /// The name shown to others.
    pub name: String,
    /// Its password, hashed; none for an account that is reached by WeChat or by signed requests alone.
    pub password: Option<Password>,
    /// Whether someone else chose it: then it must be changed at the first sign-in.
    pub password_initial: bool,
    /// The holder it acts for: holders, and only they, have one.
    pub holder_id: Option<String>,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes.
    pub division: Option<String>,
}

/// Adds an account: `false` when its login is taken.
///
/// # Errors
/// When the database cannot, or the holder does not exist.
pub fn add(conn: &mut Conn, new: NewAccount, now: Timestamp) -> Result<bool, StoreError> {
    let row = AccountRow {
        id: new.id,
        login: new.login,
        role: new.role.word().to_owned(),
        name: new.name,
        password_hash: new.password.map(|password| password.to_string()),
        holder_id: new.holder_id,
        division: new.division,
        created_at: now.millis(),
        disabled_at: None,
        password_set_at: now.millis(),
        password_initial: new.password_initial,
        last_sign_in_at: None,
        factors_since: None,
    };
    rows::insert(conn, &row)
}

/// Ends an account, and its sessions with it: `false` when there is none with this login that could still sign in.
///
/// # Errors
/// When the database cannot.
pub fn disable(conn: &mut Conn, login: &str, now: Timestamp) -> Result<bool, StoreError> {
    let Some(row) = rows::find_by_login(conn, login)? else {
        return Ok(false);
    };
    sessions::end_all(conn, &row.id, None, Ended::AccountDisabled, now)?;
    rows::disable(conn, login, now.millis())
}

/// The account of a row, when it may be used.
#[must_use]
pub fn open(row: &AccountRow) -> Option<Account> {
    if row.disabled_at.is_some() {
        return None;
    }
    Some(Account {
        id: row.id.clone(),
        role: row.role.parse().ok()?,
        name: row.name.clone(),
        holder_id: row.holder_id.clone(),
        division: row.division.clone(),
    })
}
