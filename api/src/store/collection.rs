//! Queries on what is still to be collected: how far the other side knows the feed, and the certificates that do not go
//! with the others.
//!
//! - `collection/incidents.rs`: times in which nothing could be pushed
//! - `collection/differences.rs`: comparisons with the other side's list
//!
//! Whoever moves the mark and whoever ends an exception both change the row of the mark, so that one of them sees what
//! the other did.

use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::bulk::find_all;
use super::events::EventRow;
use super::{Conn, StoreError, attempt};
use crate::schema::{certificate_events, collection_exceptions, collection_outbox};

pub mod differences;
pub mod incidents;

/// The one row of the mark.
const MINISTRY: &str = "ministry";
/// The certificate waits for a person.
pub const SET_ASIDE: &str = "set_aside";
/// The certificate is sent as soon as may be.
pub const REQUEUED: &str = "requeued";

/// How far the other side knows the feed. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = collection_outbox)]
pub struct OutboxRow {
    /// Always the same.
    pub name: String,
    /// The other side has every event up to here, but for the exceptions.
    pub seq: i64,
    /// Since when it is paused.
    pub paused_at: Option<i64>,
    /// Tries in a row that failed.
    pub failures: i64,
    /// When the first of them did.
    pub failing_since: Option<i64>,
    /// When to try again.
    pub retry_at: i64,
    /// Why the last try failed: a word.
    pub last_error: Option<String>,
    /// When something was last taken.
    pub succeeded_at: Option<i64>,
}

/// A certificate whose events do not go with the others.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = collection_exceptions)]
pub struct ExceptionRow {
    /// Which.
    pub certificate_id: String,
    /// Its events after this one, up to the mark, are still to be sent.
    pub seq: i64,
    /// [`SET_ASIDE`] or [`REQUEUED`].
    pub state: String,
    /// Whether the other side is to overwrite what it has.
    pub mending: bool,
    /// Why: a word.
    pub reason: String,
    /// Since when.
    pub since: i64,
}

/// How far it is; made at the first look.
///
/// # Errors
/// When the database cannot.
pub fn outbox(conn: &mut Conn) -> Result<OutboxRow, StoreError> {
    let row = OutboxRow {
        name: MINISTRY.to_owned(),
        seq: 0,
        paused_at: None,
        failures: 0,
        failing_since: None,
        retry_at: 0,
        last_error: None,
        succeeded_at: None,
    };
    let find = collection_outbox::table.find(MINISTRY).select(OutboxRow::as_select());
    Ok(find.get_result(conn).optional()?.unwrap_or(row))
}

/// Makes the row where there is none, so that it can be changed.
///
/// # Errors
/// When the database cannot.
pub fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    let there = collection_outbox::table.find(MINISTRY).select(collection_outbox::seq);
    if there.get_result::<i64>(conn).optional()?.is_none() {
        let row = outbox(conn)?;
        attempt(conn, |conn| diesel::insert_into(collection_outbox::table).values(&row).execute(conn))?;
    }
    Ok(())
}

/// Moves the mark, if it stands where it was read, and says that something was taken: `false` when it does not.
///
/// # Errors
/// When the database cannot.
pub fn advance(conn: &mut Conn, from: i64, to: i64, now: i64) -> Result<bool, StoreError> {
    let as_read = collection_outbox::table.find(MINISTRY).filter(collection_outbox::seq.eq(from));
    let moved = (
        collection_outbox::seq.eq(to),
        collection_outbox::failures.eq(0),
        collection_outbox::failing_since.eq(None::<i64>),
        collection_outbox::retry_at.eq(0),
        collection_outbox::last_error.eq(None::<String>),
        collection_outbox::succeeded_at.eq(now),
    );
    Ok(diesel::update(as_read).set(moved).execute(conn)? == 1)
}

/// Says that a try failed, and when the next is.
///
/// # Errors
/// When the database cannot.
pub fn fail(
    conn: &mut Conn,
    as_read: &OutboxRow,
    error: &str,
    now: i64,
    retry_at: i64,
) -> Result<(), StoreError> {
    let failed = (
        collection_outbox::failures.eq(as_read.failures + 1),
        collection_outbox::failing_since.eq(as_read.failing_since.unwrap_or(now)),
        collection_outbox::retry_at.eq(retry_at),
        collection_outbox::last_error.eq(error),
    );
    diesel::update(collection_outbox::table.find(MINISTRY)).set(failed).execute(conn)?;
    Ok(())
}

