//! Queries on WeChat users.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::wechat_users;

/// A WeChat user as it is stored. Instants are unix milliseconds.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = wechat_users)]
pub struct WechatUserRow {
    /// UUIDv7.
    pub id: String,
    /// Keyed digest of the openid.
    pub openid: Vec<u8>,
    /// When it first came.
    pub created_at: i64,
    /// When its bindings last changed.
    pub changed_at: i64,
}

/// The user with this digest: there already, or `row` itself, added.
///
/// # Errors
/// When the database cannot.
pub fn find_or_insert(conn: &mut Conn, row: WechatUserRow) -> Result<WechatUserRow, StoreError> {
    if let Some(known) = find(conn, &row.openid)? {
        return Ok(known);
    }
    let added = attempt(conn, |conn| diesel::insert_into(wechat_users::table).values(&row).execute(conn))?;
    match added {
        Some(_) => Ok(row),
        // A neighbour added it in the same moment.
        None => find(conn, &row.openid)?.ok_or(StoreError::Busy),
    }
}

/// Marks a user's bindings as changing. Whoever else wants to change them waits until this transaction has ended.
///
/// # Errors
/// When the database cannot.
pub fn touch(conn: &mut Conn, id: &str, at: i64) -> Result<(), StoreError> {
    diesel::update(wechat_users::table.find(id)).set(wechat_users::changed_at.eq(at)).execute(conn)?;
    Ok(())
}

fn find(conn: &mut Conn, openid: &[u8]) -> Result<Option<WechatUserRow>, StoreError> {
    Ok(wechat_users::table
        .filter(wechat_users::openid.eq(openid))
        .select(WechatUserRow::as_select())
        .get_result(conn)
        .optional()?)
}
