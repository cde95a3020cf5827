//! Queries on what changes of a certificate without a new version, and on what is due to change by itself.

use diesel::prelude::*;

use super::super::{Conn, StoreError};
use super::CertificateRow;
use crate::schema::certificates;

/// Gives a certificate the state and the division of `new`, if it is still as it was read: `false` when it is not.
///
/// # Errors
/// When the database cannot.
pub fn change_state(
    conn: &mut Conn,
    as_read: &CertificateRow,
    new: &CertificateRow,
) -> Result<bool, StoreError> {
    let unchanged = certificates::table.find(&as_read.id).filter(certificates::revision.eq(as_read.revision));
    Ok(diesel::update(unchanged).set(of(new)).execute(conn)? == 1)
}

/// What may change of a certificate without a new version.
#[derive(AsChangeset)]
#[diesel(table_name = certificates, treat_none_as_null = true)]
pub(super) struct StateRow<'a> {
    division: &'a str,
    status: &'a str,
    review_overdue: bool,
    review_due: Option<i32>,
    suspended_until: Option<i32>,
    due_on: Option<i32>,
    sequence: Option<i64>,
    revision: i64,
    updated_at: i64,
}

pub(super) fn of(row: &CertificateRow) -> StateRow<'_> {
    StateRow {
        division: &row.division,
        status: &row.status,
        review_overdue: row.review_overdue,
        review_due: row.review_due,
        suspended_until: row.suspended_until,
        due_on: row.due_on,
        sequence: row.sequence,
        revision: row.revision,
        updated_at: row.updated_at,
    }
}

/// At most so many of the certificates to which something happens by itself on this day or happened before, the longest
/// due first.
///
/// # Errors
/// When the database cannot.
pub fn due(conn: &mut Conn, today: i32, limit: i64) -> Result<Vec<CertificateRow>, StoreError> {
    Ok(certificates::table
        .filter(certificates::due_on.le(today))
        .order((certificates::due_on, certificates::id))
        .limit(limit)
        .select(CertificateRow::as_select())
        .load(conn)?)
}
