//! Queries on what does not fit: one row each time a rule is found broken.

use diesel::prelude::*;

use crate::schema::nonconformities;
use crate::store::bulk::{find_all, insert_all};
use crate::store::{Conn, StoreError};

/// The state of a row that is closed.
pub const CLOSED: &str = "closed";

/// What does not fit, as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = nonconformities, treat_none_as_default_value = false)]
pub struct NonconformityRow {
    /// UUIDv7.
    pub id: String,
    /// Of which certificate.
    pub certificate_id: String,
    /// Which rule is broken.
    pub rule: String,
    /// `error` or `warning`.
    pub severity: String,
    /// Names of the items concerned, with spaces between.
    pub items: String,
    /// The certificate's kind.
    pub kind: String,
    /// The certificate's division.
    pub division: String,
    /// `open`, `correction_requested`, `excepted` or `closed`.
    pub state: String,
    /// The version in force when it was found.
    pub first_version: i32,
    /// When it was found.
    pub first_seen: i64,
    /// When it was there still, to the day.
    pub last_seen: i64,
    /// When it was gone.
    pub closed_at: Option<i64>,
    /// `corrected`, `resolved`, `not_in_force` or `rule_off`.
    pub closed_as: Option<String>,
    /// The version that no longer has it.
    pub closed_version: Option<i32>,
    /// The newest event that the check which closed it knew.
    pub closed_seq: Option<i64>,
    /// Who sees to it.
    pub assigned_account: Option<String>,
    /// Which division sees to it.
    pub assigned_division: String,
    /// The approval that made it an exception.
    pub exception_approval: Option<String>,
    /// The version it is an exception for.
    pub excepted_version: Option<i32>,
}

/// What is listed: every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// First and last division.
    pub divisions: (String, String),
    /// Of one kind.
    pub kind: Option<String>,
    /// Breaking one rule.
    pub rule: Option<String>,
    /// Of one severity.
    pub severity: Option<String>,
    /// In these states.
    pub states: Vec<&'static str>,
    /// Of one certificate.
    pub certificate_id: Option<String>,
    /// Whether the newest come first.
    pub newest_first: bool,
    /// Beyond the one with this id, in that order.
    pub after: Option<String>,
    /// So many at most.
    pub limit: i64,
}

/// How a row closes.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// When.
    pub at: i64,
    /// As what.
    pub closed_as: &'a str,
    /// The version in force.
    pub version: i32,
    /// The newest event known.
    pub seq: i64,
}

/// A page of them.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter) -> Result<Vec<NonconformityRow>, StoreError> {
    let (first, last) = filter.divisions.clone();
    let mut query = nonconformities::table
        .select(NonconformityRow::as_select())
        .filter(nonconformities::division.between(first, last))
        .filter(nonconformities::state.eq_any(filter.states.clone()))
        .into_boxed();
    if let Some(kind) = &filter.kind {
        query = query.filter(nonconformities::kind.eq(kind));
    }
    if let Some(rule) = &filter.rule {
        query = query.filter(nonconformities::rule.eq(rule));
    }
    if let Some(severity) = &filter.severity {
        query = query.filter(nonconformities::severity.eq(severity));
    }
    if let Some(id) = &filter.certificate_id {
        query = query.filter(nonconformities::certificate_id.eq(id));
    }
    if let Some(after) = &filter.after {
        query = if filter.newest_first {
            query.filter(nonconformities::id.lt(after))
        } else {
            query.filter(nonconformities::id.gt(after))
        };
    }
    query = if filter.newest_first {
        query.order(nonconformities::id.desc())
    } else {
        query.order(nonconformities::id.asc())
    };
    Ok(query.limit(filter.limit).load(conn)?)
}

/// The one with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<NonconformityRow>, StoreError> {
    Ok(nonconformities::table.find(id).select(NonconformityRow::as_select()).get_result(conn).optional()?)
}

/// All of these certificates that are not closed, in any order.
///
/// # Errors
/// When the database cannot.
pub fn standing(conn: &mut Conn, certificates: &[&str]) -> QueryResult<Vec<NonconformityRow>> {
    let open = nonconformities::table.filter(nonconformities::state.ne(CLOSED));
    find_all!(conn, open, nonconformities::certificate_id, certificates, NonconformityRow::as_select())
}

/// Those of these certificates that have an error nobody made an exception of.
///
/// # Errors
/// When the database cannot.
pub fn with_errors(conn: &mut Conn, certificates: &[&str]) -> QueryResult<Vec<String>> {
    let errors = nonconformities::table
        .filter(nonconformities::state.eq_any(["open", "correction_requested"]))
        .filter(nonconformities::severity.eq("error"));
    let column = nonconformities::certificate_id;
    find_all!(conn, errors.clone(), column, certificates, column)
}

/// Adds rows, all or none.
///
/// # Errors
/// When one of a certificate and rule is open already, or the database cannot.
pub fn insert(conn: &mut Conn, rows: &[NonconformityRow]) -> QueryResult<()> {
    insert_all!(conn, nonconformities::table, rows)
}

/// Says what a row that stays open is now: severity, items, division, state, when it was seen.
///
/// # Errors
/// When the database cannot.
pub fn renew(conn: &mut Conn, row: &NonconformityRow) -> QueryResult<()> {
    diesel::update(nonconformities::table.find(&row.id))
        .set((
            nonconformities::severity.eq(&row.severity),
            nonconformities::items.eq(&row.items),
            nonconformities::division.eq(&row.division),
            nonconformities::state.eq(&row.state),
            nonconformities::last_seen.eq(row.last_seen),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Closes a row.
///
/// # Errors
/// When the database cannot.
pub fn close(conn: &mut Conn, id: &str, closing: Closing<'_>) -> QueryResult<()> {
    diesel::update(nonconformities::table.find(id))
        .set((
            nonconformities::state.eq(CLOSED),
            nonconformities::closed_at.eq(closing.at),
            nonconformities::closed_as.eq(closing.closed_as),
            nonconformities::closed_version.eq(closing.version),
            nonconformities::closed_seq.eq(closing.seq),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Says who sees to one that is not closed: `false` when it is.
///
/// # Errors
/// When the database cannot.
pub fn assign(conn: &mut Conn, id: &str, account: Option<&str>, division: &str) -> Result<bool, StoreError> {
    let open = nonconformities::table.find(id).filter(nonconformities::state.ne(CLOSED));
    let assigned = diesel::update(open)
        .set((nonconformities::assigned_account.eq(account), nonconformities::assigned_division.eq(division)))
        .execute(conn)?;
    Ok(assigned == 1)
}

/// Says that its correction was asked for: `false` when it is closed or an exception.
///
/// # Errors
/// When the database cannot.
pub fn set_requested(conn: &mut Conn, id: &str) -> Result<bool, StoreError> {
    let open = nonconformities::table
        .find(id)
        .filter(nonconformities::state.eq_any(["open", "correction_requested"]));
    Ok(diesel::update(open).set(nonconformities::state.eq("correction_requested")).execute(conn)? == 1)
}

/// Makes it an exception for this version: `false` when it is closed, or one already.
///
/// # Errors
/// When the database cannot.
pub fn except(conn: &mut Conn, id: &str, approval: &str, version: i32) -> Result<bool, StoreError> {
    let open = nonconformities::table
        .find(id)
        .filter(nonconformities::state.eq_any(["open", "correction_requested"]));
    let excepted = diesel::update(open)
        .set((
            nonconformities::state.eq("excepted"),
            nonconformities::exception_approval.eq(approval),
            nonconformities::excepted_version.eq(version),
        ))
        .execute(conn)?;
    Ok(excepted == 1)
}
