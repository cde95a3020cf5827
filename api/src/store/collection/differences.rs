//! Queries on comparisons with the other side's list, and the differences they found.

use diesel::prelude::*;

use crate::schema::{collection_differences as differences, reconciliations};
use crate::store::{Conn, StoreError, bulk};

/// A comparison as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reconciliations)]
pub struct ReconciliationRow {
    /// Our id of it.
    pub id: String,
    /// When it began.
    pub started_at: i64,
    /// When it ended; `None`: it goes on, or was broken off.
    pub finished_at: Option<i64>,
    /// Certificates here.
    pub here: i64,
    /// Certificates there.
    pub there: i64,
    /// Those that differ because something is still to be sent.
    pub waiting: i64,
    /// Those that differ, and should not.
    pub differences: i64,
}

/// A difference as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = differences, treat_none_as_default_value = false)]
pub struct DifferenceRow {
    /// The comparison that found it.
    pub reconciliation_id: String,
    /// The certificate.
    pub certificate_id: String,
    /// What kind of difference.
    pub kind: String,
    /// What is so here.
    pub here: Option<String>,
    /// What is so there.
    pub there: Option<String>,
    /// When it was queued again.
    pub mended_at: Option<i64>,
}

/// Adds a comparison that begins.
///
/// # Errors
/// When the database cannot.
pub fn begin(conn: &mut Conn, row: &ReconciliationRow) -> Result<(), StoreError> {
    diesel::insert_into(reconciliations::table).values(row).execute(conn)?;
    Ok(())
}

/// Adds differences, and how far the comparison is.
///
/// # Errors
/// When the database cannot.
pub fn keep(conn: &mut Conn, row: &ReconciliationRow, found: &[DifferenceRow]) -> Result<(), StoreError> {
    bulk::insert_all!(&mut *conn, differences::table, found)?;
    diesel::update(reconciliations::table.find(&row.id))
        .set((
            reconciliations::finished_at.eq(row.finished_at),
            reconciliations::here.eq(row.here),
            reconciliations::there.eq(row.there),
            reconciliations::waiting.eq(row.waiting),
            reconciliations::differences.eq(row.differences),
        ))
        .execute(conn)?;
    Ok(())
}

/// Comparisons before the one of this id, newest first.
///
/// # Errors
/// When the database cannot.
pub fn reconciliations(
    conn: &mut Conn,
    before: &str,
    limit: i64,
) -> Result<Vec<ReconciliationRow>, StoreError> {
    Ok(reconciliations::table
        .filter(reconciliations::id.lt(before))
        .order(reconciliations::id.desc())
        .limit(limit)
        .select(ReconciliationRow::as_select())
        .load(conn)?)
}

/// Differences of a comparison after that of this certificate.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    reconciliation: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<DifferenceRow>, StoreError> {
    Ok(differences::table
        .filter(differences::reconciliation_id.eq(reconciliation))
        .filter(differences::certificate_id.gt(after))
        .order(differences::certificate_id)
        .limit(limit)
        .select(DifferenceRow::as_select())
        .load(conn)?)
}

/// Says that a difference was queued again.
///
/// # Errors
/// When the database cannot.
pub fn mended(conn: &mut Conn, row: &DifferenceRow, at: i64) -> Result<(), StoreError> {
    diesel::update(differences::table.find((&row.reconciliation_id, &row.certificate_id)))
        .set(differences::mended_at.eq(at))
        .execute(conn)?;
    Ok(())
}
