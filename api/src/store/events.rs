//! Queries on the history of certificates: added to, read, never changed.
//!
//! What is not here: which event may follow which, and what each does.

use diesel::prelude::*;

use super::bulk::insert_all;
use super::{Conn, StoreError, attempt};
use crate::schema::certificate_events;

/// An event as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_events, treat_none_as_default_value = false)]
pub struct EventRow {
    /// UUID: ours, or the sender's, who can then send it twice.
    pub id: String,
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

/// Adds an event: `false` when there is one with its id.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &EventRow) -> Result<bool, StoreError> {
    let added =
        attempt(conn, |conn| diesel::insert_into(certificate_events::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Adds events, all or none.
///
/// # Errors
/// When one is there already, or the database cannot.
pub fn insert_all(conn: &mut Conn, rows: &[EventRow]) -> QueryResult<()> {
    insert_all!(conn, certificate_events::table, rows)
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
        .order((certificate_events::recorded_at, certificate_events::id))
        .select(EventRow::as_select())
        .load(conn)?)
}
