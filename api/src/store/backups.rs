//! Queries on which backups were made.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::backups;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = backups)]
pub struct BackupRow {
    /// Its id.
    pub id: String,
    /// The moment whose state it holds.
    pub made_at: i64,
    /// The length of the file in bytes.
    pub length: i64,
    /// Whether it is encrypted.
    pub sealed: bool,
}

/// Keeps that a backup was made.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &BackupRow) -> Result<(), StoreError> {
    diesel::insert_into(backups::table).values(row).execute(conn)?;
    Ok(())
}

/// When the newest was made; `None`: there never was one.
///
/// # Errors
/// When the database cannot.
pub fn newest(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    Ok(backups::table.select(diesel::dsl::max(backups::made_at)).get_result(conn)?)
}
