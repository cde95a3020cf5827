//! Queries on the provinces a ministry knows: their pinned roots, and the lists they published last.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::provinces;

/// A province as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = provinces)]
pub struct ProvinceRow {
    /// Prefix of its division codes.
    pub iss: String,
    /// Its name in the national trust list.
    pub name: String,
    /// Scheme and host it is reached at.
    pub url: String,
    /// Its pinned root keys, hexadecimal, separated by blanks.
    pub roots: String,
    /// Since when it is known.
    pub registered_at: i64,
    /// The newest of its trust lists that was accepted.
    pub trust_list: Option<Vec<u8>>,
    /// When that was fetched.
    pub trust_at: Option<i64>,
    /// The newest of its status lists that was accepted.
    pub status_list: Option<Vec<u8>>,
    /// When that was made.
    pub status_at: Option<i64>,
    /// When it ends.
    pub status_end: Option<i64>,
    /// When a collection of it last came in.
    pub heard_at: Option<i64>,
}

/// Adds a province: `false` when it is there already.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ProvinceRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(provinces::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Takes a province off: `false` when there is none.
///
/// # Errors
/// When the database cannot.
pub fn remove(conn: &mut Conn, iss: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(provinces::table.find(iss)).execute(conn)? == 1)
}

/// Every province, by its prefix.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<ProvinceRow>, StoreError> {
    Ok(provinces::table.order(provinces::iss).select(ProvinceRow::as_select()).load(conn)?)
}

/// The province with this prefix.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, iss: &str) -> Result<Option<ProvinceRow>, StoreError> {
    Ok(provinces::table.find(iss).select(ProvinceRow::as_select()).get_result(conn).optional()?)
}

/// What the national trust list is made from: prefix, name, pinned roots and newest trust list of each province, by its
/// prefix.
///
/// # Errors
/// When the database cannot.
pub fn trusted(conn: &mut Conn) -> Result<Vec<TrustedRow>, StoreError> {
    Ok(provinces::table.order(provinces::iss).select(TrustedRow::as_select()).load(conn)?)
}

/// Which provinces there are, what they are called, and since when the list held is held: where this is as it was, so is what
/// the national list is made from.
///
/// # Errors
/// When the database cannot.
pub fn marks(conn: &mut Conn) -> Result<Vec<(String, String, Option<i64>)>, StoreError> {
    let marks = (provinces::iss, provinces::name, provinces::trust_at);
    Ok(provinces::table.order(provinces::iss).select(marks).load(conn)?)
}

/// What of a province the national trust list is made from.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = provinces)]
pub struct TrustedRow {
    /// Prefix of its division codes.
    pub iss: String,
    /// Its name.
    pub name: String,
    /// Its pinned root keys.
    pub roots: String,
    /// The newest of its trust lists that was accepted.
    pub trust_list: Option<Vec<u8>>,
}

/// Keeps the trust list of a province, and the roots that may sign the next.
///
/// # Errors
/// When the database cannot.
pub fn keep_trust_list(
    conn: &mut Conn,
    iss: &str,
    (bytes, roots): (&[u8], &str),
    at: i64,
) -> Result<(), StoreError> {
    let kept = (provinces::trust_list.eq(bytes), provinces::roots.eq(roots), provinces::trust_at.eq(at));
    diesel::update(provinces::table.find(iss)).set(kept).execute(conn)?;
    Ok(())
}

/// Keeps the status list of a province, with when it was made and when it ends.
///
/// # Errors
/// When the database cannot.
pub fn keep_status_list(
    conn: &mut Conn,
    iss: &str,
    bytes: &[u8],
    (made, end): (i64, i64),
) -> Result<(), StoreError> {
    let kept =
        (provinces::status_list.eq(bytes), provinces::status_at.eq(made), provinces::status_end.eq(end));
    diesel::update(provinces::table.find(iss)).set(kept).execute(conn)?;
    Ok(())
}

/// Says that a province was heard of, and lets its collections in one after another: whoever called this has its turn
/// until the transaction ends. `false` when it is not known.
///
/// # Errors
/// When the database cannot.
pub fn hear(conn: &mut Conn, iss: &str, at: i64) -> Result<bool, StoreError> {
    Ok(diesel::update(provinces::table.find(iss)).set(provinces::heard_at.eq(at)).execute(conn)? == 1)
}
