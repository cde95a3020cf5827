//! Queries on the audit log: rows that are added and never changed, and the head that says where the chain ends.
//!
//! What is not here: what a row's hash covers (`audit/chain.rs`).

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Conn, StoreError, attempt};
use crate::schema::{audit_entries, audit_head};

pub mod checkpoints;
pub mod search;

/// The one row of the head.
const HEAD: i32 = 1;

/// Most rows of one statement: PostgreSQL takes 65,535 values, and a row has 18.
const ROWS_MAX: usize = 2_000;

/// A row of the audit log, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = audit_entries)]
#[serde(deny_unknown_fields)]
pub struct AuditRow {
    /// The place in the chain, from 1.
    pub seq: i64,
    /// UUIDv7.
    pub id: String,
    /// Unix milliseconds.
    pub at: i64,
    /// Who: an account id, `system`, or `os:` and a name.
    pub actor: Option<String>,
    /// As what.
    pub role: Option<String>,
    /// The client's address. Personal.
    pub address: Option<String>,
    /// The client's device.
    pub device: Option<String>,
    /// The id of the request, as in the log and in its answer.
    pub request_id: Option<String>,
    /// A word of [`crate::audit::Action`].
    pub action: String,
    /// What kind of thing it was done to.
    pub object_kind: Option<String>,
    /// Which one.
    pub object_id: Option<String>,
    /// The division it belongs to.
    pub division: Option<String>,
    /// `success`, `refused` or `failed`.
    pub result: String,
    /// Why: a stable code.
    pub reason: Option<String>,
    /// JSON.
    pub details: String,
    /// The hash of the row before.
    #[serde(with = "hex")]
    pub prev_hash: Vec<u8>,
    /// SM3 over the row.
    #[serde(with = "hex")]
    pub hash: Vec<u8>,
    /// HMAC-SM3 over the row.
    #[serde(with = "hex")]
    pub mac: Vec<u8>,
}

/// Where the chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last row's number; 0 where there is none.
    pub seq: i64,
    /// The last row's hash.
    pub hash: Vec<u8>,
}

/// Takes hold of the head until the end of the transaction. `first` is the hash the first row is bound to.
///
/// # Errors
/// When the database cannot.
pub fn hold_head(conn: &mut Conn, first: &[u8]) -> Result<Head, StoreError> {
    if let Some(head) = held(conn)? {
        return Ok(head);
    }
    // The first entry ever. When another server is writing it in this moment, its head is the one.
    let row = (audit_head::id.eq(HEAD), audit_head::seq.eq(0_i64), audit_head::hash.eq(first));
    attempt(conn, |conn| diesel::insert_into(audit_head::table).values(row).execute(conn))?;
    held(conn)?.ok_or(StoreError::Busy)
}

/// An update that changes nothing is the lock that both databases know.
fn held(conn: &mut Conn) -> Result<Option<Head>, StoreError> {
    diesel::update(audit_head::table.find(HEAD)).set(audit_head::seq.eq(audit_head::seq)).execute(conn)?;
    head(conn)
}

/// Where the chain ends, without holding it; `None` where there is no entry yet.
///
/// # Errors
/// When the database cannot.
pub fn head(conn: &mut Conn) -> Result<Option<Head>, StoreError> {
    let row = audit_head::table.find(HEAD).select((audit_head::seq, audit_head::hash));
    Ok(row.get_result(conn).optional()?.map(|(seq, hash)| Head { seq, hash }))
}

/// Adds rows behind the head that is held, and moves it to the last of them.
///
/// # Errors
/// When the database cannot.
pub fn append(conn: &mut Conn, rows: &[AuditRow]) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS_MAX) {
        insert(conn, rows)?;
    }
    if let Some(last) = rows.last() {
        diesel::update(audit_head::table.find(HEAD))
            .set((audit_head::seq.eq(last.seq), audit_head::hash.eq(&last.hash)))
            .execute(conn)?;
    }
    Ok(())
}

fn insert(conn: &mut Conn, rows: &[AuditRow]) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => drop(diesel::insert_into(audit_entries::table).values(rows).execute(conn)?),
        Conn::Sqlite(conn) => {
            for row in rows {
                diesel::insert_into(audit_entries::table).values(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Up to `limit` rows after the one numbered `seq`, in the order of the chain.
///
/// # Errors
/// When the database cannot.
pub fn after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    Ok(audit_entries::table
        .filter(audit_entries::seq.gt(seq))
        .order(audit_entries::seq)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(conn)?)
}

/// The row of this number.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, seq: i64) -> Result<Option<AuditRow>, StoreError> {
    Ok(audit_entries::table.find(seq).select(AuditRow::as_select()).get_result(conn).optional()?)
}

/// The first row there is.
///
/// # Errors
/// When the database cannot.
pub fn first(conn: &mut Conn) -> Result<Option<AuditRow>, StoreError> {
    Ok(after(conn, 0, 1)?.into_iter().next())
}

/// Number of the first row, in the order of the chain, that was written at this instant or later.
///
/// # Errors
/// When the database cannot.
pub fn first_since(conn: &mut Conn, at: i64) -> Result<Option<i64>, StoreError> {
    let since = audit_entries::table.filter(audit_entries::at.ge(at));
    Ok(since.select(diesel::dsl::min(audit_entries::seq)).get_result(conn)?)
}

/// Bytes in JSON.
mod hex {
    use data_encoding::HEXLOWER;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        HEXLOWER.decode(text.as_bytes()).map_err(de::Error::custom)
    }
}
