//! Queries on incidents: times in which certificates could not be pushed.

use diesel::prelude::*;

use crate::schema::{certificate_events, collection_exceptions, collection_incidents as incidents};
use crate::store::{Conn, StoreError, attempt};

/// An incident as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = incidents)]
pub struct IncidentRow {
    /// Our id of it.
    pub id: String,
    /// `ministry_unreachable` or `source_outage`.
    pub kind: String,
    /// When it began.
    pub begun_at: i64,
    /// The account that declared it, or `system`.
    pub begun_by: String,
    /// What happened.
    pub note: String,
    /// The mark when it began.
    pub first_seq: i64,
    /// When the fault was cleared.
    pub cleared_at: Option<i64>,
    /// By whom that was said.
    pub cleared_by: Option<String>,
    /// The newest event then.
    pub last_seq: Option<i64>,
    /// The first instant that is too late.
    pub due_at: Option<i64>,
    /// Events that were not pushed when it fell due.
    pub overdue: i64,
    /// When all was pushed.
    pub made_good_at: Option<i64>,
}

/// Adds one: `false` when one of its kind is open.
///
/// # Errors
/// When the database cannot.
pub fn begin(conn: &mut Conn, row: &IncidentRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(incidents::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The open one of a kind.
///
/// # Errors
/// When the database cannot.
pub fn open(conn: &mut Conn, kind: &str) -> Result<Option<IncidentRow>, StoreError> {
    let open = incidents::table.filter(incidents::kind.eq(kind)).filter(incidents::cleared_at.is_null());
    Ok(open.select(IncidentRow::as_select()).get_result(conn).optional()?)
}

/// The one with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<IncidentRow>, StoreError> {
    Ok(incidents::table.find(id).select(IncidentRow::as_select()).get_result(conn).optional()?)
}

/// Those that were cleared and not yet made good.
///
/// # Errors
/// When the database cannot.
pub fn owed(conn: &mut Conn) -> Result<Vec<IncidentRow>, StoreError> {
    Ok(incidents::table
        .filter(incidents::cleared_at.is_not_null())
        .filter(incidents::made_good_at.is_null())
        .order(incidents::id)
        .select(IncidentRow::as_select())
        .load(conn)?)
}

/// How many are open.
///
/// # Errors
/// When the database cannot.
pub fn count_open(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(incidents::table.filter(incidents::cleared_at.is_null()).count().get_result(conn)?)
}

/// Those after the one of this id, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<IncidentRow>, StoreError> {
    Ok(incidents::table
        .filter(incidents::id.gt(after))
        .order(incidents::id)
        .limit(limit)
        .select(IncidentRow::as_select())
        .load(conn)?)
}

/// Says that the fault is cleared, and by when all must be pushed: `false` when it was said before.
///
/// # Errors
/// When the database cannot.
pub fn clear(
    conn: &mut Conn,
    id: &str,
    by: &str,
    (at, due_at): (i64, i64),
    last_seq: i64,
) -> Result<bool, StoreError> {
    let open = incidents::table.find(id).filter(incidents::cleared_at.is_null());
    let cleared = (
        incidents::cleared_at.eq(at),
        incidents::cleared_by.eq(by),
        incidents::due_at.eq(due_at),
        incidents::last_seq.eq(last_seq),
    );
    Ok(diesel::update(open).set(cleared).execute(conn)? == 1)
}

/// Says how many events are overdue.
///
/// # Errors
/// When the database cannot.
pub fn set_overdue(conn: &mut Conn, id: &str, overdue: i64) -> Result<(), StoreError> {
    diesel::update(incidents::table.find(id)).set(incidents::overdue.eq(overdue)).execute(conn)?;
    Ok(())
}

/// Says that all was pushed: `false` when it was said before, or the fault is not cleared.
///
/// # Errors
/// When the database cannot.
pub fn make_good(conn: &mut Conn, id: &str, at: i64) -> Result<bool, StoreError> {
    let owed = incidents::table
        .find(id)
        .filter(incidents::cleared_at.is_not_null())
        .filter(incidents::made_good_at.is_null());
    Ok(diesel::update(owed).set(incidents::made_good_at.eq(at)).execute(conn)? == 1)
}

/// Of the events after one number and up to another, those the other side does not have: those beyond the mark, and those
/// of exceptions.
///
/// # Errors
/// When the database cannot.
pub fn unsent(conn: &mut Conn, (first, last): (i64, i64), mark: i64) -> Result<i64, StoreError> {
    let within = || {
        certificate_events::table
            .filter(certificate_events::seq.gt(first))
            .filter(certificate_events::seq.le(last))
    };
    let beyond: i64 = within().filter(certificate_events::seq.gt(mark)).count().get_result(conn)?;
    let excepted: i64 = within()
        .inner_join(
            collection_exceptions::table
                .on(collection_exceptions::certificate_id.eq(certificate_events::certificate_id)),
        )
        .filter(certificate_events::seq.le(mark))
        .filter(certificate_events::seq.gt(collection_exceptions::seq))
        .count()
        .get_result(conn)?;
    Ok(beyond + excepted)
}

/// Events that happened in the issuer's system within a time and were recorded here at or after an instant.
///
/// # Errors
/// When the database cannot.
pub fn recorded_late(conn: &mut Conn, (from, to): (i64, i64), late: i64) -> Result<i64, StoreError> {
    Ok(certificate_events::table
        .filter(certificate_events::occurred_at.ge(from))
        .filter(certificate_events::occurred_at.le(to))
        .filter(certificate_events::recorded_at.ge(late))
        .count()
        .get_result(conn)?)
}
