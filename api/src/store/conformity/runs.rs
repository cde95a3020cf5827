//! Queries on how far checks are: the mark in the events, the runs over many certificates, the sets of rules.

use diesel::prelude::*;

use crate::schema::{conformity_marks, conformity_rule_sets, conformity_runs};
use crate::store::{Conn, StoreError, attempt};

/// The name of the one mark.
const EVENTS: &str = "events";

/// A check of many certificates. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conformity_runs, treat_none_as_default_value = false)]
pub struct RunRow {
    /// UUIDv7.
    pub id: String,
    /// `nightly`, `demand` or `rules`.
    pub occasion: String,
    /// A prefix of division codes; empty: all.
    pub division: String,
    /// One kind, or all.
    pub kind: Option<String>,
    /// An account, or `system`.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: i64,
    /// The last certificate that is done; empty: none.
    pub after_id: String,
    /// How many are done.
    pub checked: i64,
    /// When all were.
    pub finished_at: Option<i64>,
}

/// A set of rules a site had.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conformity_rule_sets)]
pub struct RuleSetRow {
    /// UUIDv7.
    pub id: String,
    /// Of its content.
    pub version: String,
    /// From when on, unix milliseconds.
    pub since: i64,
    /// A line a rule.
    pub content: String,
}

/// The number of the last event that was followed; 0: none.
///
/// # Errors
/// When the database cannot.
pub fn mark(conn: &mut Conn) -> Result<i64, StoreError> {
    let found = conformity_marks::table.find(EVENTS).select(conformity_marks::seq).get_result(conn);
    Ok(found.optional()?.unwrap_or_default())
}

/// Moves the mark, if it is still where it was: `false` when another moved it.
///
/// # Errors
/// When the database cannot.
pub fn move_mark(conn: &mut Conn, from: i64, to: i64) -> Result<bool, StoreError> {
    let row = conformity_marks::table.find(EVENTS).filter(conformity_marks::seq.eq(from));
    if diesel::update(row).set(conformity_marks::seq.eq(to)).execute(conn)? == 1 {
        return Ok(true);
    }
    if from != 0 {
        return Ok(false);
    }
    let first = (conformity_marks::name.eq(EVENTS), conformity_marks::seq.eq(to));
    let added =
        attempt(conn, |conn| diesel::insert_into(conformity_marks::table).values(first).execute(conn))?;
    Ok(added.is_some())
}

/// Adds a run.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &RunRow) -> Result<(), StoreError> {
    diesel::insert_into(conformity_runs::table).values(row).execute(conn)?;
    Ok(())
}

/// The run with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<RunRow>, StoreError> {
    Ok(conformity_runs::table.find(id).select(RunRow::as_select()).get_result(conn).optional()?)
}

/// The runs that are not finished, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn unfinished(conn: &mut Conn) -> Result<Vec<RunRow>, StoreError> {
    Ok(conformity_runs::table
        .filter(conformity_runs::finished_at.is_null())
        .order(conformity_runs::id)
        .select(RunRow::as_select())
        .load(conn)?)
}

/// The newest run of this occasion.
///
/// # Errors
/// When the database cannot.
pub fn newest(conn: &mut Conn, occasion: &str) -> Result<Option<RunRow>, StoreError> {
    Ok(conformity_runs::table
        .filter(conformity_runs::occasion.eq(occasion))
        .order(conformity_runs::id.desc())
        .select(RunRow::as_select())
        .first(conn)
        .optional()?)
}

/// Says how far a run is, if it is still where it was: `false` when another moved it.
///
/// # Errors
/// When the database cannot.
pub fn advance(conn: &mut Conn, as_read: &RunRow, new: &RunRow) -> Result<bool, StoreError> {
    let unmoved = conformity_runs::table
        .find(&as_read.id)
        .filter(conformity_runs::after_id.eq(&as_read.after_id))
        .filter(conformity_runs::finished_at.is_null());
    let moved = diesel::update(unmoved)
        .set((
            conformity_runs::after_id.eq(&new.after_id),
            conformity_runs::checked.eq(new.checked),
            conformity_runs::finished_at.eq(new.finished_at),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

/// The set of rules recorded last.
///
/// # Errors
/// When the database cannot.
pub fn newest_rules(conn: &mut Conn) -> Result<Option<RuleSetRow>, StoreError> {
    Ok(conformity_rule_sets::table
        .order(conformity_rule_sets::id.desc())
        .select(RuleSetRow::as_select())
        .first(conn)
        .optional()?)
}

/// Records a set of rules.
///
/// # Errors
/// When the database cannot.
pub fn record_rules(conn: &mut Conn, row: &RuleSetRow) -> Result<(), StoreError> {
    diesel::insert_into(conformity_rule_sets::table).values(row).execute(conn)?;
    Ok(())
}
