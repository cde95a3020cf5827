//! Queries on ciphertexts wherever they are stored: walked through in the order of their rows, and replaced.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer};

use super::{Conn, StoreError};
use crate::schema::{certificate_versions, certificates, holders, reveals};
use crate::vault::Column;

diesel::define_sql_function! {
    /// Some bytes of many, counted from 1.
    fn substr(bytes: Binary, from: Integer, count: Integer) -> Binary;
}

/// Which row of a column: its id and, where a row has one, its version; 0 elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowKey {
    /// The id of the row, or of the certificate.
    pub id: String,
    /// The version of the certificate.
    pub version: i32,
}

/// The first `count` bytes of each ciphertext of a column after `after`, `limit` of them.
///
/// # Errors
/// When the database cannot.
pub fn heads(
    conn: &mut Conn,
    column: Column,
    after: &RowKey,
    count: i32,
    limit: i64,
) -> Result<Vec<(RowKey, Vec<u8>)>, StoreError> {
    /// The page of a table whose key is `id`.
    macro_rules! page {
        ($table:ident, $ciphertext:ident) => {{
            let rows = $table::table.filter($table::id.gt(&after.id)).order($table::id).limit(limit);
            let rows = rows.select(($table::id, substr($table::$ciphertext, 1, count)));
            let rows = rows.load::<(String, Vec<u8>)>(conn)?;
            Ok(rows.into_iter().map(|(id, head)| (RowKey { id, version: 0 }, head)).collect())
        }};
    }
    match column {
        Column::HolderCode => page!(holders, code_ciphertext),
        Column::CertificateNumber => page!(certificates, number_ciphertext),
        Column::RevealBasis => page!(reveals, basis_ciphertext),
        Column::CertificateItems => heads_of_items(conn, after, count, limit),
    }
}

fn heads_of_items(
    conn: &mut Conn,
    after: &RowKey,
    count: i32,
    limit: i64,
) -> Result<Vec<(RowKey, Vec<u8>)>, StoreError> {
    use certificate_versions as versions;
    let later = versions::certificate_id
        .gt(&after.id)
        .or(versions::certificate_id.eq(&after.id).and(versions::version.gt(after.version)));
    let rows = versions::table
        // Said twice, so that the index is entered at the right place.
        .filter(versions::certificate_id.ge(&after.id))
        .filter(later)
        .order((versions::certificate_id, versions::version))
        .limit(limit)
        .select((versions::certificate_id, versions::version, substr(versions::items_ciphertext, 1, count)));
    let rows = rows.load::<(String, i32, Vec<u8>)>(conn)?;
    Ok(rows.into_iter().map(|(id, version, head)| (RowKey { id, version }, head)).collect())
}

/// A ciphertext; `None` when its row is gone.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, column: Column, key: &RowKey) -> Result<Option<Vec<u8>>, StoreError> {
    let RowKey { id, version } = key;
    Ok(match column {
        Column::HolderCode => {
            holders::table.find(id).select(holders::code_ciphertext).get_result(conn).optional()?
        }
        Column::CertificateNumber => {
            certificates::table.find(id).select(certificates::number_ciphertext).get_result(conn).optional()?
        }
        Column::RevealBasis => {
            reveals::table.find(id).select(reveals::basis_ciphertext).get_result(conn).optional()?
        }
        Column::CertificateItems => {
            let row = certificate_versions::table.find((id, version));
            row.select(certificate_versions::items_ciphertext).get_result(conn).optional()?
        }
    })
}

/// Puts a ciphertext in the place of the one that was read: `false` when another is there by now.
///
/// # Errors
/// When the database cannot.
pub fn replace(
    conn: &mut Conn,
    column: Column,
    key: &RowKey,
    as_read: &[u8],
    new: &[u8],
) -> Result<bool, StoreError> {
    let RowKey { id, version } = key;
    let changed = match column {
        Column::HolderCode => diesel::update(holders::table.find(id))
            .filter(holders::code_ciphertext.eq(as_read))
            .set(holders::code_ciphertext.eq(new))
            .execute(conn)?,
        Column::CertificateNumber => diesel::update(certificates::table.find(id))
            .filter(certificates::number_ciphertext.eq(as_read))
            .set(certificates::number_ciphertext.eq(new))
            .execute(conn)?,
        Column::RevealBasis => diesel::update(reveals::table.find(id))
            .filter(reveals::basis_ciphertext.eq(as_read))
            .set(reveals::basis_ciphertext.eq(new))
            .execute(conn)?,
        Column::CertificateItems => diesel::update(certificate_versions::table.find((id, version)))
            .filter(certificate_versions::items_ciphertext.eq(as_read))
            .set(certificate_versions::items_ciphertext.eq(new))
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// Says by what a value is found or compared, where that was not known: the index of a code or a number, the MAC of
/// items.
///
/// # Errors
/// When the database cannot, or the index is another row's.
pub fn set_index(conn: &mut Conn, column: Column, key: &RowKey, index: &Index) -> Result<(), StoreError> {
    let RowKey { id, version } = key;
    match (column, index) {
        (Column::HolderCode, Index::Text(index)) => {
            diesel::update(holders::table.find(id)).set(holders::code_index.eq(index)).execute(conn)?
        }
        (Column::CertificateNumber, Index::Text(index)) => diesel::update(certificates::table.find(id))
            .set(certificates::number_index.eq(index))
            .execute(conn)?,
        (Column::CertificateItems, Index::Mac(mac)) => diesel::update(certificate_versions::table.find((id, version)))
            .set(certificate_versions::items_mac.eq(mac))
            .execute(conn)?,
        _ => 0,
    };
    Ok(())
}

/// What a value is found or compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Index {
    /// A blind index.
    Text(String),
    /// A MAC.
    Mac(Vec<u8>),
    /// Nothing.
    None,
}

/// How many ciphertexts a column has.
///
/// # Errors
/// When the database cannot.
pub fn count(conn: &mut Conn, column: Column) -> Result<i64, StoreError> {
    Ok(match column {
        Column::HolderCode => holders::table.count().get_result(conn)?,
        Column::CertificateNumber => certificates::table.count().get_result(conn)?,
        Column::RevealBasis => reveals::table.count().get_result(conn)?,
        Column::CertificateItems => certificate_versions::table.count().get_result(conn)?,
    })
}
