//! Queries on sessions.

use diesel::prelude::*;

use super::accounts::AccountRow;
use super::{Conn, StoreError};
use crate::schema::{accounts, certificates, sessions};

/// A session as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// What the client calls itself.
    pub device: String,
    /// Where it was begun, masked.
    pub address: Option<String>,
    /// As `auth::Factor` writes it.
    pub factor: String,
    /// What its refresh tokens are made from, with the secret in the keystore.
    pub salt: Vec<u8>,
    /// Of the refresh token that stands.
    pub generation: i32,
    /// The last generation whose access token came back.
    pub heard: i32,
    /// When it began.
    pub created_at: i64,
    /// When the refresh token that stands was made.
    pub refreshed_at: i64,
    /// When it was last used, roughly.
    pub used_at: i64,
    /// When it ends in any case.
    pub ends_at: i64,
    /// When it was ended before that.
    pub ended_at: Option<i64>,
    /// Why.
    pub ended_because: Option<String>,
}

/// Adds a session.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &SessionRow) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table).values(row).execute(conn)?;
    Ok(())
}

/// The session with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<SessionRow>, StoreError> {
    Ok(sessions::table.find(id).select(SessionRow::as_select()).get_result(conn).optional()?)
}

/// The session with this id, and its account.
///
/// # Errors
/// When the database cannot.
pub fn find_with_account(conn: &mut Conn, id: &str) -> Result<Option<(SessionRow, AccountRow)>, StoreError> {
    Ok(sessions::table
        .inner_join(accounts::table)
        .filter(sessions::id.eq(id))
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .get_result(conn)
        .optional()?)
}

/// An account's sessions that were not ended, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn of_account(conn: &mut Conn, account_id: &str) -> Result<Vec<SessionRow>, StoreError> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::ended_at.is_null())
        .order((sessions::created_at, sessions::id))
        .select(SessionRow::as_select())
        .load(conn)?)
}

/// Moves a session on to its next generation: `false` when it has moved on or ended already.
///
/// # Errors
/// When the database cannot.
pub fn rotate(conn: &mut Conn, id: &str, generation: i32, at: i64) -> Result<bool, StoreError> {
    let standing = sessions::table
        .find(id)
        .filter(sessions::generation.eq(generation))
        .filter(sessions::ended_at.is_null());
    let next = (sessions::generation.eq(generation.saturating_add(1)), sessions::refreshed_at.eq(at));
    Ok(diesel::update(standing).set(next).execute(conn)? == 1)
}

/// Notes that a session is in use, and that the answer with this generation arrived.
///
/// # Errors
/// When the database cannot.
pub fn touch(conn: &mut Conn, id: &str, generation: i32, at: i64) -> Result<(), StoreError> {
    let one = sessions::table.find(id);
    diesel::update(one.filter(sessions::used_at.lt(at))).set(sessions::used_at.eq(at)).execute(conn)?;
    diesel::update(one.filter(sessions::heard.lt(generation)))
        .set(sessions::heard.eq(generation))
        .execute(conn)?;
    Ok(())
}

/// Ends a session of an account: `false` when there is none that could end.
///
/// # Errors
/// When the database cannot.
pub fn end(conn: &mut Conn, account_id: &str, id: &str, because: &str, at: i64) -> Result<bool, StoreError> {
    let one = sessions::table
        .find(id)
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::ended_at.is_null());
    let end = (sessions::ended_at.eq(at), sessions::ended_because.eq(because));
    Ok(diesel::update(one).set(end).execute(conn)? == 1)
}

/// Ends every session of an account but one, or all. How many those were.
///
/// # Errors
/// When the database cannot.
pub fn end_all(
    conn: &mut Conn,
    account_id: &str,
    except: Option<&str>,
    because: &str,
    at: i64,
) -> Result<usize, StoreError> {
    let others = sessions::table
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne(except.unwrap_or_default()));
    let end = (sessions::ended_at.eq(at), sessions::ended_because.eq(because));
    Ok(diesel::update(others).set(end).execute(conn)?)
}

/// Whether an account and one that acts for the holder of a certificate have sessions from the same address.
///
/// # Errors
/// When the database cannot.
pub fn share_address(conn: &mut Conn, account_id: &str, certificate_id: &str) -> Result<bool, StoreError> {
    let holder: Option<String> = certificates::table
        .find(certificate_id)
        .select(certificates::holder_id)
        .get_result(conn)
        .optional()?;
    let theirs: Vec<Option<String>> = sessions::table
        .inner_join(accounts::table)
        .filter(accounts::holder_id.eq(holder))
        .select(sessions::address)
        .load(conn)?;
    let own: Vec<Option<String>> =
        sessions::table.filter(sessions::account_id.eq(account_id)).select(sessions::address).load(conn)?;
    Ok(own.iter().flatten().any(|address| theirs.iter().flatten().any(|other| other == address)))
}

/// Forgets sessions whose last moment was before `before`.
///
/// # Errors
/// When the database cannot.
pub fn sweep(conn: &mut Conn, before: i64) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::ends_at.lt(before))).execute(conn)?)
}
