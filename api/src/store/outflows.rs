//! Queries on how many records each account was given in a day.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::outflows;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// By whom.
    pub account_id: &'a str,
    /// On which day, since 1970-01-01 (UTC+8).
    pub day: i32,
    /// In which way: `read`, `reveal`, `export` or `lookup`.
    pub kind: &'a str,
    /// How many more.
    pub records: i64,
    /// How many there may be in all.
    pub limit: i64,
}

/// Counts records, unless that makes more of them than there may be: `false` then.
///
/// # Errors
/// When the database cannot.
pub fn take(conn: &mut Conn, taking: Taking<'_>) -> Result<bool, StoreError> {
    if taking.records > taking.limit {
        return Ok(false);
    }
    if add(conn, taking)? || begin(conn, taking)? {
        return Ok(true);
    }
    // There is a row: it was full, or somebody else made it in between.
    add(conn, taking)
}

fn add(conn: &mut Conn, taking: Taking<'_>) -> Result<bool, StoreError> {
    let row = outflows::table
        .find((taking.account_id, taking.day, taking.kind))
        .filter(outflows::records.le(taking.limit - taking.records));
    let added = diesel::update(row).set(outflows::records.eq(outflows::records + taking.records));
    Ok(added.execute(conn)? == 1)
}

fn begin(conn: &mut Conn, taking: Taking<'_>) -> Result<bool, StoreError> {
    let row = (
        outflows::account_id.eq(taking.account_id),
        outflows::day.eq(taking.day),
        outflows::kind.eq(taking.kind),
        outflows::records.eq(taking.records),
    );
    let begun = attempt(conn, |conn| diesel::insert_into(outflows::table).values(row).execute(conn))?;
    Ok(begun.is_some())
}
