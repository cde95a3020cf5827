//! Queries on annotated copies: added and read, never changed.

use diesel::prelude::*;

use super::{Conn, Place, StoreError, attempt};
use crate::schema::{copies, copy_files};

/// A copy as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = copies)]
pub struct CopyRow {
    /// UUIDv7.
    pub id: String,
    /// 16 digits: what it is known by on paper.
    pub serial: String,
    /// Of which certificate.
    pub certificate_id: String,
    /// Which version of it.
    pub version: i32,
    /// Whose certificate it was then.
    pub holder_id: String,
    /// The certificate's division.
    pub division: String,
    /// Under which grant, if under one.
    pub grant_id: Option<String>,
    /// `holder` or `authority`.
    pub maker: String,
    /// The account that made it.
    pub made_by: String,
    /// Who it is for, encrypted.
    pub recipient_ciphertext: Vec<u8>,
    /// What for, encrypted.
    pub purpose_ciphertext: Vec<u8>,
    /// Names of the data items on it, separated by spaces.
    pub items: String,
    /// The text of its code, encrypted.
    pub code_ciphertext: Vec<u8>,
    /// When.
    pub made_at: i64,
    /// Not to be used from here on.
    pub ends_at: Option<i64>,
}

/// A file of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = copy_files)]
pub struct FileRow {
    /// That of the copy, a stroke and the format.
    pub id: String,
    /// Of which copy.
    pub copy_id: String,
    /// `pdf` or `png`.
    pub format: String,
    /// The file, encrypted.
    pub file_ciphertext: Vec<u8>,
    /// SM3 of the file.
    pub digest: Vec<u8>,
}

/// Which copies: every condition that is given.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this holder's certificates.
    pub holder_id: Option<String>,
    /// First and last division.
    pub divisions: Option<(String, String)>,
    /// Of this certificate.
    pub certificate_id: Option<String>,
    /// Under this grant.
    pub grant_id: Option<String>,
    /// Made by `holder` or `authority`.
    pub maker: Option<&'static str>,
    /// With this serial.
    pub serial: Option<String>,
}

/// Adds a copy and its files: `false` when its serial is taken.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &CopyRow, files: &[FileRow]) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(copies::table).values(row).execute(conn))?;
    if added.is_none() {
        return Ok(false);
    }
    for file in files {
        diesel::insert_into(copy_files::table).values(file).execute(conn)?;
    }
    Ok(true)
}

/// The copy with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<CopyRow>, StoreError> {
    Ok(copies::table.find(id).select(CopyRow::as_select()).get_result(conn).optional()?)
}

/// The copy with this serial.
///
/// # Errors
/// When the database cannot.
pub fn find_by_serial(conn: &mut Conn, serial: &str) -> Result<Option<CopyRow>, StoreError> {
    let found = copies::table.filter(copies::serial.eq(serial)).select(CopyRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// A file of a copy.
///
/// # Errors
/// When the database cannot.
pub fn find_file(conn: &mut Conn, id: &str) -> Result<Option<FileRow>, StoreError> {
    let found = copy_files::table.find(id).select(FileRow::as_select());
    Ok(found.get_result(conn).optional()?)
}

/// The formats and digests of a copy's files.
///
/// # Errors
/// When the database cannot.
pub fn digests(conn: &mut Conn, copy_id: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    Ok(copy_files::table
        .filter(copy_files::copy_id.eq(copy_id))
        .order(copy_files::format)
        .select((copy_files::format, copy_files::digest))
        .load(conn)?)
}

/// Copies behind the one with the id `after`, newest or oldest first: `limit` of them.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter, place: &Place, limit: i64) -> Result<Vec<CopyRow>, StoreError> {
    let mut query = copies::table.select(CopyRow::as_select()).into_boxed();
    if let Some(holder) = &filter.holder_id {
        query = query.filter(copies::holder_id.eq(holder));
    }
    if let Some((first, last)) = &filter.divisions {
        query = query.filter(copies::division.between(first, last));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(copies::certificate_id.eq(certificate));
    }
    if let Some(grant) = &filter.grant_id {
        query = query.filter(copies::grant_id.eq(grant));
    }
    if let Some(maker) = filter.maker {
        query = query.filter(copies::maker.eq(maker));
    }
    if let Some(serial) = &filter.serial {
        query = query.filter(copies::serial.eq(serial));
    }
    let query = match (&place.after, place.newest_first) {
        (Some(after), true) => query.filter(copies::id.lt(after)),
        (Some(after), false) => query.filter(copies::id.gt(after)),
        (None, _) => query,
    };
    let query =
        if place.newest_first { query.order(copies::id.desc()) } else { query.order(copies::id.asc()) };
    Ok(query.limit(limit).load(conn)?)
}
