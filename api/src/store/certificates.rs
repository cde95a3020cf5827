//! Queries on certificates and their versions: one row a licence, one row for each time its items changed.

use diesel::prelude::*;

use super::bulk::{find_all, insert_all};
use super::{Conn, StoreError, attempt};
use crate::schema::{certificate_versions, certificates};

/// A certificate as it is stored. Instants are unix milliseconds, days are counted from 1970-01-01 (UTC+8).
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates, treat_none_as_default_value = false)]
pub struct CertificateRow {
    /// Our id of it.
    pub id: String,
    /// Last three digits of the type code.
    pub kind: String,
    /// 证号, which may be a citizen id, encrypted.
    pub number_ciphertext: Vec<u8>,
    /// What the number is found by.
    pub number_index: String,
    /// 统一社会信用代码 of the issuing authority.
    pub issuer_code: String,
    /// Division of the issuing authority (GB/T 2260).
    pub division: String,
    /// GB/T 36904 identifier of the version in force.
    pub identifier: String,
    /// The identifier's 流水号, the same in all versions.
    pub serial: String,
    /// Whose it is.
    pub holder_id: String,
    /// Plate number.
    pub plate: Option<String>,
    /// Plate colour code (JT/T 697.7).
    pub plate_colour: Option<i32>,
    /// The version in force, from 1.
    pub version: i32,
    /// `valid`, `cancelled`, `suspended`, `revoked`, `reported_lost` or `expired_not_renewed`.
    pub status: String,
    /// Whether an annual review or integrity assessment is overdue.
    pub review_overdue: bool,
    /// 样证.
    pub specimen: bool,
    /// Place of the version in force in the status list.
    pub status_index: i64,
    /// Day of issue.
    pub issued_on: i32,
    /// First valid day.
    pub valid_from: i32,
    /// Last valid day; `None`: no end.
    pub valid_to: Option<i32>,
    /// When this row was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// One version of a certificate, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_versions, treat_none_as_default_value = false)]
pub struct VersionRow {
    /// Which certificate.
    pub certificate_id: String,
    /// Which version, from 1.
    pub version: i32,
    /// The data items, canonical JSON, encrypted.
    pub items_ciphertext: Vec<u8>,
    /// MAC of the canonical items.
    pub items_mac: Vec<u8>,
    /// Its place in the status list.
    pub status_index: i64,
    /// The event that made it.
    pub made_by: String,
    /// `superseded` or `reported_lost`; `None` while in force.
    pub replaced_as: Option<String>,
    /// The sealed bytes.
    pub credential: Vec<u8>,
    /// Id of the key that sealed it, hex.
    pub seal_key: String,
    /// When.
    pub sealed_at: i64,
    /// From when on it must be sealed again.
    pub credential_exp: i64,
}

/// The certificate with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<CertificateRow>, StoreError> {
    Ok(certificates::table.find(id).select(CertificateRow::as_select()).get_result(conn).optional()?)
}

