//! Queries on approvals: operations that wait for a second person.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::approvals;

/// An approval as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals)]
pub struct ApprovalRow {
    /// UUIDv7.
    pub id: String,
    /// As `approvals::Kind` writes it.
    pub kind: String,
    /// What it is about: an account's id, a key's id, what is exported.
    pub object: String,
    /// What is to be done with it, JSON.
    pub payload: String,
    /// The jurisdiction it lies in.
    pub division: Option<String>,
    /// Who asked: an account's id, or a person at the machine itself.
    pub requested_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: i64,
    /// From when on it is void.
    pub expires_at: i64,
    /// `pending`, `approved` or `refused`.
    pub state: String,
    /// The account that decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// When it was done, once.
    pub executed_at: Option<i64>,
    /// The number of the key of its code.
    pub integrity_key: i32,
    /// Its code: see `integrity.rs`.
    pub integrity_code: Vec<u8>,
}

/// Which approvals of a list.
pub struct Filter {
    /// In this state; `None`: in any.
    pub state: Option<&'static str>,
    /// Requested by this account only.
    pub requested_by: Option<String>,
    /// First and last jurisdiction; that of the whole province is the empty text.
    pub divisions: (String, String),
    /// Those older than the one with this id.
    pub before: String,
    /// At most so many.
    pub limit: i64,
}

diesel::define_sql_function! {
    /// The first of two that is not null.
    fn coalesce(one: diesel::sql_types::Nullable<diesel::sql_types::Text>, other: diesel::sql_types::Text)
        -> diesel::sql_types::Text;
}

/// Adds an approval.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ApprovalRow) -> Result<(), StoreError> {
    diesel::insert_into(approvals::table).values(row).execute(conn)?;
    Ok(())
}

/// The approval with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<ApprovalRow>, StoreError> {
    Ok(approvals::table.find(id).select(ApprovalRow::as_select()).get_result(conn).optional()?)
}

/// Approvals, newest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<ApprovalRow>, StoreError> {
    let (first_state, last_state) = filter.state.map_or(("a", "z"), |state| (state, state));
    let by = filter.requested_by.as_deref();
    Ok(approvals::table
        .filter(approvals::id.lt(&filter.before))
        .filter(approvals::state.between(first_state, last_state))
        .filter(approvals::requested_by.between(by.unwrap_or(""), by.unwrap_or("zzzz")))
        .filter(coalesce(approvals::division, "").between(&filter.divisions.0, &filter.divisions.1))
        .order(approvals::id.desc())
        .limit(filter.limit)
        .select(ApprovalRow::as_select())
        .load(conn)?)
}

/// Writes what became of an approval, if it still has the code it was read with: `false` when someone was first.
///
/// # Errors
/// When the database cannot.
pub fn replace(conn: &mut Conn, row: &ApprovalRow, before: &[u8]) -> Result<bool, StoreError> {
    let unchanged = approvals::table.find(&row.id).filter(approvals::integrity_code.eq(before));
    let changed = diesel::update(unchanged)
        .set((
            approvals::state.eq(&row.state),
            approvals::decided_by.eq(&row.decided_by),
            approvals::decided_at.eq(row.decided_at),
            approvals::refusal.eq(&row.refusal),
            approvals::executed_at.eq(row.executed_at),
            approvals::integrity_key.eq(row.integrity_key),
            approvals::integrity_code.eq(&row.integrity_code),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// All approvals.
///
/// # Errors
/// When the database cannot.
pub fn all(conn: &mut Conn) -> Result<Vec<ApprovalRow>, StoreError> {
    Ok(approvals::table.order(approvals::id).select(ApprovalRow::as_select()).load(conn)?)
}
