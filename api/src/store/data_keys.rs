//! Queries on data keys, which are stored wrapped.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::data_keys;

/// A data key as it is stored. Instants are unix milliseconds.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_keys)]
pub struct DataKeyRow {
    /// UUIDv7.
    pub id: String,
    /// The key, encrypted by a master key.
    pub wrapped: Vec<u8>,
    /// The name of that master key.
    pub master_key: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on nothing was encrypted with it any more.
    pub retired_at: Option<i64>,
}

/// All data keys, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<DataKeyRow>, StoreError> {
    let rows = data_keys::table.order((data_keys::created_at, data_keys::id));
    Ok(rows.select(DataKeyRow::as_select()).load(conn)?)
}

/// Adds a data key.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &DataKeyRow) -> Result<(), StoreError> {
    diesel::insert_into(data_keys::table).values(row).execute(conn)?;
    Ok(())
}
