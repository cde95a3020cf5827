//! Queries on ciphertexts wherever they are stored: walked through in the order of their rows, and replaced.
//!
//! Every `vault::Column` is here; one that is not does not compile.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Integer};

use super::{Conn, StoreError, transaction};
use crate::schema::{bindings, certificate_versions, certificates, holders, lookups, reveals, totp_factors};
use crate::vault::Column;

diesel::define_sql_function! {
    /// Some bytes of many, counted from 1.
    fn substr(bytes: Binary, from: Integer, count: Integer) -> Binary;
}

/// Which row of a column: its id and, where a row has one, its version; 0 elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowKey {
    /// The id of the row, of the certificate or of the account.
    pub id: String,
    /// The version of the certificate.
    pub version: i32,
}

/// A ciphertext, and the one to be put in its place.
pub struct Replacement {
    /// Whose.
    pub key: RowKey,
    /// The one that was read.
    pub as_read: Vec<u8>,
    /// The one that takes its place.
    pub new: Vec<u8>,
}

/// Makes a connection one for replacing many: on PostgreSQL nothing waits for the disk, since whatever a crash undoes
/// is found and replaced again.
///
/// # Errors
/// When the database cannot.
pub fn relax(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute("SET synchronous_commit = off")?;
    }
    Ok(())
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
    /// The page of a table whose key is one text.
    macro_rules! page {
        ($table:ident, $id:ident, $ciphertext:ident) => {{
            let rows = $table::table.filter($table::$id.gt(&after.id)).order($table::$id).limit(limit);
            let rows = rows.select(($table::$id, substr($table::$ciphertext, 1, count)));
            let rows = rows.load::<(String, Vec<u8>)>(conn)?;
            Ok(rows.into_iter().map(|(id, head)| (RowKey { id, version: 0 }, head)).collect())
        }};
    }
    match column {
        Column::HolderCode => page!(holders, id, code_ciphertext),
        Column::CertificateNumber => page!(certificates, id, number_ciphertext),
        Column::CertificateItems => heads_of_items(conn, after, count, limit),
        Column::RevealBasis => page!(reveals, id, basis_ciphertext),
        Column::LookupBasis => page!(lookups, id, basis_ciphertext),
        Column::OrganisationCode => heads_of_organisation_codes(conn, after, count, limit),
        Column::TotpSecret => page!(totp_factors, account_id, secret_ciphertext),
    }
}

/// Only organisations have one.
fn heads_of_organisation_codes(
    conn: &mut Conn,
    after: &RowKey,
    count: i32,
    limit: i64,
) -> Result<Vec<(RowKey, Vec<u8>)>, StoreError> {
    let there = bindings::table.filter(bindings::organisation_code_ciphertext.is_not_null());
    let rows = there.filter(bindings::id.gt(&after.id)).order(bindings::id).limit(limit);
    let head = substr(bindings::organisation_code_ciphertext.assume_not_null(), 1, count);
    let rows = rows.select((bindings::id, head)).load::<(String, Vec<u8>)>(conn)?;
    Ok(rows.into_iter().map(|(id, head)| (RowKey { id, version: 0 }, head)).collect())
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
    macro_rules! ciphertext {
        ($table:ident, $ciphertext:ident, $key:expr) => {
            $table::table.find($key).select($table::$ciphertext).get_result(conn).optional()?
        };
    }
    let RowKey { id, version } = key;
    Ok(match column {
        Column::HolderCode => ciphertext!(holders, code_ciphertext, id),
        Column::CertificateNumber => ciphertext!(certificates, number_ciphertext, id),
        Column::CertificateItems => ciphertext!(certificate_versions, items_ciphertext, (id, version)),
        Column::RevealBasis => ciphertext!(reveals, basis_ciphertext, id),
        Column::LookupBasis => ciphertext!(lookups, basis_ciphertext, id),
        Column::OrganisationCode => {
            let row = bindings::table.find(id).filter(bindings::organisation_code_ciphertext.is_not_null());
            let code = bindings::organisation_code_ciphertext.assume_not_null();
            row.select(code).get_result(conn).optional()?
        }
        Column::TotpSecret => ciphertext!(totp_factors, secret_ciphertext, id),
    })
}

/// Puts each new ciphertext in the place of the one that was read, unless another is there by now. How many were.
///
/// On SQLite in one transaction, as commits are what takes time there. On PostgreSQL each by itself: who holds one row
/// only and waits for none is never part of a deadlock with the servers.
///
/// # Errors
/// When the database cannot. Those before then may have been replaced.
pub fn replace(conn: &mut Conn, column: Column, all: &[Replacement]) -> Result<u64, StoreError> {
    let each = |conn: &mut Conn| {
        all.iter().try_fold(0, |count, one| Ok(count + u64::from(replace_one(conn, column, one)?)))
    };
    match conn {
        Conn::Postgres(_) => each(conn),
        Conn::Sqlite(_) => passed_by(transaction(conn, each)),
    }
}

/// None are replaced where a server is in the way for longer than one waits. Whoever walks by again meets them again.
fn passed_by<T: Default>(replaced: Result<T, StoreError>) -> Result<T, StoreError> {
    match replaced {
        Err(StoreError::Busy) => Ok(T::default()),
        replaced => replaced,
    }
}

fn replace_one(conn: &mut Conn, column: Column, one: &Replacement) -> Result<bool, StoreError> {
    macro_rules! put {
        ($table:ident, $ciphertext:ident, $key:expr) => {
            diesel::update($table::table.find($key))
                .filter($table::$ciphertext.eq(&one.as_read))
                .set($table::$ciphertext.eq(&one.new))
                .execute(conn)
        };
    }
    let RowKey { id, version } = &one.key;
    let changed = match column {
        Column::HolderCode => put!(holders, code_ciphertext, id),
        Column::CertificateNumber => put!(certificates, number_ciphertext, id),
        Column::CertificateItems => put!(certificate_versions, items_ciphertext, (id, version)),
        Column::RevealBasis => put!(reveals, basis_ciphertext, id),
        Column::LookupBasis => put!(lookups, basis_ciphertext, id),
        Column::OrganisationCode => put!(bindings, organisation_code_ciphertext, id),
        Column::TotpSecret => put!(totp_factors, secret_ciphertext, id),
    };
    Ok(passed_by(changed.map_err(StoreError::from))? == 1)
}

/// How many ciphertexts a column has.
///
/// # Errors
/// When the database cannot.
pub fn count(conn: &mut Conn, column: Column) -> Result<i64, StoreError> {
    Ok(match column {
        Column::HolderCode => holders::table.count().get_result(conn)?,
        Column::CertificateNumber => certificates::table.count().get_result(conn)?,
        Column::CertificateItems => certificate_versions::table.count().get_result(conn)?,
        Column::RevealBasis => reveals::table.count().get_result(conn)?,
        Column::LookupBasis => lookups::table.count().get_result(conn)?,
        Column::OrganisationCode => {
            let there = bindings::table.filter(bindings::organisation_code_ciphertext.is_not_null());
            there.count().get_result(conn)?
        }
        Column::TotpSecret => totp_factors::table.count().get_result(conn)?,
    })
}