/// Pauses it, or lets it go on at once.
///
/// # Errors
/// When the database cannot.
pub fn pause(conn: &mut Conn, since: Option<i64>) -> Result<(), StoreError> {
    begin(conn)?;
    let paused = (collection_outbox::paused_at.eq(since), collection_outbox::retry_at.eq(0));
    diesel::update(collection_outbox::table.find(MINISTRY)).set(paused).execute(conn)?;
    Ok(())
}

/// Sets the mark back, so that everything after `seq` is sent again. It never goes forward.
///
/// # Errors
/// When the database cannot.
pub fn replay(conn: &mut Conn, seq: i64) -> Result<(), StoreError> {
    begin(conn)?;
    let later = collection_outbox::table.find(MINISTRY).filter(collection_outbox::seq.gt(seq));
    diesel::update(later).set(collection_outbox::seq.eq(seq)).execute(conn)?;
    let beyond = collection_exceptions::table.filter(collection_exceptions::seq.gt(seq));
    diesel::update(beyond).set(collection_exceptions::seq.eq(seq)).execute(conn)?;
    Ok(())
}

/// The number of the newest event; 0 when there is none.
///
/// # Errors
/// When the database cannot.
pub fn newest(conn: &mut Conn) -> Result<i64, StoreError> {
    let newest: Option<i64> =
        certificate_events::table.select(max(certificate_events::seq)).get_result(conn)?;
    Ok(newest.unwrap_or(0))
}

/// When the first event after this one was recorded.
///
/// # Errors
/// When the database cannot.
pub fn recorded_after(conn: &mut Conn, seq: i64) -> Result<Option<i64>, StoreError> {
    let next = certificate_events::table
        .filter(certificate_events::seq.gt(seq))
        .order(certificate_events::seq)
        .limit(1)
        .select(certificate_events::recorded_at);
    Ok(next.get_result(conn).optional()?)
}

/// The events of a certificate after one number and up to another, in their order.
///
/// # Errors
/// When the database cannot.
pub fn events_of(
    conn: &mut Conn,
    certificate_id: &str,
    (after, up_to): (i64, i64),
    limit: i64,
) -> Result<Vec<EventRow>, StoreError> {
    Ok(certificate_events::table
        .filter(certificate_events::certificate_id.eq(certificate_id))
        .filter(certificate_events::seq.gt(after))
        .filter(certificate_events::seq.le(up_to))
        .order(certificate_events::seq)
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?)
}

/// The number of the newest event of a certificate.
///
/// # Errors
/// When the database cannot.
pub fn newest_of(conn: &mut Conn, certificate_id: &str) -> Result<Option<i64>, StoreError> {
    let own = certificate_events::table.filter(certificate_events::certificate_id.eq(certificate_id));
    Ok(own.select(max(certificate_events::seq)).get_result(conn)?)
}

/// Whether a review or assessment of the certificate was overdue after this event.
///
/// # Errors
/// When the database cannot.
pub fn is_review_overdue(conn: &mut Conn, certificate_id: &str, seq: i64) -> Result<bool, StoreError> {
    let is = |word: &'static str| certificate_events::event.eq(word);
    let last: Option<String> = certificate_events::table
        .filter(certificate_events::certificate_id.eq(certificate_id))
        .filter(certificate_events::seq.le(seq))
        .filter(is("review_overdue").or(is("review_passed")).or(is("assessed")))
        .order(certificate_events::seq.desc())
        .limit(1)
        .select(certificate_events::event)
        .get_result(conn)
        .optional()?;
    Ok(last.as_deref() == Some("review_overdue"))
}

/// Those of these certificates that are exceptions.
///
/// # Errors
/// When the database cannot.
pub fn exceptions_among(conn: &mut Conn, ids: &[&str]) -> Result<Vec<String>, StoreError> {
    let (table, column) = (collection_exceptions::table, collection_exceptions::certificate_id);
    Ok(find_all!(conn, table, column, ids, column)?)
}

