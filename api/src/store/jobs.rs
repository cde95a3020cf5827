//! Queries on jobs: who is at them, and how far they are.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::jobs;

/// A job as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    /// Which.
    pub name: String,
    /// The last of its times that is done; -1: none.
    pub done_slot: i64,
    /// Who is at it.
    pub runner: Option<String>,
    /// From here on another may take it over.
    pub leased_until: i64,
    /// When it was done last.
    pub succeeded_at: Option<i64>,
    /// When it failed last.
    pub failed_at: Option<i64>,
}

/// A job; `None` when it was never taken.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, name: &str) -> Result<Option<JobRow>, StoreError> {
    Ok(jobs::table.find(name).select(JobRow::as_select()).get_result(conn).optional()?)
}

/// Takes a job that nobody holds: `false` when somebody does.
///
/// # Errors
/// When the database cannot.
pub fn take(conn: &mut Conn, name: &str, runner: &str, now: i64, until: i64) -> Result<bool, StoreError> {
    let row = JobRow {
        name: name.to_owned(),
        done_slot: -1,
        runner: Some(runner.to_owned()),
        leased_until: until,
        succeeded_at: None,
        failed_at: None,
    };
    let added = attempt(conn, |conn| diesel::insert_into(jobs::table).values(&row).execute(conn))?;
    if added.is_some() {
        return Ok(true);
    }
    let free = jobs::table.find(name).filter(jobs::leased_until.le(now));
    let taken = (jobs::runner.eq(runner), jobs::leased_until.eq(until));
    Ok(diesel::update(free).set(taken).execute(conn)? == 1)
}

/// Holds on to a job: `false` when another has it.
///
/// # Errors
/// When the database cannot.
pub fn renew(conn: &mut Conn, name: &str, runner: &str, until: i64) -> Result<bool, StoreError> {
    let own = jobs::table.find(name).filter(jobs::runner.eq(runner));
    Ok(diesel::update(own).set(jobs::leased_until.eq(until)).execute(conn)? == 1)
}

/// Gives a job back that is done. Nothing happens when another has it by now.
///
/// # Errors
/// When the database cannot.
pub fn done(conn: &mut Conn, name: &str, runner: &str, slot: i64, now: i64) -> Result<(), StoreError> {
    let own = jobs::table.find(name).filter(jobs::runner.eq(runner));
    let free = (jobs::runner.eq(None::<String>), jobs::leased_until.eq(0));
    diesel::update(own).set((free, jobs::done_slot.eq(slot), jobs::succeeded_at.eq(now))).execute(conn)?;
    Ok(())
}

/// Gives a job back that failed; it is free again from `again` on.
///
/// # Errors
/// When the database cannot.
pub fn failed(conn: &mut Conn, name: &str, runner: &str, now: i64, again: i64) -> Result<(), StoreError> {
    let own = jobs::table.find(name).filter(jobs::runner.eq(runner));
    let free = (jobs::runner.eq(None::<String>), jobs::leased_until.eq(again));
    diesel::update(own).set((free, jobs::failed_at.eq(now))).execute(conn)?;
    Ok(())
}

/// Every job that was ever taken.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<JobRow>, StoreError> {
    Ok(jobs::table.order(jobs::name).select(JobRow::as_select()).load(conn)?)
}
