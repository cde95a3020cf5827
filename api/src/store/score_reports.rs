//! Queries on frozen figures. Figures and evidence are never changed; the self-assessment is.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::score_reports;

/// A report as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = score_reports, treat_none_as_default_value = false)]
pub struct ReportRow {
    /// UUID.
    pub id: String,
    /// The year it is of.
    pub year: i32,
    /// The last day that counts.
    pub as_of: i32,
    /// A prefix of division codes; empty: the province.
    pub division: String,
    /// The figures, JSON.
    pub figures: String,
    /// What they rest on, JSON.
    pub evidence: String,
    /// The account that froze it.
    pub frozen_by: String,
    /// When.
    pub frozen_at: i64,
    /// Texts of the self-assessment, JSON.
    pub assessment: String,
    /// The account that wrote them last.
    pub assessed_by: Option<String>,
    /// When.
    pub assessed_at: Option<i64>,
}

/// Adds a report.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ReportRow) -> Result<(), StoreError> {
    diesel::insert_into(score_reports::table).values(row).execute(conn)?;
    Ok(())
}

/// The report with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<ReportRow>, StoreError> {
    Ok(score_reports::table.find(id).select(ReportRow::as_select()).get_result(conn).optional()?)
}

/// Reports, oldest first, `limit` of them after the one with this id.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<ReportRow>, StoreError> {
    Ok(score_reports::table
        .filter(score_reports::id.gt(after))
        .order(score_reports::id)
        .limit(limit)
        .select(ReportRow::as_select())
        .load(conn)?)
}

/// Whether there is a report of the province for a year.
///
/// # Errors
/// When the database cannot.
pub fn exists(conn: &mut Conn, year: i32) -> Result<bool, StoreError> {
    let of_year =
        score_reports::table.filter(score_reports::year.eq(year)).filter(score_reports::division.eq(""));
    Ok(diesel::select(diesel::dsl::exists(of_year)).get_result(conn)?)
}

/// Writes the self-assessment of a report.
///
/// # Errors
/// When the database cannot.
pub fn assess(conn: &mut Conn, id: &str, text: &str, by: &str, at: i64) -> Result<(), StoreError> {
    let assessed = (
        score_reports::assessment.eq(text),
        score_reports::assessed_by.eq(by),
        score_reports::assessed_at.eq(at),
    );
    diesel::update(score_reports::table.find(id)).set(assessed).execute(conn)?;
    Ok(())
}
