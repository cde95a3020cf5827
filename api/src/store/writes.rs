//! Queries on writes that were done under a key of their sender's, with their answers.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::writes;

/// A write as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = writes)]
pub struct WriteRow {
    /// Whose key it is, a colon, and the key the sender gave it.
    pub key: String,
    /// MAC of address and body.
    pub body_mac: Vec<u8>,
    /// HTTP status of the answer.
    pub status: i32,
    /// The answer, JSON.
    pub answer: String,
    /// When, in unix milliseconds.
    pub done_at: i64,
}

/// The write under this key.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, key: &str) -> Result<Option<WriteRow>, StoreError> {
    Ok(writes::table.find(key).select(WriteRow::as_select()).get_result(conn).optional()?)
}

/// Adds a write: `false` when there is one under its key.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &WriteRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(writes::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Forgets what was done before an instant.
///
/// # Errors
/// When the database cannot.
pub fn forget(conn: &mut Conn, before: i64) -> Result<(), StoreError> {
    diesel::delete(writes::table.filter(writes::done_at.lt(before))).execute(conn)?;
    Ok(())
}
