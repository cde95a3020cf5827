//! Queries on the keys of services, and on the nonces they used.

use diesel::prelude::*;

use super::accounts::AccountRow;
use super::{Conn, StoreError, attempt};
use crate::schema::{accounts, service_keys, service_nonces};

/// A key as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_keys)]
pub struct ServiceKeyRow {
    /// Id of the key, hex.
    pub kid: String,
    /// The service.
    pub account_id: String,
    /// 33 bytes, compressed.
    pub public_key: Vec<u8>,
    /// What its owner calls it.
    pub label: String,
    /// From when on it is good.
    pub not_before: i64,
    /// Until when.
    pub not_after: i64,
    /// When it was registered.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The approval it was registered under, or `direct`.
    pub grant_id: String,
    /// The number of the key of its code.
    pub integrity_key: i32,
    /// Its code: see `integrity.rs`.
    pub integrity_code: Vec<u8>,
}

/// Adds a key: `false` when it is registered already, for whomever.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ServiceKeyRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(service_keys::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The key with this id, and its account.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, kid: &str) -> Result<Option<(ServiceKeyRow, AccountRow)>, StoreError> {
    Ok(service_keys::table
        .inner_join(accounts::table)
        .filter(service_keys::kid.eq(kid))
        .select((ServiceKeyRow::as_select(), AccountRow::as_select()))
        .get_result(conn)
        .optional()?)
}

/// Every key with its account, by login, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<(ServiceKeyRow, AccountRow)>, StoreError> {
    Ok(service_keys::table
        .inner_join(accounts::table)
        .order((accounts::login, service_keys::created_at, service_keys::kid))
        .select((ServiceKeyRow::as_select(), AccountRow::as_select()))
        .load(conn)?)
}

/// Writes that a key was revoked: `false` when someone was first.
///
/// # Errors
/// When the database cannot.
pub fn revoke(conn: &mut Conn, row: &ServiceKeyRow) -> Result<bool, StoreError> {
    let standing = service_keys::table.find(&row.kid).filter(service_keys::revoked_at.is_null());
    let changed = diesel::update(standing)
        .set((
            service_keys::revoked_at.eq(row.revoked_at),
            service_keys::integrity_key.eq(row.integrity_key),
            service_keys::integrity_code.eq(&row.integrity_code),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Uses a nonce up: `false` when it was used before.
///
/// # Errors
/// When the database cannot.
pub fn use_nonce(conn: &mut Conn, kid: &str, nonce: &str, expires_at: i64) -> Result<bool, StoreError> {
    let row = (
        service_nonces::kid.eq(kid),
        service_nonces::nonce.eq(nonce),
        service_nonces::expires_at.eq(expires_at),
    );
    let used = attempt(conn, |conn| diesel::insert_into(service_nonces::table).values(row).execute(conn))?;
    Ok(used.is_some())
}

/// Forgets the nonces whose requests could no longer be accepted. How many those were.
///
/// # Errors
/// When the database cannot.
pub fn sweep_nonces(conn: &mut Conn, now: i64) -> Result<usize, StoreError> {
    let past = service_nonces::table.filter(service_nonces::expires_at.lt(now));
    Ok(diesel::delete(past).execute(conn)?)
}
