//! Queries on what was published: trust lists, status lists, and what a status list is made from.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::{certificate_versions, certificates, status_indices, status_lists, trust_lists};

/// A published trust list. Instants are unix milliseconds of whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = trust_lists)]
pub struct TrustListRow {
    /// Its number; only ever grows.
    pub seq: i64,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// SM3 of the bytes.
    pub digest: Vec<u8>,
    /// Made at.
    pub issued_at: i64,
    /// Not to be used from here on.
    pub expires_at: i64,
}

/// A published status list. Instants are unix milliseconds of whole seconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = status_lists)]
pub struct StatusListRow {
    /// Prefix of the issuer.
    pub iss: String,
    /// Made at; no two lists of an issuer share it.
    pub issued_at: i64,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// SM3 of the bytes.
    pub digest: Vec<u8>,
    /// The generation of statuses it shows.
    pub generation: i64,
    /// Not to be used from here on.
    pub expires_at: i64,
}

/// The newest trust list.
///
/// # Errors
/// When the database cannot.
pub fn newest_trust_list(conn: &mut Conn) -> Result<Option<TrustListRow>, StoreError> {
    let newest = trust_lists::table.order(trust_lists::seq.desc()).select(TrustListRow::as_select());
    Ok(newest.first(conn).optional()?)
}

/// The trust list that was the newest at `instant`; the oldest there is for an instant before all.
///
/// # Errors
/// When the database cannot.
pub fn trust_list_as_of(conn: &mut Conn, instant: i64) -> Result<Option<TrustListRow>, StoreError> {
    let then = trust_lists::table
        .filter(trust_lists::issued_at.le(instant))
        .order(trust_lists::seq.desc())
        .select(TrustListRow::as_select());
    if let Some(row) = then.first(conn).optional()? {
        return Ok(Some(row));
    }
    let oldest = trust_lists::table.order(trust_lists::seq.asc()).select(TrustListRow::as_select());
    Ok(oldest.first(conn).optional()?)
}

/// The number of the newest trust list.
///
/// # Errors
/// When the database cannot.
pub fn newest_trust_seq(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    Ok(trust_lists::table.select(diesel::dsl::max(trust_lists::seq)).get_result(conn)?)
}

/// When the newest status list of an issuer was made, in unix milliseconds.
///
/// # Errors
/// When the database cannot.
pub fn newest_status_time(conn: &mut Conn, iss: &str) -> Result<Option<i64>, StoreError> {
    let of_issuer = status_lists::table.filter(status_lists::iss.eq(iss));
    Ok(of_issuer.select(diesel::dsl::max(status_lists::issued_at)).get_result(conn)?)
}

/// Keeps a trust list: `false` when another server published this number first.
///
/// # Errors
/// When the database cannot.
pub fn insert_trust_list(conn: &mut Conn, row: &TrustListRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(trust_lists::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The newest status list of an issuer.
///
/// # Errors
/// When the database cannot.
pub fn newest_status_list(conn: &mut Conn, iss: &str) -> Result<Option<StatusListRow>, StoreError> {
    let newest = status_lists::table
        .filter(status_lists::iss.eq(iss))
        .order(status_lists::issued_at.desc())
        .select(StatusListRow::as_select());
    Ok(newest.first(conn).optional()?)
}

/// Keeps a status list: `false` when another server published one of the same second first.
///
/// # Errors
/// When the database cannot.
pub fn insert_status_list(conn: &mut Conn, row: &StatusListRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(status_lists::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Forgets what was published before `instant`, but never the newest of a kind.
///
/// # Errors
/// When the database cannot.
pub fn prune(conn: &mut Conn, iss: &str, instant: i64) -> Result<(), StoreError> {
    if let Some(newest) = newest_trust_list(conn)? {
        let old = trust_lists::table
            .filter(trust_lists::issued_at.lt(instant))
            .filter(trust_lists::seq.ne(newest.seq));
        diesel::delete(old).execute(conn)?;
    }
    if let Some(newest) = newest_status_list(conn, iss)? {
        let old = status_lists::table
            .filter(status_lists::iss.eq(iss))
            .filter(status_lists::issued_at.lt(instant))
            .filter(status_lists::issued_at.ne(newest.issued_at));
        diesel::delete(old).execute(conn)?;
    }
    Ok(())
}

/// How many places of the status list were handed out, and which generation of statuses stands; `None` while no
/// certificate was ever sealed.
///
/// # Errors
/// When the database cannot.
pub fn status_state(conn: &mut Conn, iss: &str) -> Result<Option<(i64, i64)>, StoreError> {
    let state = status_indices::table.find(iss).select((status_indices::next, status_indices::generation));
    Ok(state.get_result(conn).optional()?)
}

/// Every version of every certificate that is not in force: its place and the certificate's status.
///
/// # Errors
/// When the database cannot.
pub fn out_of_force(conn: &mut Conn) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(certificate_versions::table
        .inner_join(certificates::table)
        .filter(certificates::status.ne("valid"))
        .select((certificate_versions::status_index, certificates::status))
        .load(conn)?)
}

/// The replaced versions of certificates in force: place, and how they were replaced.
///
/// # Errors
/// When the database cannot.
pub fn replaced(conn: &mut Conn) -> Result<Vec<(i64, String)>, StoreError> {
    let rows: Vec<(i64, Option<String>)> = certificate_versions::table
        .inner_join(certificates::table)
        .filter(certificates::status.eq("valid"))
        .filter(certificate_versions::replaced_as.is_not_null())
        .select((certificate_versions::status_index, certificate_versions::replaced_as))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(index, how)| Some((index, how?))).collect())
}

/// The places of certificates in force whose review or assessment is overdue.
///
/// # Errors
/// When the database cannot.
pub fn review_overdue(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    Ok(certificates::table
        .filter(certificates::status.eq("valid"))
        .filter(certificates::review_overdue.eq(true))
        .select(certificates::status_index)
        .load(conn)?)
}
