//! Queries on accounts.

use diesel::prelude::*;

use super::approvals::coalesce;
use super::{Conn, Place, StoreError, attempt};
use crate::schema::accounts;

/// An account as it is stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub struct AccountRow {
    /// UUIDv7.
    pub id: String,
    /// What the person signs in with.
    pub login: String,
    /// As `auth::Role` writes it.
    pub role: String,
    /// The name shown to others.
    pub name: String,
    /// As `auth::Password` writes it; `None`: no password signs in.
    pub password_hash: Option<String>,
    /// The holder this account acts for; holders only.
    pub holder_id: Option<String>,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes.
    pub division: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; `None` while the account may sign in.
    pub disabled_at: Option<i64>,
    /// The approval that gave it its role; `None`: it has none yet.
    pub grant_id: Option<String>,
    /// The number of the key of its code.
    pub integrity_key: i32,
    /// Its code: see `integrity.rs`.
    pub integrity_code: Vec<u8>,
    /// Unix milliseconds.
    pub password_set_at: i64,
    /// Whether someone else gave it, so that it must be changed.
    pub password_initial: bool,
    /// Unix milliseconds.
    pub last_sign_in_at: Option<i64>,
    /// Since when it has had second factors, unix milliseconds.
    pub factors_since: Option<i64>,
}

/// Which accounts of a list.
pub struct Filter {
    /// Of this role; `None`: of any.
    pub role: Option<&'static str>,
    /// First and last jurisdiction; that of the whole province, and of holders, is the empty text.
    pub divisions: (String, String),
    /// Those after the one with this id.
    pub after: String,
    /// At most so many.
    pub limit: i64,
}

/// Adds an account: `false` when its login is taken.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &AccountRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(accounts::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// The account that signs in as `login`.
///
/// # Errors
/// When the database cannot.
pub fn find_by_login(conn: &mut Conn, login: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(accounts::table
        .filter(accounts::login.eq(login))
        .select(AccountRow::as_select())
        .get_result(conn)
        .optional()?)
}

/// The account with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(accounts::table.find(id).select(AccountRow::as_select()).get_result(conn).optional()?)
}

/// All accounts, by login.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn) -> Result<Vec<AccountRow>, StoreError> {
    Ok(accounts::table.order(accounts::login).select(AccountRow::as_select()).load(conn)?)
}

/// Every account of a holder, oldest first, disabled ones too.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(conn: &mut Conn, holder_id: &str) -> Result<Vec<AccountRow>, StoreError> {
    Ok(accounts::table
        .filter(accounts::holder_id.eq(holder_id))
        .order((accounts::created_at, accounts::id))
        .select(AccountRow::as_select())
        .load(conn)?)
}

/// Accounts, in the order they were made.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter) -> Result<Vec<AccountRow>, StoreError> {
    let (first_role, last_role) = filter.role.map_or(("a", "z"), |role| (role, role));
    Ok(accounts::table
        .filter(accounts::id.gt(&filter.after))
        .filter(accounts::role.between(first_role, last_role))
        .filter(coalesce(accounts::division, "").between(&filter.divisions.0, &filter.divisions.1))
        .order(accounts::id)
        .limit(filter.limit)
        .select(AccountRow::as_select())
        .load(conn)?)
}

/// Accounts of a role that may be used, whose name has this in it, behind the one with the id `after`.
///
/// # Errors
/// When the database cannot.
pub fn recipients(
    conn: &mut Conn,
    role: &str,
    name: Option<&str>,
    place: &Place,
    limit: i64,
) -> Result<Vec<AccountRow>, StoreError> {
    let mut query = accounts::table.select(AccountRow::as_select()).into_boxed();
    query = query
        .filter(accounts::role.eq(role))
        .filter(accounts::disabled_at.is_null())
        .filter(accounts::grant_id.is_not_null());
    if let Some(name) = name {
        query = query.filter(accounts::name.like(format!("%{name}%")));
    }
    let query = match (&place.after, place.newest_first) {
        (Some(after), true) => query.filter(accounts::id.lt(after)),
        (Some(after), false) => query.filter(accounts::id.gt(after)),
        (None, _) => query,
    };
    let query =
        if place.newest_first { query.order(accounts::id.desc()) } else { query.order(accounts::id.asc()) };
    Ok(query.limit(limit).load(conn)?)
}

/// Every account of a role.
///
/// # Errors
/// When the database cannot.
pub fn of_role(conn: &mut Conn, role: &str) -> Result<Vec<AccountRow>, StoreError> {
    Ok(accounts::table.filter(accounts::role.eq(role)).select(AccountRow::as_select()).load(conn)?)
}

/// Writes what may change of an account, if it still has the code it was read with: `false` when someone was first.
///
/// # Errors
/// When the database cannot.
pub fn replace(conn: &mut Conn, row: &AccountRow, before: &[u8]) -> Result<bool, StoreError> {
    let unchanged = accounts::table.find(&row.id).filter(accounts::integrity_code.eq(before));
    let changed = diesel::update(unchanged)
        .set((
            accounts::role.eq(&row.role),
            accounts::name.eq(&row.name),
            accounts::division.eq(&row.division),
            accounts::disabled_at.eq(row.disabled_at),
            accounts::grant_id.eq(&row.grant_id),
            accounts::integrity_key.eq(row.integrity_key),
            accounts::integrity_code.eq(&row.integrity_code),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Notes that an account signed in.
///
/// # Errors
/// When the database cannot.
pub fn note_sign_in(conn: &mut Conn, id: &str, at: i64) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set(accounts::last_sign_in_at.eq(at)).execute(conn)?;
    Ok(())
}
