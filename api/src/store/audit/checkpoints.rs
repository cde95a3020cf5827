//! Queries on checkpoints of the audit log, and the removal of what was archived.

use diesel::prelude::*;

use crate::schema::{audit_checkpoints, audit_entries};
use crate::store::{Conn, StoreError, attempt};

/// Rows removed by one statement.
const REMOVED_AT_ONCE: i64 = 10_000;

/// A checkpoint as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_checkpoints)]
pub struct CheckpointRow {
    /// Number of the last row it covers.
    pub seq: i64,
    /// Whether the rows up to here were taken out.
    pub archived: bool,
    /// Unix milliseconds.
    pub at: i64,
    /// The signed statement.
    pub signed: Vec<u8>,
    /// HMAC-SM3 over it.
    pub mac: Vec<u8>,
}

/// Keeps a checkpoint: `false` when there is one of this place already.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &CheckpointRow) -> Result<bool, StoreError> {
    let added =
        attempt(conn, |conn| diesel::insert_into(audit_checkpoints::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The checkpoint of the highest place.
///
/// # Errors
/// When the database cannot.
pub fn newest(conn: &mut Conn) -> Result<Option<CheckpointRow>, StoreError> {
    let newest =
        audit_checkpoints::table.order((audit_checkpoints::seq.desc(), audit_checkpoints::at.desc()));
    Ok(newest.select(CheckpointRow::as_select()).first(conn).optional()?)
}

/// The checkpoint the rows that are there follow: that of the last archive.
///
/// # Errors
/// When the database cannot.
pub fn last_archived(conn: &mut Conn) -> Result<Option<CheckpointRow>, StoreError> {
    let archived = audit_checkpoints::table.filter(audit_checkpoints::archived.eq(true));
    let last = archived.order(audit_checkpoints::seq.desc());
    Ok(last.select(CheckpointRow::as_select()).first(conn).optional()?)
}

/// The checkpoints of the places after `after`, up to `to`, in their order.
///
/// # Errors
/// When the database cannot.
pub fn between(conn: &mut Conn, after: i64, to: i64) -> Result<Vec<CheckpointRow>, StoreError> {
    Ok(audit_checkpoints::table
        .filter(audit_checkpoints::seq.gt(after))
        .filter(audit_checkpoints::seq.le(to))
        .order((audit_checkpoints::seq, audit_checkpoints::archived))
        .select(CheckpointRow::as_select())
        .load(conn)?)
}

/// Removes rows that were archived: a few at a time, for statements have a limit of time.
///
/// # Errors
/// When the database cannot, or they were not archived.
pub fn remove_archived(conn: &mut Conn, first: i64, last: i64) -> Result<(), StoreError> {
    let mut from = first;
    while from <= last {
        let to = from.saturating_add(REMOVED_AT_ONCE).min(last);
        diesel::delete(audit_entries::table.filter(audit_entries::seq.between(from, to))).execute(conn)?;
        from = to.saturating_add(1);
    }
    Ok(())
}
