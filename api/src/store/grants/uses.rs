//! Queries on uses of grants: added and read, never changed.

use diesel::prelude::*;

use crate::schema::grant_uses;
use crate::store::{Conn, Place, StoreError};

/// A use as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = grant_uses)]
pub struct UseRow {
    /// UUIDv7.
    pub id: String,
    /// Under which grant.
    pub grant_id: String,
    /// Items of which certificate were given.
    pub certificate_id: String,
    /// Which version of it.
    pub version: i32,
    /// Whose certificate it was then.
    pub holder_id: String,
    /// To whom.
    pub recipient_id: String,
    /// Encrypted to which key.
    pub key_id: String,
    /// When, unix milliseconds.
    pub used_at: i64,
}

/// Which uses: every condition that is given.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Under this grant.
    pub grant_id: Option<String>,
    /// Of this holder's certificates.
    pub holder_id: Option<String>,
    /// Of this certificate.
    pub certificate_id: Option<String>,
    /// By this recipient.
    pub recipient_id: Option<String>,
    /// From this instant on, unix milliseconds.
    pub since: Option<i64>,
    /// Before this instant.
    pub until: Option<i64>,
}

/// Adds a use.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &UseRow) -> Result<(), StoreError> {
    diesel::insert_into(grant_uses::table).values(row).execute(conn)?;
    Ok(())
}

/// Uses behind the one with the id `after`, newest or oldest first: `limit` of them.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter, place: &Place, limit: i64) -> Result<Vec<UseRow>, StoreError> {
    let mut query = grant_uses::table.select(UseRow::as_select()).into_boxed();
    if let Some(grant) = &filter.grant_id {
        query = query.filter(grant_uses::grant_id.eq(grant));
    }
    if let Some(holder) = &filter.holder_id {
        query = query.filter(grant_uses::holder_id.eq(holder));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(grant_uses::certificate_id.eq(certificate));
    }
    if let Some(recipient) = &filter.recipient_id {
        query = query.filter(grant_uses::recipient_id.eq(recipient));
    }
    if let Some(since) = filter.since {
        query = query.filter(grant_uses::used_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(grant_uses::used_at.lt(until));
    }
    let query = match (&place.after, place.newest_first) {
        (Some(after), true) => query.filter(grant_uses::id.lt(after)),
        (Some(after), false) => query.filter(grant_uses::id.gt(after)),
        (None, _) => query,
    };
    let query = if place.newest_first {
        query.order(grant_uses::id.desc())
    } else {
        query.order(grant_uses::id.asc())
    };
    Ok(query.limit(limit).load(conn)?)
}
