//! Queries on the history of certificates: added to, read, never changed.
//!
//! What is not here: which event may follow which, and what each does.

use diesel::prelude::*;

use super::bulk::insert_all;
use super::{Conn, StoreError, attempt, indices};
use crate::schema::certificate_events;

/// An event as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_events, treat_none_as_default_value = false)]
pub struct EventRow {
    /// UUID: ours, or the sender's, who can then send it twice.
    pub id: String,
    /// Its number among all events; 0 until it is appended.
    pub seq: i64,
    /// Which certificate.
    pub certificate_id: String,
    /// What happened.
    pub event: String,
    /// The version in force after it.
    pub version: i32,
    /// The status after it.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// When it took effect in the issuer's system.
    pub occurred_at: i64,
    /// When it took effect here.
    pub recorded_at: i64,
    /// The account that sent it, or `system`.
    pub actor: String,
    /// The batch it came in with.
    pub batch_id: Option<String>,
}

/// Appends events of this issuer to the history, in their order, all or none: `false` when one's id is taken. To be
/// called after everything else that takes rows of certificates, since others wait for the numbers of events.
///
/// # Errors
/// When the database cannot.
pub fn append(conn: &mut Conn, iss: &str, mut rows: Vec<EventRow>) -> Result<bool, StoreError> {
    if rows.is_empty() {
        return Ok(true);
    }
    let before = indices::next_generation(conn, iss, i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
    for (row, seq) in rows.iter_mut().zip(before + 1..) {
        row.seq = seq;
    }
    let added = attempt(conn, |conn| insert_all!(conn, certificate_events::table, &rows))?;
    Ok(added.is_some())
}

/// The events after the one of this number, in their order, `limit` of them.
///
/// # Errors
/// When the database cannot.
pub fn after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<EventRow>, StoreError> {
    Ok(certificate_events::table
        .filter(certificate_events::seq.gt(seq))
        .order(certificate_events::seq)
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?)
}

/// The event with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<EventRow>, StoreError> {
    Ok(certificate_events::table.find(id).select(EventRow::as_select()).get_result(conn).optional()?)
}

/// Everything that happened to a certificate, in the order it was recorded.
///
/// # Errors
/// When the database cannot.
pub fn of_certificate(conn: &mut Conn, certificate_id: &str) -> Result<Vec<EventRow>, StoreError> {
    Ok(certificate_events::table
        .filter(certificate_events::certificate_id.eq(certificate_id))
        .order(certificate_events::seq)
        .select(EventRow::as_select())
        .load(conn)?)
}
