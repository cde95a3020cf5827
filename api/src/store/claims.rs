//! Queries on claims: what holds once for all servers.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::claims;

/// A claim as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = claims)]
pub struct ClaimRow {
    /// SM3 of what is claimed.
    pub digest: Vec<u8>,
    /// SM3 of who claims it and may come again; `None`: nobody may.
    pub claimant: Option<Vec<u8>>,
    /// Unix milliseconds; from here on it may be claimed anew.
    pub ends_at: i64,
}

/// Claims: `true` when this claim holds, or an earlier one of the same claimant does. Of many at once, one is told so.
///
/// # Errors
/// When the database cannot.
pub fn claim(conn: &mut Conn, wanted: &ClaimRow, now: i64) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(claims::table).values(wanted).execute(conn))?;
    if added.is_some() {
        return Ok(true);
    }
    let ended = claims::table.find(&wanted.digest).filter(claims::ends_at.le(now));
    let anew = (claims::claimant.eq(&wanted.claimant), claims::ends_at.eq(wanted.ends_at));
    if diesel::update(ended).set(anew).execute(conn)? == 1 {
        return Ok(true);
    }
    let held = claims::table.find(&wanted.digest).select(ClaimRow::as_select());
    let held: Option<ClaimRow> = held.get_result(conn).optional()?;
    Ok(held.is_some_and(|held| held.claimant.is_some() && held.claimant == wanted.claimant))
}

/// Forgets the claims that have ended.
///
/// # Errors
/// When the database cannot.
pub fn prune(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(claims::table.filter(claims::ends_at.le(now))).execute(conn)?;
    Ok(())
}
