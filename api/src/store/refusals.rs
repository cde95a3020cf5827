//! Queries on incidents in which a shown certificate was not accepted.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::refusals;

/// An incident as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals, treat_none_as_default_value = false)]
pub struct RefusalRow {
    /// UUID.
    pub id: String,
    /// What was shown.
    pub certificate_id: String,
    /// Where it happened, six digits.
    pub division: String,
    /// When.
    pub happened_at: i64,
    /// What happened, encrypted.
    pub account_ciphertext: Vec<u8>,
    /// The account that reported it.
    pub reported_by: String,
    /// `holder` or `officer`.
    pub reporter_role: String,
    /// When.
    pub reported_at: i64,
    /// `reported`, `confirmed` or `rejected`.
    pub state: String,
    /// The account that decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why.
    pub reason: Option<String>,
}

/// Which incidents are listed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Divisions from and to.
    pub divisions: (String, String),
    /// Only those that this account reported.
    pub reported_by: Option<String>,
    /// After the one with this id.
    pub after: String,
    /// How many.
    pub limit: i64,
}

/// Adds an incident.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &RefusalRow) -> Result<(), StoreError> {
    diesel::insert_into(refusals::table).values(row).execute(conn)?;
    Ok(())
}

/// The incident with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<RefusalRow>, StoreError> {
    Ok(refusals::table.find(id).select(RefusalRow::as_select()).get_result(conn).optional()?)
}

/// Incidents, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<RefusalRow>, StoreError> {
    let (first, last) = match &filter.reported_by {
        Some(account) => (account.as_str(), account.as_str()),
        None => ("", "zzzz"),
    };
    Ok(refusals::table
        .filter(refusals::division.between(&filter.divisions.0, &filter.divisions.1))
        .filter(refusals::reported_by.between(first, last))
        .filter(refusals::id.gt(&filter.after))
        .order(refusals::id)
        .limit(filter.limit)
        .select(RefusalRow::as_select())
        .load(conn)?)
}

/// Decides on an incident that nobody decided on yet: `false` when somebody did.
///
/// # Errors
/// When the database cannot.
pub fn decide(
    conn: &mut Conn,
    id: &str,
    state: &str,
    (by, at): (&str, i64),
    reason: &str,
) -> Result<bool, StoreError> {
    let open = refusals::table.find(id).filter(refusals::state.eq("reported"));
    let decided = (
        refusals::state.eq(state),
        refusals::decided_by.eq(by),
        refusals::decided_at.eq(at),
        refusals::reason.eq(reason),
    );
    Ok(diesel::update(open).set(decided).execute(conn)? == 1)
}

/// How many incidents of these instants, the second not included, are confirmed, and how many undecided.
///
/// # Errors
/// When the database cannot.
pub fn confirmed(
    conn: &mut Conn,
    instants: (i64, i64),
    divisions: &(String, String),
) -> Result<(u64, u64), StoreError> {
    let counted: Vec<(String, i64)> = refusals::table
        .filter(refusals::happened_at.ge(instants.0).and(refusals::happened_at.lt(instants.1)))
        .filter(refusals::division.between(&divisions.0, &divisions.1))
        .group_by(refusals::state)
        .select((refusals::state, count_star()))
        .load(conn)?;
    let of = |state: &str| {
        let found = counted.iter().find(|(there, _)| there == state);
        found.and_then(|(_, number)| u64::try_from(*number).ok()).unwrap_or_default()
    };
    Ok((of("confirmed"), of("reported")))
}
