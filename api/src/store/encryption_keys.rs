//! Queries on keys that answers to third parties are encrypted to: added and revoked, never deleted.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::encryption_keys;

/// A key as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = encryption_keys)]
pub struct EncryptionKeyRow {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// 33 bytes, compressed.
    pub public_key: Vec<u8>,
    /// Id of the key, hex.
    pub kid: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// Adds a key: `false` when it is registered already, by whomever.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &EncryptionKeyRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(encryption_keys::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Keys of an account behind the one with the id `after`: `limit` of them, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn of_account(
    conn: &mut Conn,
    account_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<EncryptionKeyRow>, StoreError> {
    Ok(encryption_keys::table
        .filter(encryption_keys::account_id.eq(account_id))
        .filter(encryption_keys::id.gt(after))
        .order(encryption_keys::id)
        .limit(limit)
        .select(EncryptionKeyRow::as_select())
        .load(conn)?)
}

/// The newest key of an account that is not revoked.
///
/// # Errors
/// When the database cannot.
pub fn newest(conn: &mut Conn, account_id: &str) -> Result<Option<EncryptionKeyRow>, StoreError> {
    Ok(encryption_keys::table
        .filter(encryption_keys::account_id.eq(account_id))
        .filter(encryption_keys::revoked_at.is_null())
        .order(encryption_keys::id.desc())
        .select(EncryptionKeyRow::as_select())
        .first(conn)
        .optional()?)
}

/// How many keys of an account are not revoked.
///
/// # Errors
/// When the database cannot.
pub fn count(conn: &mut Conn, account_id: &str) -> Result<i64, StoreError> {
    Ok(encryption_keys::table
        .filter(encryption_keys::account_id.eq(account_id))
        .filter(encryption_keys::revoked_at.is_null())
        .count()
        .get_result(conn)?)
}

/// The key of an account with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, account_id: &str, id: &str) -> Result<Option<EncryptionKeyRow>, StoreError> {
    let found = encryption_keys::table.find(id).filter(encryption_keys::account_id.eq(account_id));
    Ok(found.select(EncryptionKeyRow::as_select()).get_result(conn).optional()?)
}

/// Revokes a key. Once more changes nothing.
///
/// # Errors
/// When the database cannot.
pub fn revoke(conn: &mut Conn, id: &str, at: i64) -> Result<(), StoreError> {
    let unrevoked = encryption_keys::table.find(id).filter(encryption_keys::revoked_at.is_null());
    diesel::update(unrevoked).set(encryption_keys::revoked_at.eq(at)).execute(conn)?;
    Ok(())
}
