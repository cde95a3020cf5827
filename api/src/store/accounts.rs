//! Queries on accounts.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::accounts;

/// An account as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub struct AccountRow {
    /// UUIDv7.
    pub id: String,
    /// What the person signs in with.
    pub login: String,
    /// As `auth::Role` writes it.
    pub role: String,
    /// The name shown to others.
    pub name: String,
    /// As `auth::Password` writes it; `None`: no password signs in.
    pub password_hash: Option<String>,
    /// The holder this account acts for; holders only.
    pub holder_id: Option<String>,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes.
    pub division: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; `None` while the account may sign in.
    pub disabled_at: Option<i64>,
    /// Unix milliseconds.
    pub password_set_at: i64,
    /// Whether someone else gave it, so that it must be changed.
    pub password_initial: bool,
    /// Unix milliseconds.
    pub last_sign_in_at: Option<i64>,
    /// Since when it has had second factors, unix milliseconds.
    pub factors_since: Option<i64>,
}

/// Adds an account: `false` when its login is taken.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &AccountRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(accounts::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The account that signs in as `login`.
///
/// # Errors
/// When the database cannot.
pub fn find_by_login(conn: &mut Conn, login: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(accounts::table
        .filter(accounts::login.eq(login))
        .select(AccountRow::as_select())
        .get_result(conn)
        .optional()?)
}

/// The account with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(accounts::table.find(id).select(AccountRow::as_select()).get_result(conn).optional()?)
}

/// All accounts, by login.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<AccountRow>, StoreError> {
    Ok(accounts::table.order(accounts::login).select(AccountRow::as_select()).load(conn)?)
}

/// Every account of a holder, oldest first, disabled ones too.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(conn: &mut Conn, holder_id: &str) -> Result<Vec<AccountRow>, StoreError> {
    Ok(accounts::table
        .filter(accounts::holder_id.eq(holder_id))
        .order((accounts::created_at, accounts::id))
        .select(AccountRow::as_select())
        .load(conn)?)
}

/// Ends an account of a holder: `false` when there is none with this id that could still sign in.
///
/// # Errors
/// When the database cannot.
pub fn end_of_holder(conn: &mut Conn, holder_id: &str, id: &str, at: i64) -> Result<bool, StoreError> {
    let open = accounts::table
        .find(id)
        .filter(accounts::holder_id.eq(holder_id))
        .filter(accounts::disabled_at.is_null());
    Ok(diesel::update(open).set(accounts::disabled_at.eq(at)).execute(conn)? == 1)
}

/// Ends an account: `false` when there is none with this login that could still sign in.
///
/// # Errors
/// When the database cannot.
pub fn disable(conn: &mut Conn, login: &str, at: i64) -> Result<bool, StoreError> {
    let open = accounts::table.filter(accounts::login.eq(login)).filter(accounts::disabled_at.is_null());
    let changed = diesel::update(open).set(accounts::disabled_at.eq(at)).execute(conn)?;
    Ok(changed == 1)
}

/// Notes that an account signed in.
///
/// # Errors
/// When the database cannot.
pub fn note_sign_in(conn: &mut Conn, id: &str, at: i64) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set(accounts::last_sign_in_at.eq(at)).execute(conn)?;
    Ok(())
}
