//! Queries on presentations: which certificate was shown, when. The code itself is not kept.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::presentations;

/// A presentation as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = presentations)]
pub struct PresentationRow {
    /// Its name, hex.
    pub cti: String,
    /// What was shown.
    pub certificate_id: String,
    /// Which version of it.
    pub version: i32,
    /// When.
    pub made_at: i64,
    /// Until when.
    pub expires_at: i64,
}

/// Adds a presentation.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &PresentationRow) -> Result<(), StoreError> {
    diesel::insert_into(presentations::table).values(row).execute(conn)?;
    Ok(())
}

/// The presentation of this name, hex.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, cti: &str) -> Result<Option<PresentationRow>, StoreError> {
    Ok(presentations::table.find(cti).select(PresentationRow::as_select()).get_result(conn).optional()?)
}