/// Whether a certificate is queued by itself, to be sent as soon as may be.
///
/// # Errors
/// When the database cannot.
pub fn queued(conn: &mut Conn, certificate_id: &str) -> Result<bool, StoreError> {
    let state = collection_exceptions::table.find(certificate_id).select(collection_exceptions::state);
    Ok(state.get_result::<String>(conn).optional()?.as_deref() == Some(REQUEUED))
}

/// Exceptions in a state, after the one of this id.
///
/// # Errors
/// When the database cannot.
pub fn exceptions(
    conn: &mut Conn,
    state: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<ExceptionRow>, StoreError> {
    Ok(collection_exceptions::table
        .filter(collection_exceptions::state.eq(state))
        .filter(collection_exceptions::certificate_id.gt(after))
        .order(collection_exceptions::certificate_id)
        .limit(limit)
        .select(ExceptionRow::as_select())
        .load(conn)?)
}

/// How many exceptions are in a state, and the number of the oldest event any of them lacks, less one.
///
/// # Errors
/// When the database cannot.
pub fn count_exceptions(conn: &mut Conn, state: &str) -> Result<(i64, Option<i64>), StoreError> {
    let own = || collection_exceptions::table.filter(collection_exceptions::state.eq(state));
    let oldest = own().select(min(collection_exceptions::seq)).get_result(conn)?;
    Ok((own().count().get_result(conn)?, oldest))
}

/// Makes a certificate an exception, or what it is now the exception it was. What was still to be sent stays so.
///
/// # Errors
/// When the database cannot.
pub fn except(conn: &mut Conn, row: &ExceptionRow) -> Result<(), StoreError> {
    let added =
        attempt(conn, |conn| diesel::insert_into(collection_exceptions::table).values(row).execute(conn))?;
    if added.is_none() {
        let there = || collection_exceptions::table.find(&row.certificate_id);
        diesel::update(there())
            .set((
                collection_exceptions::state.eq(&row.state),
                collection_exceptions::mending.eq(row.mending),
                collection_exceptions::reason.eq(&row.reason),
                collection_exceptions::since.eq(row.since),
            ))
            .execute(conn)?;
        let further = there().filter(collection_exceptions::seq.gt(row.seq));
        diesel::update(further).set(collection_exceptions::seq.eq(row.seq)).execute(conn)?;
    }
    Ok(())
}

/// Lets certificates that were set aside be sent again, one or all. How many.
///
/// # Errors
/// When the database cannot.
pub fn retry(conn: &mut Conn, certificate_id: Option<&str>) -> Result<usize, StoreError> {
    let aside = collection_exceptions::table.filter(collection_exceptions::state.eq(SET_ASIDE));
    let again = collection_exceptions::state.eq(REQUEUED);
    Ok(match certificate_id {
        Some(id) => diesel::update(aside.filter(collection_exceptions::certificate_id.eq(id)))
            .set(again)
            .execute(conn)?,
        None => diesel::update(aside).set(again).execute(conn)?,
    })
}

/// Says how far a certificate was sent, if it is as it was read.
///
/// # Errors
/// When the database cannot.
pub fn sent_up_to(conn: &mut Conn, as_read: &ExceptionRow, seq: i64) -> Result<bool, StoreError> {
    let own = collection_exceptions::table
        .find(&as_read.certificate_id)
        .filter(collection_exceptions::seq.eq(as_read.seq))
        .filter(collection_exceptions::state.eq(&as_read.state))
        .filter(collection_exceptions::since.eq(as_read.since));
    Ok(diesel::update(own).set(collection_exceptions::seq.eq(seq)).execute(conn)? == 1)
}

/// Lets a certificate go with the others again, if it is as it was read and the mark stands at `mark`.
///
/// # Errors
/// When the database cannot.
pub fn settle(conn: &mut Conn, as_read: &ExceptionRow, mark: i64) -> Result<bool, StoreError> {
    let there = collection_outbox::table.find(MINISTRY).filter(collection_outbox::seq.eq(mark));
    if diesel::update(there).set(collection_outbox::seq.eq(mark)).execute(conn)? != 1 {
        return Ok(false);
    }
    let own = collection_exceptions::table
        .find(&as_read.certificate_id)
        .filter(collection_exceptions::seq.eq(as_read.seq))
        .filter(collection_exceptions::state.eq(&as_read.state))
        .filter(collection_exceptions::since.eq(as_read.since));
    Ok(diesel::delete(own).execute(conn)? == 1)
}
