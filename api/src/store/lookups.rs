//! Queries on lookups: added and read, never changed.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{lookup_hits, lookups};

/// A lookup as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lookups, treat_none_as_default_value = false)]
pub struct LookupRow {
    /// UUIDv7.
    pub id: String,
    /// Who made it.
    pub account_id: String,
    /// The jurisdiction of the account.
    pub division: Option<String>,
    /// By what: a word of `lookups::By`.
    pub looked_by: String,
    /// What for: a word of `reveals::Purpose`.
    pub purpose: String,
    /// What exactly for, encrypted.
    pub basis_ciphertext: Vec<u8>,
    /// How many certificates were shown.
    pub found: i32,
    /// When.
    pub looked_at: i64,
}

/// A certificate that a lookup found.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = lookup_hits)]
pub struct HitRow {
    /// By which lookup.
    pub lookup_id: String,
    /// Which certificate.
    pub certificate_id: String,
    /// Whose it was then.
    pub holder_id: String,
}

/// Adds a lookup with what it found.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &LookupRow, hits: &[HitRow]) -> Result<(), StoreError> {
    diesel::insert_into(lookups::table).values(row).execute(conn)?;
    for hit in hits {
        diesel::insert_into(lookup_hits::table).values(hit).execute(conn)?;
    }
    Ok(())
}

/// The lookup with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<LookupRow>, StoreError> {
    Ok(lookups::table.find(id).select(LookupRow::as_select()).get_result(conn).optional()?)
}

/// The certificates that a lookup found.
///
/// # Errors
/// When the database cannot.
pub fn hits(conn: &mut Conn, id: &str) -> Result<Vec<String>, StoreError> {
    let hits = lookup_hits::table.filter(lookup_hits::lookup_id.eq(id));
    Ok(hits.order(lookup_hits::certificate_id).select(lookup_hits::certificate_id).load(conn)?)
}

/// As [`hits`], those that were this holder's.
///
/// # Errors
/// When the database cannot.
pub fn hits_of_holder(conn: &mut Conn, id: &str, holder_id: &str) -> Result<Vec<String>, StoreError> {
    let hits = lookup_hits::table.filter(lookup_hits::lookup_id.eq(id));
    let hits = hits.filter(lookup_hits::holder_id.eq(holder_id));
    Ok(hits.order(lookup_hits::certificate_id).select(lookup_hits::certificate_id).load(conn)?)
}

/// The lookups of an account before the one with the id `before`: `limit` of them, newest first.
///
/// # Errors
/// When the database cannot.
pub fn of_account(
    conn: &mut Conn,
    account_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<LookupRow>, StoreError> {
    Ok(lookups::table
        .filter(lookups::account_id.eq(account_id))
        .filter(lookups::id.lt(before))
        .order(lookups::id.desc())
        .limit(limit)
        .select(LookupRow::as_select())
        .load(conn)?)
}

/// The lookups that found certificates of a holder, before the one with the id `before`: `limit` of them, newest first.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(
    conn: &mut Conn,
    holder_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<LookupRow>, StoreError> {
    let found =
        lookup_hits::table.filter(lookup_hits::holder_id.eq(holder_id)).select(lookup_hits::lookup_id);
    Ok(lookups::table
        .filter(lookups::id.eq_any(found))
        .filter(lookups::id.lt(before))
        .order(lookups::id.desc())
        .limit(limit)
        .select(LookupRow::as_select())
        .load(conn)?)
}
