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

/// Puts another wrapping of the same key in the place of the one `as_read` has: `false` when another came first.
///
/// # Errors
/// When the database cannot.
pub fn rewrap(
    conn: &mut Conn,
    as_read: &DataKeyRow,
    wrapped: &[u8],
    master_key: &str,
) -> Result<bool, StoreError> {
    let unchanged = data_keys::table.find(&as_read.id).filter(data_keys::wrapped.eq(&as_read.wrapped));
    let wrapping = (data_keys::wrapped.eq(wrapped), data_keys::master_key.eq(master_key));
    Ok(diesel::update(unchanged).set(wrapping).execute(conn)? == 1)
}

/// Says that nothing is encrypted with a key any more: `false` when that was said before.
///
/// # Errors
/// When the database cannot.
pub fn retire(conn: &mut Conn, id: &str, at: i64) -> Result<bool, StoreError> {
    let in_use = data_keys::table.find(id).filter(data_keys::retired_at.is_null());
    Ok(diesel::update(in_use).set(data_keys::retired_at.eq(at)).execute(conn)? == 1)
}

/// Adds a data key.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &DataKeyRow) -> Result<(), StoreError> {
    diesel::insert_into(data_keys::table).values(row).execute(conn)?;
    Ok(())
}
