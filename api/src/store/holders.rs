//! Queries on holders.

use diesel::prelude::*;

use super::bulk::{find_all, insert_all};
use super::{Conn, StoreError, attempt};
use crate::schema::holders;

/// A holder as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = holders, treat_none_as_default_value = false)]
pub struct HolderRow {
    /// UUIDv7.
    pub id: String,
    /// 持证主体代码类型 (GB/T 36903).
    pub code_type: String,
    /// Citizen id, unified social credit code or another code of that type, encrypted.
    pub code_ciphertext: Vec<u8>,
    /// What the code is found by.
    pub code_index: String,
    /// The name of the person or organisation.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The holder with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<HolderRow>, StoreError> {
    Ok(holders::table.find(id).select(HolderRow::as_select()).get_result(conn).optional()?)
}

/// The holder whose code has this index.
///
/// # Errors
/// When the database cannot.
pub fn find_by_code(conn: &mut Conn, index: &str) -> Result<Option<HolderRow>, StoreError> {
    Ok(holders::table
        .filter(holders::code_index.eq(index))
        .order(holders::code_type)
        .select(HolderRow::as_select())
        .first(conn)
        .optional()?)
}

/// The holder whose code of this type has this index.
///
/// # Errors
/// When the database cannot.
pub fn find_by_typed_code(
    conn: &mut Conn,
    code_type: &str,
    index: &str,
) -> Result<Option<HolderRow>, StoreError> {
    Ok(holders::table
        .filter(holders::code_type.eq(code_type))
        .filter(holders::code_index.eq(index))
        .select(HolderRow::as_select())
        .get_result(conn)
        .optional()?)
}

/// Adds a holder: `false` when there is one with this code.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &HolderRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(holders::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The holders whose codes have any of these indices, of whatever type, in any order.
///
/// # Errors
/// When the database cannot.
pub fn find_all(conn: &mut Conn, indices: &[&str]) -> QueryResult<Vec<HolderRow>> {
    find_all!(conn, holders::table, holders::code_index, indices, HolderRow::as_select())
}

/// Adds holders, all or none.
///
/// # Errors
/// When one is there already, or the database cannot.
pub fn insert_all(conn: &mut Conn, rows: &[HolderRow]) -> QueryResult<()> {
    insert_all!(conn, holders::table, rows)
}

/// Gives a holder another name.
///
/// # Errors
/// When the database cannot.
pub fn rename(conn: &mut Conn, id: &str, name: &str) -> QueryResult<()> {
    diesel::update(holders::table.find(id)).set(holders::name.eq(name)).execute(conn).map(|_| ())
}
