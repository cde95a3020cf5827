//! Queries on signing keys: what is known of them. Their private halves are where `keys/custody.rs` says.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::signing_keys;

/// A signing key as it is stored. All instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct KeyRow {
    /// The key id, hex.
    pub kid: String,
    /// `root`, `seal`, `presentation`, `status` or `audit`.
    pub key_use: String,
    /// Where its private half is: `keystore`, `pkcs11` or `service`.
    pub custody: String,
    /// What it is called there.
    pub label: String,
    /// 33 bytes, compressed.
    pub public_key: Vec<u8>,
    /// Whether it was made for development, and is refused in production.
    pub development: bool,
    /// Its first instant.
    pub not_before: i64,
    /// Its last instant.
    pub not_after: i64,
    /// When it was made.
    pub created_at: i64,
    /// When the first trust list with it was made.
    pub published_at: Option<i64>,
    /// From when on it signs; `None` while unpublished.
    pub usable_at: Option<i64>,
    /// Why it signs earlier than 24 hours after publication, where it does.
    pub override_reason: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// Whether what it signed before its revocation falls with it.
    pub revoked_all: bool,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// The approval under which it was revoked; `None`: by one person, in an emergency.
    pub revocation_approval: Option<String>,
}

/// Adds a key: `false` when it is there already.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &KeyRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(signing_keys::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// All keys, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<KeyRow>, StoreError> {
    Ok(signing_keys::table
        .order((signing_keys::created_at, signing_keys::kid))
        .select(KeyRow::as_select())
        .load(conn)?)
}

/// Records that a trust list made `at` carries the key, the first time only; from `usable_at` on it signs,
/// unless an earlier time was set before. Returns whether this was the first time.
///
/// # Errors
/// When the database cannot.
pub fn mark_published(conn: &mut Conn, kid: &str, at: i64, usable_at: i64) -> Result<bool, StoreError> {
    let unpublished = signing_keys::table.find(kid).filter(signing_keys::published_at.is_null());
    let first = diesel::update(unpublished).set(signing_keys::published_at.eq(at)).execute(conn)?;
    let waiting = signing_keys::table.find(kid).filter(signing_keys::usable_at.is_null());
    diesel::update(waiting).set(signing_keys::usable_at.eq(usable_at)).execute(conn)?;
    Ok(first == 1)
}

/// Lets a key sign from `at` on without waiting, and keeps why. Returns whether there was such a key.
///
/// # Errors
/// When the database cannot.
pub fn override_wait(conn: &mut Conn, kid: &str, at: i64, reason: &str) -> Result<bool, StoreError> {
    let changed = diesel::update(signing_keys::table.find(kid))
        .set((signing_keys::usable_at.eq(at), signing_keys::override_reason.eq(reason)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Revokes a key; `all`: what it signed before falls too. Returns whether there was such a key, not yet revoked.
///
/// # Errors
/// When the database cannot.
pub fn revoke(
    conn: &mut Conn,
    kid: &str,
    at: i64,
    all: bool,
    (reason, approval): (&str, Option<&str>),
) -> Result<bool, StoreError> {
    let standing = signing_keys::table.find(kid).filter(signing_keys::revoked_at.is_null());
    let changed = diesel::update(standing)
        .set((
            signing_keys::revoked_at.eq(at),
            signing_keys::revoked_all.eq(all),
            signing_keys::revocation_reason.eq(reason),
            signing_keys::revocation_approval.eq(approval),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
