//! Queries on holders.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::holders;

/// A holder as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = holders)]
pub struct HolderRow {
    /// UUIDv7.
    pub id: String,
    /// 持证主体代码类型 (GB/T 36903).
    pub code_type: String,
    /// Citizen id, unified social credit code or another code of that type.
    pub code: String,
    /// The name of the person or organisation.
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// The holder with this code.
///
/// # Errors
/// When the database cannot.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<HolderRow>, StoreError> {
    Ok(holders::table
        .filter(holders::code.eq(code))
        .order(holders::code_type)
        .select(HolderRow::as_select())
        .first(conn)
        .optional()?)
}
