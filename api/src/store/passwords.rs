//! Queries on passwords: the present one of an account, and those it replaced.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{accounts, former_passwords};

/// A password that was replaced.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = former_passwords)]
pub struct FormerPasswordRow {
    /// UUIDv7, in the order of replacement.
    pub id: String,
    /// Whose it was.
    pub account_id: String,
    /// As `auth::Password` writes it.
    pub password_hash: String,
}

/// A password to be kept for an account.
pub struct Change {
    /// As `auth::Password` writes it.
    pub hash: String,
    /// Whether someone else chose it.
    pub initial: bool,
    /// Unix milliseconds.
    pub at: i64,
}

/// Replaces a password, or gives one to an account without: `false` when it is no longer the one that was read as `old`.
///
/// # Errors
/// When the database cannot.
pub fn replace(
    conn: &mut Conn,
    account_id: &str,
    old: Option<&str>,
    new: &Change,
) -> Result<bool, StoreError> {
    let one = accounts::table.find(account_id);
    let change = (
        accounts::password_hash.eq(&new.hash),
        accounts::password_initial.eq(new.initial),
        accounts::password_set_at.eq(new.at),
    );
    let changed = match old {
        Some(old) => diesel::update(one.filter(accounts::password_hash.eq(old))).set(change).execute(conn)?,
        None => diesel::update(one.filter(accounts::password_hash.is_null())).set(change).execute(conn)?,
    };
    Ok(changed == 1)
}

/// Keeps the same password hashed anew, unless it was replaced meanwhile.
///
/// # Errors
/// When the database cannot.
pub fn rehash(conn: &mut Conn, account_id: &str, old: &str, new: &str) -> Result<(), StoreError> {
    let same = accounts::table.find(account_id).filter(accounts::password_hash.eq(old));
    diesel::update(same).set(accounts::password_hash.eq(new)).execute(conn)?;
    Ok(())
}

/// The passwords an account had before, newest first.
///
/// # Errors
/// When the database cannot.
pub fn former(conn: &mut Conn, account_id: &str) -> Result<Vec<FormerPasswordRow>, StoreError> {
    Ok(former_passwords::table
        .filter(former_passwords::account_id.eq(account_id))
        .order(former_passwords::id.desc())
        .select(FormerPasswordRow::as_select())
        .load(conn)?)
}

/// Keeps a password that was replaced, and forgets the oldest beyond `most`.
///
/// # Errors
/// When the database cannot.
pub fn keep_former(conn: &mut Conn, row: &FormerPasswordRow, most: usize) -> Result<(), StoreError> {
    diesel::insert_into(former_passwords::table).values(row).execute(conn)?;
    for old in former(conn, &row.account_id)?.iter().skip(most) {
        diesel::delete(former_passwords::table.find(&old.id)).execute(conn)?;
    }
    Ok(())
}
