//! Queries on the ministry's copy: certificates as provinces collect them, and the log of what came in.

use diesel::dsl::max;
use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{collected_certificates, collected_events, collected_versions};

/// A certificate of the copy. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collected_certificates)]
pub struct CollectedRow {
    /// The province's id of it.
    pub certificate_id: String,
    /// The province.
    pub iss: String,
    /// The newest event that is applied.
    pub seq: i64,
    /// The version in force.
    pub version: i32,
    /// Its status.
    pub status: String,
    /// Whether a review or assessment is overdue.
    pub review_overdue: bool,
    /// GB/T 36904 identifier.
    pub identifier: String,
    /// When the event was recorded, by the province's clock.
    pub recorded_at: i64,
    /// When it came in.
    pub received_at: i64,
}

/// A version of the copy.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = collected_versions, treat_none_as_default_value = false)]
pub struct CollectedVersionRow {
    /// Which certificate.
    pub certificate_id: String,
    /// Which version.
    pub version: i32,
    /// The province.
    pub iss: String,
    /// Its place in the province's status list.
    pub status_index: i64,
    /// As what it was replaced.
    pub replaced_as: Option<String>,
    /// The sealed bytes.
    pub credential: Vec<u8>,
    /// The data items, canonical JSON, encrypted.
    pub items_ciphertext: Vec<u8>,
}

/// An event of the log.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = collected_events)]
pub struct ArrivalRow {
    /// The province.
    pub iss: String,
    /// The province's id of the event.
    pub event_id: String,
    /// Its number among those that came from the province.
    pub arrival: i64,
    /// Its number in the province's feed.
    pub seq: i64,
    /// Which certificate.
    pub certificate_id: String,
    /// What happened.
    pub event: String,
    /// The version after it.
    pub version: i32,
    /// The status after it.
    pub status: String,
    /// When it came in.
    pub received_at: i64,
}

/// A certificate of the copy.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<CollectedRow>, StoreError> {
    let found = collected_certificates::table.find(id).select(CollectedRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// Puts a certificate into the copy, in place of what was known of it.
///
/// # Errors
/// When the database cannot.
pub fn put(conn: &mut Conn, row: &CollectedRow) -> Result<(), StoreError> {
    let there = collected_certificates::table.find(&row.certificate_id);
    if diesel::update(there).set(row).execute(conn)? == 0 {
        diesel::insert_into(collected_certificates::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// A version of the copy.
///
/// # Errors
/// When the database cannot.
pub fn find_version(
    conn: &mut Conn,
    id: &str,
    version: i32,
) -> Result<Option<CollectedVersionRow>, StoreError> {
    let found = collected_versions::table.find((id, version)).select(CollectedVersionRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// The version at a place of a province's status list.
///
/// # Errors
/// When the database cannot.
pub fn find_by_index(
    conn: &mut Conn,
    iss: &str,
    index: i64,
) -> Result<Option<CollectedVersionRow>, StoreError> {
    let found = collected_versions::table
        .filter(collected_versions::iss.eq(iss))
        .filter(collected_versions::status_index.eq(index))
        .select(CollectedVersionRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// Puts a version into the copy, in place of what was known of it.
///
/// # Errors
/// When the database cannot.
pub fn put_version(conn: &mut Conn, row: &CollectedVersionRow) -> Result<(), StoreError> {
    diesel::delete(collected_versions::table.find((&row.certificate_id, row.version))).execute(conn)?;
    diesel::insert_into(collected_versions::table).values(row).execute(conn)?;
    Ok(())
}

/// Says as what a version was replaced.
///
/// # Errors
/// When the database cannot.
pub fn set_replaced(conn: &mut Conn, id: &str, version: i32, how: &str) -> Result<(), StoreError> {
    diesel::update(collected_versions::table.find((id, version)))
        .set(collected_versions::replaced_as.eq(how))
        .execute(conn)?;
    Ok(())
}

/// Whether an event is in the log.
///
/// # Errors
/// When the database cannot.
pub fn has_event(conn: &mut Conn, iss: &str, event_id: &str) -> Result<bool, StoreError> {
    let found = collected_events::table.find((iss, event_id)).select(collected_events::seq);
    Ok(found.get_result::<i64>(conn).optional()?.is_some())
}

/// The number of the newest arrival of a province; 0 when nothing came yet.
///
/// # Errors
/// When the database cannot.
pub fn newest_arrival(conn: &mut Conn, iss: &str) -> Result<i64, StoreError> {
    let own = collected_events::table.filter(collected_events::iss.eq(iss));
    let newest: Option<i64> = own.select(max(collected_events::arrival)).get_result(conn)?;
    Ok(newest.unwrap_or(0))
}

/// Adds an event to the log.
///
/// # Errors
/// When the database cannot.
pub fn log(conn: &mut Conn, row: &ArrivalRow) -> Result<(), StoreError> {
    diesel::insert_into(collected_events::table).values(row).execute(conn)?;
    Ok(())
}

/// The log of a province, in the order of arrival.
///
/// # Errors
/// When the database cannot.
pub fn arrivals(conn: &mut Conn, iss: &str) -> Result<Vec<ArrivalRow>, StoreError> {
    Ok(collected_events::table
        .filter(collected_events::iss.eq(iss))
        .order(collected_events::arrival)
        .select(ArrivalRow::as_select())
        .load(conn)?)
}

/// The copy of a province's certificates after the one of this id.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, iss: &str, after: &str, limit: i64) -> Result<Vec<CollectedRow>, StoreError> {
    Ok(collected_certificates::table
        .filter(collected_certificates::iss.eq(iss))
        .filter(collected_certificates::certificate_id.gt(after))
        .order(collected_certificates::certificate_id)
        .limit(limit)
        .select(CollectedRow::as_select())
        .load(conn)?)
}
