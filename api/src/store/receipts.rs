//! Queries on receipts: kept as they came, never changed.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::receipts;

/// A receipt as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipts)]
pub struct ReceiptRow {
    /// UUID, made by the device.
    pub id: String,
    /// SM3 of the content.
    pub digest: Vec<u8>,
    /// The account that uploaded it.
    pub account_id: String,
    /// The registered device whose signature it carries.
    pub device_id: Option<String>,
    /// The signed bytes, as they came.
    pub signed: Option<Vec<u8>>,
    /// The officer, as the device names them.
    pub officer: String,
    /// The device, as it names itself.
    pub device: String,
    /// Code text, as scanned. Personal.
    pub code: String,
    /// The certificate, when both signatures of the code are good and it is one of this server.
    pub certificate_id: Option<String>,
    /// The presentation that the code names, hex.
    pub cti: Option<String>,
    /// Division of the issuing authority that the code names.
    pub certificate_iss: Option<String>,
    /// Place in the status list that the code names.
    pub status_index: Option<i64>,
    /// Version that the code names.
    pub version: Option<i32>,
    /// What the device made of it.
    pub outcome: String,
    /// Why.
    pub reason: Option<String>,
    /// Number of the trust list the device used.
    pub bundle_seq: Option<i64>,
    /// Time of the status list the device used, unix seconds.
    pub status_iat: Option<i64>,
    /// When, by the device's clock.
    pub scanned_at: i64,
    /// When it arrived here.
    pub received_at: i64,
    /// Where.
    pub place: Option<String>,
    /// What for.
    pub purpose: String,
    /// What this server makes of it, as of the scan.
    pub server_outcome: String,
    /// Why.
    pub server_reason: Option<String>,
    /// What is odd about it, separated by spaces.
    pub flags: String,
}

/// The receipt with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(receipts::table.find(id).select(ReceiptRow::as_select()).get_result(conn).optional()?)
}

/// Adds a receipt: `false` when there is one with its id.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ReceiptRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(receipts::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Whether an account left a receipt of a genuine showing of a certificate that was scanned at `since` or later.
///
/// # Errors
/// When the database cannot.
pub fn has_checked(
    conn: &mut Conn,
    account_id: &str,
    certificate_id: &str,
    since: i64,
) -> Result<bool, StoreError> {
    let checks = receipts::table
        .filter(receipts::certificate_id.eq(certificate_id))
        .filter(receipts::scanned_at.ge(since))
        .filter(receipts::account_id.eq(account_id));
    Ok(diesel::select(diesel::dsl::exists(checks)).get_result(conn)?)
}

/// Whether another receipt tells of a genuine showing of this presentation.
///
/// # Errors
/// When the database cannot.
pub fn has_shown(conn: &mut Conn, cti: &str) -> Result<bool, StoreError> {
    let genuine =
        receipts::table.filter(receipts::cti.eq(cti)).filter(receipts::certificate_id.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(genuine)).get_result(conn)?)
}
