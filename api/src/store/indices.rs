//! Queries on the counters of an issuer: status list indices, the generation that says whether a list still holds, events.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::status_indices;

/// The counter of an issuer's places.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = status_indices)]
pub struct IndexRow {
    /// Prefix of the issuer.
    pub iss: String,
    /// Certificates that have got a place.
    pub next: i64,
    /// What hides their order.
    pub secret: Vec<u8>,
    /// Grows with every change of a status.
    pub generation: i64,
    /// The seq of the newest event.
    pub events: i64,
}

/// The counter of an issuer.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, iss: &str) -> Result<Option<IndexRow>, StoreError> {
    Ok(status_indices::table.find(iss).select(IndexRow::as_select()).get_result(conn).optional()?)
}

/// Adds a counter: `false` when the issuer has one.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &IndexRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(status_indices::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Moves an issuer's counter on by so many: `false` when the issuer has none.
///
/// # Errors
/// When the database cannot.
pub fn advance(conn: &mut Conn, iss: &str, by: i64) -> Result<bool, StoreError> {
    let advanced = diesel::update(status_indices::table.find(iss))
        .set(status_indices::next.eq(status_indices::next + by))
        .execute(conn)?;
    Ok(advanced == 1)
}

/// Says that statuses of this issuer changed, so that the list signed before no longer holds, and numbers the events
/// that say so. The seq of the newest event before them.
///
/// Others wait for this row until the transaction ends: what was numbered first is committed first, and whoever reads
/// up to a number has seen all below it.
///
/// # Errors
/// When the database cannot.
pub fn next_generation(conn: &mut Conn, iss: &str, events: i64) -> Result<i64, StoreError> {
    diesel::update(status_indices::table.find(iss))
        .set((
            status_indices::generation.eq(status_indices::generation + 1),
            status_indices::events.eq(status_indices::events + events),
        ))
        .execute(conn)?;
    let newest: i64 = status_indices::table.find(iss).select(status_indices::events).get_result(conn)?;
    Ok(newest - events)
}
