//! Queries on ingest batches and what was found in them.

use diesel::prelude::*;

use super::bulk::insert_all;
use super::{Conn, StoreError, attempt};
use crate::schema::{ingest_batches, ingest_findings};

/// A batch as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ingest_batches)]
pub struct BatchRow {
    /// UUIDv7.
    pub id: String,
    /// Whose key it is, a colon, and the key the sender gave it.
    pub idempotency_key: Option<String>,
    /// The account that sent it, or `system`.
    pub account_id: String,
    /// SM3 of the body, once it was read to its end.
    pub body_mac: Option<Vec<u8>>,
    /// When its first lines were kept.
    pub started_at: i64,
    /// When its last lines were kept; `None`: not yet, or never.
    pub finished_at: Option<i64>,
    /// Records so far, blank lines and the header not counted.
    pub lines: i64,
    /// Certificates that were new.
    pub created: i64,
    /// Certificates that got a new version.
    pub changed: i64,
    /// Records that said what was known.
    pub unchanged: i64,
    /// Records that were refused.
    pub rejected: i64,
}

/// A finding as it is stored: item and rule, never the value.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ingest_findings, treat_none_as_default_value = false)]
pub struct FindingRow {
    /// The batch.
    pub batch_id: String,
    /// The line the record begins on, from 1.
    pub line: i64,
    /// Which finding of the line, from 0.
    pub ordinal: i32,
    /// `error` or `warning`.
    pub severity: String,
    /// The item; empty where it is the whole record.
    pub item: String,
    /// The rule's code.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
}

/// Adds a batch: `false` when there is one with its key.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &BatchRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(ingest_batches::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The batch with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<BatchRow>, StoreError> {
    Ok(ingest_batches::table.find(id).select(BatchRow::as_select()).get_result(conn).optional()?)
}

/// The batch with this key.
///
/// # Errors
/// When the database cannot.
pub fn find_by_key(conn: &mut Conn, key: &str) -> Result<Option<BatchRow>, StoreError> {
    Ok(ingest_batches::table
        .filter(ingest_batches::idempotency_key.eq(key))
        .select(BatchRow::as_select())
        .get_result(conn)
        .optional()?)
}

/// Takes the key from a batch that was never finished, so that the next try can have it.
///
/// # Errors
/// When the database cannot.
pub fn release_key(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    let unfinished = ingest_batches::table
        .filter(ingest_batches::idempotency_key.eq(key))
        .filter(ingest_batches::finished_at.is_null());
    diesel::update(unfinished).set(ingest_batches::idempotency_key.eq(None::<String>)).execute(conn)?;
    Ok(())
}

/// Writes what becomes known of a batch as it is read: its counts, and at its end the MAC of its body.
///
/// # Errors
/// When the database cannot.
pub fn update(conn: &mut Conn, row: &BatchRow) -> Result<(), StoreError> {
    diesel::update(ingest_batches::table.find(&row.id))
        .set((
            ingest_batches::body_mac.eq(&row.body_mac),
            ingest_batches::finished_at.eq(row.finished_at),
            ingest_batches::lines.eq(row.lines),
            ingest_batches::created.eq(row.created),
            ingest_batches::changed.eq(row.changed),
            ingest_batches::unchanged.eq(row.unchanged),
            ingest_batches::rejected.eq(row.rejected),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds findings.
///
/// # Errors
/// When the database cannot.
pub fn insert_findings(conn: &mut Conn, rows: &[FindingRow]) -> Result<(), StoreError> {
    Ok(insert_all!(conn, ingest_findings::table, rows)?)
}

/// At most so many findings of a batch, in the order of its lines, after a line.
///
/// # Errors
/// When the database cannot.
pub fn findings_after(
    conn: &mut Conn,
    batch_id: &str,
    line: i64,
    limit: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    Ok(ingest_findings::table
        .filter(ingest_findings::batch_id.eq(batch_id))
        .filter(ingest_findings::line.gt(line))
        .order((ingest_findings::line, ingest_findings::ordinal))
        .limit(limit)
        .select(FindingRow::as_select())
        .load(conn)?)
}