/// The certificate known by kind, issuing authority and number, which is given by its index.
///
/// # Errors
/// When the database cannot.
pub fn find_by_number(
    conn: &mut Conn,
    kind: &str,
    issuer_code: &str,
    number_index: &str,
) -> Result<Option<CertificateRow>, StoreError> {
    let found = certificates::table
        .filter(certificates::kind.eq(kind))
        .filter(certificates::issuer_code.eq(issuer_code))
        .filter(certificates::number_index.eq(number_index))
        .select(CertificateRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// The certificates whose numbers have any of these indices, of whatever kind and issuing authority, in any order.
///
/// # Errors
/// When the database cannot.
pub fn find_all_by_number(
    conn: &mut Conn,
    number_indices: &[&str],
) -> Result<Vec<CertificateRow>, StoreError> {
    let (table, column) = (certificates::table, certificates::number_index);
    Ok(find_all!(conn, table, column, number_indices, CertificateRow::as_select())?)
}

/// The certificates for a vehicle's plate of this colour, newest issue first.
///
/// # Errors
/// When the database cannot.
pub fn of_plate(conn: &mut Conn, plate: &str, colour: i32) -> Result<Vec<CertificateRow>, StoreError> {
    Ok(certificates::table
        .filter(certificates::plate.eq(plate))
        .filter(certificates::plate_colour.eq(colour))
        .order((certificates::issued_on.desc(), certificates::id.desc()))
        .select(CertificateRow::as_select())
        .load(conn)?)
}

/// Certificate, version and content of all versions of these certificates, in any order.
///
/// # Errors
/// When the database cannot.
pub fn contents(conn: &mut Conn, ids: &[&str]) -> Result<Vec<(String, i32, Vec<u8>)>, StoreError> {
    let (table, column) = (certificate_versions::table, certificate_versions::certificate_id);
    let selection = (column, certificate_versions::version, certificate_versions::items_mac);
    Ok(find_all!(conn, table, column, ids, selection)?)
}

/// The version that has this place in the status list.
///
/// # Errors
/// When the database cannot.
pub fn find_version_by_index(conn: &mut Conn, status_index: i64) -> Result<Option<VersionRow>, StoreError> {
    let found = certificate_versions::table
        .filter(certificate_versions::status_index.eq(status_index))
        .select(VersionRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// One version of a certificate.
///
/// # Errors
/// When the database cannot.
pub fn find_version(conn: &mut Conn, id: &str, version: i32) -> Result<Option<VersionRow>, StoreError> {
    let found = certificate_versions::table.find((id, version)).select(VersionRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// A holder's certificates, newest issue first.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(conn: &mut Conn, holder_id: &str) -> Result<Vec<CertificateRow>, StoreError> {
    Ok(certificates::table
        .filter(certificates::holder_id.eq(holder_id))
        .order((certificates::issued_on.desc(), certificates::id.desc()))
        .select(CertificateRow::as_select())
        .load(conn)?)
}

/// The division of a holder's newest certificate.
///
/// # Errors
/// When the database cannot.
pub fn newest_division(conn: &mut Conn, holder_id: &str) -> Result<Option<String>, StoreError> {
    Ok(certificates::table
        .filter(certificates::holder_id.eq(holder_id))
        .order((certificates::issued_on.desc(), certificates::id.desc()))
        .select(certificates::division)
        .first(conn)
        .optional()?)
}

/// The newest version of a certificate with this content.
///
/// # Errors
/// When the database cannot.
pub fn find_version_by_mac(conn: &mut Conn, id: &str, mac: &[u8]) -> Result<Option<i32>, StoreError> {
    let found = certificate_versions::table
        .filter(certificate_versions::certificate_id.eq(id))
        .filter(certificate_versions::items_mac.eq(mac))
        .select(diesel::dsl::max(certificate_versions::version));
    Ok(found.get_result(conn)?)
}

/// Adds a certificate: `false` when its kind, issuer and number, or its identifier, are taken.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &CertificateRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(certificates::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Adds a version.
///
/// # Errors
/// When the database cannot.
pub fn insert_version(conn: &mut Conn, row: &VersionRow) -> Result<(), StoreError> {
    diesel::insert_into(certificate_versions::table).values(row).execute(conn)?;
    Ok(())
}

/// Adds certificates, all or none.
///
/// # Errors
/// When one is there already or its identifier is taken, or the database cannot.
pub fn insert_all(conn: &mut Conn, rows: &[CertificateRow]) -> QueryResult<()> {
    insert_all!(conn, certificates::table, rows)
}

/// Adds versions, all or none.
///
/// # Errors
/// When one is there already, or the database cannot.
pub fn insert_versions(conn: &mut Conn, rows: &[VersionRow]) -> QueryResult<()> {
    insert_all!(conn, certificate_versions::table, rows)
}

/// Puts a new version of a certificate in force, if it is still as it was read: `Some(false)` when it is not, `None`
/// when the new identifier is another certificate's.
///
/// # Errors
/// When the database cannot.
pub fn replace(
    conn: &mut Conn,
    as_read: &CertificateRow,
    new: &CertificateRow,
) -> Result<Option<bool>, StoreError> {
    let unchanged = certificates::table
        .find(&as_read.id)
        .filter(certificates::version.eq(as_read.version))
        .filter(certificates::status.eq(&as_read.status));
    let changed = attempt(conn, |conn| {
        diesel::update(unchanged)
            .set((
                certificates::division.eq(&new.division),
                certificates::identifier.eq(&new.identifier),
                certificates::serial.eq(&new.serial),
                certificates::holder_id.eq(&new.holder_id),
                certificates::plate.eq(&new.plate),
                certificates::plate_colour.eq(new.plate_colour),
                certificates::version.eq(new.version),
                certificates::status.eq(&new.status),
                certificates::specimen.eq(new.specimen),
                certificates::status_index.eq(new.status_index),
                certificates::issued_on.eq(new.issued_on),
                certificates::valid_from.eq(new.valid_from),
                certificates::valid_to.eq(new.valid_to),
                certificates::updated_at.eq(new.updated_at),
            ))
            .execute(conn)
    })?;
    Ok(changed.map(|rows| rows == 1))
}

/// Says as what the version in force before was replaced.
///
/// # Errors
/// When the database cannot.
pub fn set_replaced(conn: &mut Conn, id: &str, version: i32, replaced_as: &str) -> Result<(), StoreError> {
    diesel::update(certificate_versions::table.find((id, version)))
        .set(certificate_versions::replaced_as.eq(replaced_as))
        .execute(conn)?;
    Ok(())
}

/// Sets status and overdue mark of a certificate that is still as it was read: `false` when it is not.
///
/// # Errors
/// When the database cannot.
pub fn change_status(
    conn: &mut Conn,
    as_read: &CertificateRow,
    status: &str,
    review_overdue: bool,
    at: i64,
) -> Result<bool, StoreError> {
    let unchanged = certificates::table
        .find(&as_read.id)
        .filter(certificates::version.eq(as_read.version))
        .filter(certificates::status.eq(&as_read.status))
        .filter(certificates::review_overdue.eq(as_read.review_overdue));
    let changed = diesel::update(unchanged)
        .set((
            certificates::status.eq(status),
            certificates::review_overdue.eq(review_overdue),
            certificates::updated_at.eq(at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Puts a fresh seal on a version, in place of the one `as_read` has: `false` when another came first.
///
/// # Errors
/// When the database cannot.
pub fn replace_credential(
    conn: &mut Conn,
    as_read: &VersionRow,
    fresh: &VersionRow,
) -> Result<bool, StoreError> {
    let unchanged = certificate_versions::table
        .find((&as_read.certificate_id, as_read.version))
        .filter(certificate_versions::sealed_at.eq(as_read.sealed_at));
    let changed = diesel::update(unchanged)
        .set((
            certificate_versions::credential.eq(&fresh.credential),
            certificate_versions::seal_key.eq(&fresh.seal_key),
            certificate_versions::sealed_at.eq(fresh.sealed_at),
            certificate_versions::credential_exp.eq(fresh.credential_exp),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
