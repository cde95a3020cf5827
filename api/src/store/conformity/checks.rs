//! Queries on the newest check of each certificate, and on the tallies that follow from what changed.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::schema::{conformity_checks, conformity_tallies};
use crate::store::bulk::find_all;
use crate::store::{Conn, StoreError, attempt};

/// The turn of those who keep checks: two that count the same certificate must not do so at once.
pub const KEEPING: i64 = 7_215_090_074;

/// A check as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conformity_checks, treat_none_as_default_value = false)]
pub struct CheckRow {
    /// Of which certificate.
    pub certificate_id: String,
    /// The newest event it knew.
    pub seq: i64,
    /// The version of the rules.
    pub rules: String,
    /// When, unix milliseconds.
    pub checked_at: i64,
    /// The certificate's kind.
    pub kind: String,
    /// Its division.
    pub division: String,
    /// Whether it is counted.
    pub in_force: bool,
    /// Whether it is counted as conforming.
    pub conforming: bool,
    /// Whose it was.
    pub holder_id: String,
    /// Its plate.
    pub plate: Option<String>,
    /// The plate's colour.
    pub plate_colour: Option<i32>,
}

/// By how much two numbers changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Certificates in force.
    pub in_force: i64,
    /// Of those, without an open error.
    pub conforming: i64,
}

/// Division, kind, what changed.
pub type Cell = (String, String, Step);

/// The newest checks of these certificates, in any order.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, certificates: &[&str]) -> QueryResult<Vec<CheckRow>> {
    let (table, column) = (conformity_checks::table, conformity_checks::certificate_id);
    find_all!(conn, table, column, certificates, CheckRow::as_select())
}

/// Keeps checks in place of those before.
///
/// # Errors
/// When the database cannot.
pub fn keep(conn: &mut Conn, rows: &[CheckRow]) -> QueryResult<()> {
    use conformity_checks as checks;
    match conn {
        _ if rows.is_empty() => Ok(()),
        Conn::Postgres(conn) => diesel::insert_into(checks::table)
            .values(rows)
            .on_conflict(checks::certificate_id)
            .do_update()
            .set((
                checks::seq.eq(excluded(checks::seq)),
                checks::rules.eq(excluded(checks::rules)),
                checks::checked_at.eq(excluded(checks::checked_at)),
                checks::division.eq(excluded(checks::division)),
                checks::in_force.eq(excluded(checks::in_force)),
                checks::conforming.eq(excluded(checks::conforming)),
                checks::holder_id.eq(excluded(checks::holder_id)),
                checks::plate.eq(excluded(checks::plate)),
                checks::plate_colour.eq(excluded(checks::plate_colour)),
            ))
            .execute(conn)
            .map(|_| ()),
        Conn::Sqlite(conn) => rows
            .iter()
            .try_for_each(|row| diesel::replace_into(checks::table).values(row).execute(conn).map(|_| ())),
    }
}

/// Says how a certificate is counted from now on.
///
/// # Errors
/// When the database cannot.
pub fn set_conforming(conn: &mut Conn, certificate_id: &str, conforming: bool) -> QueryResult<()> {
    diesel::update(conformity_checks::table.find(certificate_id))
        .set(conformity_checks::conforming.eq(conforming))
        .execute(conn)
        .map(|_| ())
}

/// Adds what changed on a day.
///
/// # Errors
/// When the database cannot.
pub fn add(conn: &mut Conn, day: i32, (division, kind, step): &Cell) -> Result<(), StoreError> {
    let changed = diesel::update(conformity_tallies::table.find((day, division, kind)))
        .set((
            conformity_tallies::in_force.eq(conformity_tallies::in_force + step.in_force),
            conformity_tallies::conforming.eq(conformity_tallies::conforming + step.conforming),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(());
    }
    let row = (
        conformity_tallies::day.eq(day),
        conformity_tallies::division.eq(division),
        conformity_tallies::kind.eq(kind),
        conformity_tallies::in_force.eq(step.in_force),
        conformity_tallies::conforming.eq(step.conforming),
    );
    let added =
        attempt(conn, |conn| diesel::insert_into(conformity_tallies::table).values(row).execute(conn))?;
    added.map(|_| ()).ok_or(StoreError::Busy)
}

/// What changed by day, in these divisions and kinds, up to and on `day`: day, division, kind, step.
///
/// # Errors
/// When the database cannot.
pub fn steps(
    conn: &mut Conn,
    divisions: &(String, String),
    kinds: (&str, &str),
    day: i32,
) -> Result<Vec<(i32, Cell)>, StoreError> {
    let rows: Vec<(i32, String, String, i64, i64)> = conformity_tallies::table
        .filter(conformity_tallies::day.le(day))
        .filter(conformity_tallies::division.between(&divisions.0, &divisions.1))
        .filter(conformity_tallies::kind.between(kinds.0, kinds.1))
        .order(conformity_tallies::day)
        .load(conn)?;
    let step =
        |(day, division, kind, in_force, conforming)| (day, (division, kind, Step { in_force, conforming }));
    Ok(rows.into_iter().map(step).collect())
}
