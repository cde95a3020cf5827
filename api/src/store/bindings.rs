//! Queries on bindings: which WeChat users may act for which holders.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{accounts, bindings, holders};

/// A binding as it is stored. Instants are unix milliseconds.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = bindings)]
pub struct BindingRow {
    /// UUIDv7; the account it makes has the same.
    pub id: String,
    /// Who asked for it.
    pub wechat_user_id: String,
    /// `pending`, `bound` or `refused`.
    pub state: String,
    /// `111` a person, `001` an organisation (GB/T 36903).
    pub code_type: String,
    /// The account it made.
    pub account_id: Option<String>,
    /// 统一社会信用代码, encrypted: `vault::Column::OrganisationCode`; organisations only.
    pub organisation_code_ciphertext: Option<Vec<u8>>,
    /// Its blind index, as holders have it.
    pub organisation_code_index: Option<String>,
    /// As the applicant wrote it.
    pub organisation_name: Option<String>,
    /// Name of the person who acts for the organisation.
    pub applicant: Option<String>,
    /// Whose operators decide.
    pub division: Option<String>,
    /// Number of the real-name service's record.
    pub real_name_reference: String,
    /// When it was asked for.
    pub requested_at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// The operator who decided.
    pub decided_by: Option<String>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// A binding, the name of the holder it is to, and when its account ended.
pub type Known = (BindingRow, Option<String>, Option<i64>);

/// Adds a binding.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &BindingRow) -> Result<(), StoreError> {
    diesel::insert_into(bindings::table).values(row).execute(conn)?;
    Ok(())
}

/// The binding with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<BindingRow>, StoreError> {
    Ok(bindings::table.find(id).select(BindingRow::as_select()).get_result(conn).optional()?)
}

/// A WeChat user's bindings, newest first.
///
/// # Errors
/// When the database cannot.
pub fn of_user(conn: &mut Conn, wechat_user_id: &str) -> Result<Vec<Known>, StoreError> {
    Ok(bindings::table
        .left_join(accounts::table.left_join(holders::table))
        .filter(bindings::wechat_user_id.eq(wechat_user_id))
        .order((bindings::requested_at.desc(), bindings::id.desc()))
        .select((BindingRow::as_select(), holders::name.nullable(), accounts::disabled_at.nullable()))
        .load(conn)?)
}

/// The account by which a WeChat user acts for a holder, if there is one that has not ended.
///
/// # Errors
/// When the database cannot.
pub fn account_of(
    conn: &mut Conn,
    wechat_user_id: &str,
    holder_id: &str,
) -> Result<Option<BindingRow>, StoreError> {
    Ok(bindings::table
        .inner_join(accounts::table)
        .filter(bindings::wechat_user_id.eq(wechat_user_id))
        .filter(accounts::holder_id.eq(holder_id))
        .filter(accounts::disabled_at.is_null())
        .select(BindingRow::as_select())
        .first(conn)
        .optional()?)
}

/// A WeChat user's request for an organisation that waits for a decision.
///
/// # Errors
/// When the database cannot.
pub fn pending_of(
    conn: &mut Conn,
    wechat_user_id: &str,
    organisation_code_index: &str,
) -> Result<Option<BindingRow>, StoreError> {
    Ok(bindings::table
        .filter(bindings::wechat_user_id.eq(wechat_user_id))
        .filter(bindings::state.eq("pending"))
        .filter(bindings::organisation_code_index.eq(organisation_code_index))
        .select(BindingRow::as_select())
        .first(conn)
        .optional()?)
}

/// Up to `limit` requests that wait for a decision in divisions that begin with `prefix`, oldest first, those after
/// the request with this id.
///
/// # Errors
/// When the database cannot.
pub fn pending(
    conn: &mut Conn,
    prefix: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<BindingRow>, StoreError> {
    Ok(bindings::table
        .filter(bindings::state.eq("pending"))
        .filter(bindings::division.like(format!("{prefix}%")))
        .filter(bindings::id.gt(after))
        .order(bindings::id)
        .limit(limit)
        .select(BindingRow::as_select())
        .load(conn)?)
}

/// What was decided about a request.
#[derive(AsChangeset)]
#[diesel(table_name = bindings)]
pub struct Decision<'a> {
    /// `bound` or `refused`.
    pub state: &'a str,
    /// The account it makes.
    pub account_id: Option<&'a str>,
    /// Unix milliseconds.
    pub decided_at: i64,
    /// The operator.
    pub decided_by: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
}

/// Writes a decision: `false` when the request no longer waits for one.
///
/// # Errors
/// When the database cannot.
pub fn decide(conn: &mut Conn, id: &str, decision: &Decision<'_>) -> Result<bool, StoreError> {
    let waiting = bindings::table.find(id).filter(bindings::state.eq("pending"));
    Ok(diesel::update(waiting).set(decision).execute(conn)? == 1)
}
