//! Searching the audit log.

use diesel::prelude::*;

use super::AuditRow;
use crate::schema::audit_entries;
use crate::store::{Conn, StoreError};

/// What is looked for: every condition that is given.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// From this instant on, unix milliseconds.
    pub since: Option<i64>,
    /// Before this instant.
    pub until: Option<i64>,
    /// Done by this one.
    pub actor: Option<String>,
    /// This was done.
    pub action: Option<String>,
    /// To a thing of this kind.
    pub object_kind: Option<String>,
    /// To this thing.
    pub object_id: Option<String>,
    /// It ended so.
    pub result: Option<String>,
    /// In divisions that begin so.
    pub division: Option<String>,
    /// Written before the row of this number.
    pub before: Option<i64>,
}

/// Up to `limit` rows, newest first.
///
/// # Errors
/// When the database cannot.
pub fn search(conn: &mut Conn, search: &Search, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = audit_entries::table.select(AuditRow::as_select()).into_boxed();
    if let Some(since) = search.since {
        query = query.filter(audit_entries::at.ge(since));
    }
    if let Some(until) = search.until {
        query = query.filter(audit_entries::at.lt(until));
    }
    if let Some(actor) = &search.actor {
        query = query.filter(audit_entries::actor.eq(actor));
    }
    if let Some(action) = &search.action {
        query = query.filter(audit_entries::action.eq(action));
    }
    if let Some(kind) = &search.object_kind {
        query = query.filter(audit_entries::object_kind.eq(kind));
    }
    if let Some(id) = &search.object_id {
        query = query.filter(audit_entries::object_id.eq(id));
    }
    if let Some(result) = &search.result {
        query = query.filter(audit_entries::result.eq(result));
    }
    if let Some(division) = &search.division {
        // Digits only, as the caller has seen to: there is nothing in them to escape.
        query = query.filter(audit_entries::division.like(format!("{division}%")));
    }
    if let Some(before) = search.before {
        query = query.filter(audit_entries::seq.lt(before));
    }
    Ok(query.order(audit_entries::seq.desc()).limit(limit).load(conn)?)
}
