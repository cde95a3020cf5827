//! Queries on devices: phones that hold a key, and the credentials bound to them.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::{device_credentials, devices};

/// A device as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = devices)]
pub struct DeviceRow {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub account_id: String,
    /// 33 bytes, compressed.
    pub public_key: Vec<u8>,
    /// Id of the key, hex.
    pub kid: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// A credential that was bound to a device. The sealed bytes are the phone's and not kept.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = device_credentials)]
pub struct DeviceCredentialRow {
    /// UUIDv7.
    pub id: String,
    /// Bound to which device.
    pub device_id: String,
    /// Of which certificate.
    pub certificate_id: String,
    /// Which version of it.
    pub version: i32,
    /// Its place in the status list.
    pub status_index: i64,
    /// When it was sealed, unix milliseconds.
    pub sealed_at: i64,
    /// From when on it must be renewed, unix milliseconds.
    pub expires_at: i64,
}

/// Adds a device: `false` when its key is registered already, by whomever.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &DeviceRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(devices::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The device with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<DeviceRow>, StoreError> {
    Ok(devices::table.find(id).select(DeviceRow::as_select()).get_result(conn).optional()?)
}

/// The device with this public key, 33 bytes.
///
/// # Errors
/// When the database cannot.
pub fn find_by_key(conn: &mut Conn, public_key: &[u8]) -> Result<Option<DeviceRow>, StoreError> {
    let with_key = devices::table.filter(devices::public_key.eq(public_key));
    Ok(with_key.select(DeviceRow::as_select()).get_result(conn).optional()?)
}

/// The devices whose key has this id, hex; more than one only by a collision of key ids.
///
/// # Errors
/// When the database cannot.
pub fn find_by_kid(conn: &mut Conn, kid: &str) -> Result<Vec<DeviceRow>, StoreError> {
    Ok(devices::table.filter(devices::kid.eq(kid)).select(DeviceRow::as_select()).load(conn)?)
}

/// An account's devices, oldest first, revoked ones too.
///
/// # Errors
/// When the database cannot.
pub fn of_account(conn: &mut Conn, account_id: &str) -> Result<Vec<DeviceRow>, StoreError> {
    Ok(devices::table
        .filter(devices::account_id.eq(account_id))
        .order((devices::created_at, devices::id))
        .select(DeviceRow::as_select())
        .load(conn)?)
}

/// How many devices an account has that are not revoked.
///
/// # Errors
/// When the database cannot.
pub fn count_of_account(conn: &mut Conn, account_id: &str) -> Result<i64, StoreError> {
    let standing =
        devices::table.filter(devices::account_id.eq(account_id)).filter(devices::revoked_at.is_null());
    Ok(standing.count().get_result(conn)?)
}

/// Revokes a device. One that is revoked already keeps its time.
///
/// # Errors
/// When the database cannot.
pub fn revoke(conn: &mut Conn, id: &str, at: i64) -> Result<(), StoreError> {
    diesel::update(devices::table.find(id).filter(devices::revoked_at.is_null()))
        .set(devices::revoked_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Records that a credential was bound to a device. The same one, made twice in one millisecond, is recorded once.
///
/// # Errors
/// When the database cannot.
pub fn insert_credential(conn: &mut Conn, row: &DeviceCredentialRow) -> Result<(), StoreError> {
    attempt(conn, |conn| diesel::insert_into(device_credentials::table).values(row).execute(conn))?;
    Ok(())
}
