//! Queries on reveals: added and read, never changed.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::reveals;

/// A reveal as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reveals)]
pub struct RevealRow {
    /// UUIDv7.
    pub id: String,
    /// Whose items were shown.
    pub certificate_id: String,
    /// Which version of it.
    pub version: i32,
    /// Whose certificate it was then.
    pub holder_id: String,
    /// Who was shown them.
    pub account_id: String,
    /// As what.
    pub role: String,
    /// The jurisdiction of the account.
    pub division: Option<String>,
    /// What for: a word of `reveals::Purpose`.
    pub purpose: String,
    /// What exactly for, encrypted.
    pub basis_ciphertext: Vec<u8>,
    /// When.
    pub revealed_at: i64,
}

/// Adds a reveal.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &RevealRow) -> Result<(), StoreError> {
    diesel::insert_into(reveals::table).values(row).execute(conn)?;
    Ok(())
}

/// The reveal with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<RevealRow>, StoreError> {
    Ok(reveals::table.find(id).select(RevealRow::as_select()).get_result(conn).optional()?)
}

/// What of a holder was revealed, before the reveal with the id `before`: `limit` of them, newest first.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(
    conn: &mut Conn,
    holder_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<RevealRow>, StoreError> {
    Ok(reveals::table
        .filter(reveals::holder_id.eq(holder_id))
        .filter(reveals::id.lt(before))
        .order(reveals::id.desc())
        .limit(limit)
        .select(RevealRow::as_select())
        .load(conn)?)
}

/// As [`of_holder`], of one certificate only.
///
/// # Errors
/// When the database cannot.
pub fn of_certificate(
    conn: &mut Conn,
    holder_id: &str,
    certificate_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<RevealRow>, StoreError> {
    Ok(reveals::table
        .filter(reveals::holder_id.eq(holder_id))
        .filter(reveals::certificate_id.eq(certificate_id))
        .filter(reveals::id.lt(before))
        .order(reveals::id.desc())
        .limit(limit)
        .select(RevealRow::as_select())
        .load(conn)?)
}
