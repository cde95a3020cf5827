//! What a check needs to know of many certificates, in a few queries that use indices.

use diesel::prelude::*;

use crate::schema::{certificate_events, certificate_versions, certificates, holders};
use crate::store::bulk::find_all;
use crate::store::certificates::CertificateRow;
use crate::store::{Conn, StoreError};

/// The certificates of a scope.
macro_rules! within {
    ($scope:expr) => {
        certificates::table
            .filter(certificates::division.between(&$scope.divisions.0, &$scope.divisions.1))
            .filter(certificates::kind.between(&$scope.kinds.0, &$scope.kinds.1))
    };
}

/// A certificate as it stands beside others.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = certificates)]
pub struct NeighbourRow {
    /// Which.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Whose it is.
    pub holder_id: String,
    /// Its plate.
    pub plate: Option<String>,
    /// The plate's colour.
    pub plate_colour: Option<i32>,
    /// Its last day.
    pub valid_to: Option<i32>,
}

/// What a check has to know of an event.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = certificate_events)]
pub struct HappenedRow {
    /// To which certificate.
    pub certificate_id: String,
    /// Its number.
    pub seq: i64,
    /// What.
    pub event: String,
    /// When it took effect at its source, unix milliseconds.
    pub occurred_at: i64,
    /// When it took effect here.
    pub recorded_at: i64,
    /// Who reported it.
    pub actor: String,
}

/// Which certificates a run is over. The ranges hold both their ends.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Division codes, six digits.
    pub divisions: (String, String),
    /// Kinds, three digits.
    pub kinds: (String, String),
}

/// These certificates, in any order.
///
/// # Errors
/// When the database cannot.
pub fn certificates(conn: &mut Conn, ids: &[&str]) -> QueryResult<Vec<CertificateRow>> {
    find_all!(conn, certificates::table, certificates::id, ids, CertificateRow::as_select())
}

/// Certificate, version and encrypted items of the versions in force of these certificates, in any order.
///
/// # Errors
/// When the database cannot.
pub fn contents(conn: &mut Conn, ids: &[&str]) -> QueryResult<Vec<(String, i32, Vec<u8>)>> {
    let current = certificate_versions::table.filter(certificate_versions::replaced_as.is_null());
    let column = certificate_versions::certificate_id;
    let selection = (column, certificate_versions::version, certificate_versions::items_ciphertext);
    find_all!(conn, current, column, ids, selection)
}

/// Id and name of these holders, in any order.
///
/// # Errors
/// When the database cannot.
pub fn names(conn: &mut Conn, ids: &[&str]) -> QueryResult<Vec<(String, String)>> {
    find_all!(conn, holders::table, holders::id, ids, (holders::id, holders::name))
}

/// What happened to these certificates, in any order.
///
/// # Errors
/// When the database cannot.
pub fn happened(conn: &mut Conn, ids: &[&str]) -> QueryResult<Vec<HappenedRow>> {
    let (table, column) = (certificate_events::table, certificate_events::certificate_id);
    find_all!(conn, table, column, ids, HappenedRow::as_select())
}

/// The certificates with any of these plates that are in force, in any order.
///
/// # Errors
/// When the database cannot.
pub fn by_plate(conn: &mut Conn, plates: &[&str]) -> QueryResult<Vec<NeighbourRow>> {
    let plates: Vec<_> = plates.iter().map(|plate| Some(*plate)).collect();
    let in_force = certificates::table
        .filter(certificates::status.eq("valid"))
        .filter(certificates::specimen.eq(false))
        .filter(certificates::plate.is_not_null());
    find_all!(conn, in_force, certificates::plate, &plates, NeighbourRow::as_select())
}

/// The certificates of these holders that are in force, in any order.
///
/// # Errors
/// When the database cannot.
pub fn by_holder(conn: &mut Conn, holders: &[&str], kinds: &[&str]) -> QueryResult<Vec<NeighbourRow>> {
    let in_force = certificates::table
        .filter(certificates::status.eq("valid"))
        .filter(certificates::specimen.eq(false))
        .filter(certificates::kind.eq_any(kinds));
    find_all!(conn, in_force.clone(), certificates::holder_id, holders, NeighbourRow::as_select())
}

/// The ids of the certificates of a scope that come after one, in their order.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, scope: &Scope, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    Ok(within!(scope)
        .filter(certificates::id.gt(after))
        .order(certificates::id)
        .limit(limit)
        .select(certificates::id)
        .load(conn)?)
}

/// How many certificates a scope has.
///
/// # Errors
/// When the database cannot.
pub fn count(conn: &mut Conn, scope: &Scope) -> Result<i64, StoreError> {
    Ok(within!(scope).count().get_result(conn)?)
}
