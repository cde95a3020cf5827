//! Queries on requests for correction (补正).

use diesel::prelude::*;

use crate::schema::correction_requests;
use crate::store::{Conn, StoreError};

/// A request as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = correction_requests, treat_none_as_default_value = false)]
pub struct RequestRow {
    /// UUIDv7.
    pub id: String,
    /// What is to be corrected.
    pub nonconformity_id: String,
    /// In which certificate.
    pub certificate_id: String,
    /// The certificate's division.
    pub division: String,
    /// What the issuer is told.
    pub message: String,
    /// The account that asks.
    pub requested_by: String,
    /// When.
    pub requested_at: i64,
    /// When a check found it done.
    pub answered_at: Option<i64>,
}

/// Adds a request.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &RequestRow) -> Result<(), StoreError> {
    diesel::insert_into(correction_requests::table).values(row).execute(conn)?;
    Ok(())
}

/// Says of all requests about this that they are answered.
///
/// # Errors
/// When the database cannot.
pub fn answer(conn: &mut Conn, nonconformity_id: &str, at: i64) -> QueryResult<()> {
    let waiting = correction_requests::table
        .filter(correction_requests::nonconformity_id.eq(nonconformity_id))
        .filter(correction_requests::answered_at.is_null());
    diesel::update(waiting).set(correction_requests::answered_at.eq(at)).execute(conn).map(|_| ())
}

/// Requests about certificates of these divisions, oldest first: those that wait, those that do not, or all.
///
/// # Errors
/// When the database cannot.
pub fn page(
    conn: &mut Conn,
    divisions: &(String, String),
    is_answered: Option<bool>,
    after: &str,
    limit: i64,
) -> Result<Vec<RequestRow>, StoreError> {
    let mut query = correction_requests::table
        .select(RequestRow::as_select())
        .filter(correction_requests::division.between(&divisions.0, &divisions.1))
        .filter(correction_requests::id.gt(after))
        .into_boxed();
    query = match is_answered {
        None => query,
        Some(true) => query.filter(correction_requests::answered_at.is_not_null()),
        Some(false) => query.filter(correction_requests::answered_at.is_null()),
    };
    Ok(query.order(correction_requests::id).limit(limit).load(conn)?)
}

/// All requests about this, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn about(conn: &mut Conn, nonconformity_id: &str) -> Result<Vec<RequestRow>, StoreError> {
    Ok(correction_requests::table
        .filter(correction_requests::nonconformity_id.eq(nonconformity_id))
        .order(correction_requests::id)
        .select(RequestRow::as_select())
        .load(conn)?)
}
