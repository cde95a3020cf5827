//! Queries on second factors: authenticator apps and recovery codes. Keys are devices.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{accounts, recovery_codes, sessions, totp_factors};

/// An authenticator app as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = totp_factors)]
pub struct TotpRow {
    /// Whose it is.
    pub account_id: String,
    /// Encrypted: `vault::Column::TotpSecret`.
    pub secret_ciphertext: Vec<u8>,
    /// As `auth::factors::Algorithm` writes it.
    pub algorithm: String,
    /// The last step whose code was used.
    pub last_step: i64,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// A recovery code as it is stored. Instants are unix milliseconds.
#[derive(Clone, Insertable)]
#[diesel(table_name = recovery_codes)]
pub struct RecoveryCodeRow {
    /// Whose it is.
    pub account_id: String,
    /// SM3.
    pub digest: Vec<u8>,
    /// When it was used.
    pub used_at: Option<i64>,
}

/// An account's authenticator app.
///
/// # Errors
/// When the database cannot.
pub fn totp(conn: &mut Conn, account_id: &str) -> Result<Option<TotpRow>, StoreError> {
    let one = totp_factors::table.find(account_id);
    Ok(one.select(TotpRow::as_select()).get_result(conn).optional()?)
}

/// Keeps an authenticator app in place of the one that was there.
///
/// # Errors
/// When the database cannot.
pub fn replace_totp(conn: &mut Conn, row: &TotpRow) -> Result<(), StoreError> {
    diesel::delete(totp_factors::table.find(&row.account_id)).execute(conn)?;
    diesel::insert_into(totp_factors::table).values(row).execute(conn)?;
    Ok(())
}

/// Uses a step up: `false` when it, or a later one, was used before.
///
/// # Errors
/// When the database cannot.
pub fn use_step(conn: &mut Conn, account_id: &str, step: i64) -> Result<bool, StoreError> {
    let unused = totp_factors::table.find(account_id).filter(totp_factors::last_step.lt(step));
    Ok(diesel::update(unused).set(totp_factors::last_step.eq(step)).execute(conn)? == 1)
}

/// How many of an account's recovery codes are unused.
///
/// # Errors
/// When the database cannot.
pub fn count_recovery_codes(conn: &mut Conn, account_id: &str) -> Result<i64, StoreError> {
    let unused = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account_id))
        .filter(recovery_codes::used_at.is_null());
    Ok(unused.count().get_result(conn)?)
}

/// Keeps recovery codes in place of those that were there.
///
/// # Errors
/// When the database cannot.
pub fn replace_recovery_codes(
    conn: &mut Conn,
    account_id: &str,
    rows: &[RecoveryCodeRow],
) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id))).execute(conn)?;
    for row in rows {
        diesel::insert_into(recovery_codes::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code up: `false` when there is none with this digest that was not used.
///
/// # Errors
/// When the database cannot.
pub fn use_recovery_code(
    conn: &mut Conn,
    account_id: &str,
    digest: &[u8],
    at: i64,
) -> Result<bool, StoreError> {
    let unused = recovery_codes::table.find((account_id, digest)).filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(at)).execute(conn)? == 1)
}

/// Notes that an account has second factors from now on, and with which one its session is proven, if it was not.
///
/// # Errors
/// When the database cannot.
pub fn note_enrolment(
    conn: &mut Conn,
    account_id: &str,
    session_id: &str,
    factor: &str,
    at: i64,
) -> Result<(), StoreError> {
    let account = accounts::table.find(account_id).filter(accounts::factors_since.is_null());
    diesel::update(account).set(accounts::factors_since.eq(at)).execute(conn)?;
    let session = sessions::table.find(session_id).filter(sessions::factor.eq("none"));
    diesel::update(session).set(sessions::factor.eq(factor)).execute(conn)?;
    Ok(())
}

/// Forgets an account's authenticator app and recovery codes, and that it ever had second factors.
///
/// # Errors
/// When the database cannot.
pub fn clear(conn: &mut Conn, account_id: &str) -> Result<(), StoreError> {
    diesel::delete(totp_factors::table.find(account_id)).execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account_id))).execute(conn)?;
    let account = accounts::table.find(account_id);
    diesel::update(account).set(accounts::factors_since.eq(None::<i64>)).execute(conn)?;
    Ok(())
}
