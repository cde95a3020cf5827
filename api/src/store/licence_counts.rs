//! Queries on the numbers of valid paper licences that are reported. A row is never changed, only replaced by another.

use diesel::dsl::max;
use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::licence_counts;

/// A number as it was reported. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = licence_counts, treat_none_as_default_value = false)]
pub struct LicenceCountRow {
    /// UUID.
    pub id: String,
    /// Division, six digits.
    pub division: String,
    /// Kind, three digits.
    pub kind: String,
    /// The day it is of.
    pub day: i32,
    /// Valid licences without an e-certificate.
    pub paper: i32,
    /// What it rests on.
    pub note: String,
    /// The account that reported it.
    pub reported_by: String,
    /// When.
    pub reported_at: i64,
    /// When another took its place.
    pub replaced_at: Option<i64>,
}

/// Puts a number in the place of the one of the same division, kind and day, if there is one: whether there was.
///
/// # Errors
/// [`StoreError::Busy`] when another does the same at this moment; when the database cannot.
pub fn put(conn: &mut Conn, row: &LicenceCountRow) -> Result<bool, StoreError> {
    let current = licence_counts::table
        .filter(licence_counts::division.eq(&row.division))
        .filter(licence_counts::kind.eq(&row.kind))
        .filter(licence_counts::day.eq(row.day))
        .filter(licence_counts::replaced_at.is_null());
    let replaced =
        diesel::update(current).set(licence_counts::replaced_at.eq(row.reported_at)).execute(conn)?;
    let added = attempt(conn, |conn| diesel::insert_into(licence_counts::table).values(row).execute(conn))?;
    added.map(|_| replaced > 0).ok_or(StoreError::Busy)
}

/// The newest numbers of these divisions and kinds up to a day, one for each division and kind.
///
/// # Errors
/// When the database cannot.
pub fn as_of(
    conn: &mut Conn,
    day: i32,
    divisions: &(String, String),
    kinds: &(String, String),
) -> Result<Vec<LicenceCountRow>, StoreError> {
    let newest: Vec<(String, String, Option<i32>)> = licence_counts::table
        .filter(licence_counts::replaced_at.is_null())
        .filter(licence_counts::day.le(day))
        .filter(licence_counts::division.between(&divisions.0, &divisions.1))
        .filter(licence_counts::kind.between(&kinds.0, &kinds.1))
        .group_by((licence_counts::division, licence_counts::kind))
        .select((licence_counts::division, licence_counts::kind, max(licence_counts::day)))
        .load(conn)?;
    let mut rows = Vec::with_capacity(newest.len());
    for (division, kind, day) in newest {
        let of = licence_counts::table
            .filter(licence_counts::replaced_at.is_null())
            .filter(licence_counts::division.eq(division))
            .filter(licence_counts::kind.eq(kind))
            .filter(licence_counts::day.nullable().eq(day));
        rows.push(of.select(LicenceCountRow::as_select()).get_result(conn)?);
    }
    Ok(rows)
}

/// Numbers with their history, oldest first, `limit` of them after the one with this id.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    divisions: &(String, String),
    after: &str,
    limit: i64,
) -> Result<Vec<LicenceCountRow>, StoreError> {
    Ok(licence_counts::table
        .filter(licence_counts::division.between(&divisions.0, &divisions.1))
        .filter(licence_counts::id.gt(after))
        .order(licence_counts::id)
        .limit(limit)
        .select(LicenceCountRow::as_select())
        .load(conn)?)
}
