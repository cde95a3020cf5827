//! Queries on failed sign-ins.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt};
use crate::schema::failed_sign_ins;

/// When failures lead to a lock. Instants are unix milliseconds.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Failures in a row that lock.
    pub most: i32,
    /// Now.
    pub now: i64,
    /// Failures before this are forgotten.
    pub remembered_from: i64,
    /// Until when a lock that begins now lasts.
    pub locked_until: i64,
}

/// Counts one attempt of `subject`, as if it had failed: `None` when it may go on, or until when it is locked. Of many
/// at once no more than the rule allows go on.
///
/// # Errors
/// When the database cannot.
pub fn count(conn: &mut Conn, subject: &[u8], rule: Rule) -> Result<Option<i64>, StoreError> {
    let one = failed_sign_ins::table.find(subject);
    diesel::delete(one.filter(failed_sign_ins::locked_until.le(rule.now))).execute(conn)?;
    let unlocked = one.filter(failed_sign_ins::locked_until.is_null());
    diesel::delete(unlocked.filter(failed_sign_ins::last_at.lt(rule.remembered_from))).execute(conn)?;

    let is_counted = add_one(conn, subject, rule)? == 1
        || (lock(conn, subject)?.is_none() && begin(conn, subject, rule)?)
        || add_one(conn, subject, rule)? == 1;
    if !is_counted {
        // Others were first, in the same moment perhaps, and it is locked. If it is not any more, the next try goes on.
        return Ok(Some(lock(conn, subject)?.unwrap_or(rule.now)));
    }
    let too_many =
        one.filter(failed_sign_ins::failures.ge(rule.most)).filter(failed_sign_ins::locked_until.is_null());
    diesel::update(too_many).set(failed_sign_ins::locked_until.eq(rule.locked_until)).execute(conn)?;
    Ok(None)
}

/// Until when it is locked, if it is.
fn lock(conn: &mut Conn, subject: &[u8]) -> Result<Option<i64>, StoreError> {
    let until = failed_sign_ins::table.find(subject).select(failed_sign_ins::locked_until);
    Ok(until.get_result::<Option<i64>>(conn).optional()?.flatten())
}

fn add_one(conn: &mut Conn, subject: &[u8], rule: Rule) -> Result<usize, StoreError> {
    let unlocked = failed_sign_ins::table.find(subject).filter(failed_sign_ins::locked_until.is_null());
    let more =
        (failed_sign_ins::failures.eq(failed_sign_ins::failures + 1), failed_sign_ins::last_at.eq(rule.now));
    Ok(diesel::update(unlocked).set(more).execute(conn)?)
}

/// The first failure; `false` when another was first in the same moment.
fn begin(conn: &mut Conn, subject: &[u8], rule: Rule) -> Result<bool, StoreError> {
    let first = (
        failed_sign_ins::subject.eq(subject),
        failed_sign_ins::failures.eq(1),
        failed_sign_ins::last_at.eq(rule.now),
    );
    let insert = |conn: &mut Conn| diesel::insert_into(failed_sign_ins::table).values(first).execute(conn);
    Ok(attempt(conn, insert)?.is_some())
}

/// Takes one count back, and the lock it led to.
///
/// # Errors
/// When the database cannot.
pub fn uncount(conn: &mut Conn, subject: &[u8]) -> Result<(), StoreError> {
    let one = failed_sign_ins::table.find(subject).filter(failed_sign_ins::failures.gt(0));
    let less = (
        failed_sign_ins::failures.eq(failed_sign_ins::failures - 1),
        failed_sign_ins::locked_until.eq(None::<i64>),
    );
    diesel::update(one).set(less).execute(conn)?;
    Ok(())
}

/// Forgets all failures of `subject`, and its lock.
///
/// # Errors
/// When the database cannot.
pub fn clear(conn: &mut Conn, subject: &[u8]) -> Result<(), StoreError> {
    diesel::delete(failed_sign_ins::table.find(subject)).execute(conn)?;
    Ok(())
}

/// Forgets failures before `before`. A lock ends before its failures are that old.
///
/// # Errors
/// When the database cannot.
pub fn sweep(conn: &mut Conn, before: i64) -> Result<usize, StoreError> {
    let old = failed_sign_ins::table.filter(failed_sign_ins::last_at.lt(before));
    Ok(diesel::delete(old).execute(conn)?)
}
