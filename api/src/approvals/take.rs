//! What the one who asked does later, under an approval: an export, say.

use super::{Kind, is_over};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::approvals::{self as rows, ApprovalRow};

/// Uses up an approval of this kind that `by` asked for and another person gave. To be called in the transaction of
/// what it is for; what that may be about is in the row's `object` and `payload`. It is had once.
///
/// # Errors
/// [`Code::ApprovalNeeded`] when there is none that this account may use now; [`Code::IntegrityBroken`].
pub fn take(
    conn: &mut Conn,
    integrity: &Integrity,
    kind: Kind,
    id: &str,
    by: &Account,
    now: Timestamp,
) -> Result<ApprovalRow, Problem> {
    let found = rows::find(conn, id)?.filter(|row| row.requested_by == by.id && row.kind == kind.word());
    let mut row = found.ok_or(Code::ApprovalNeeded)?;
    integrity.check(&row)?;
    if row.state != "approved" || row.executed_at.is_some() || is_over(&row, now) {
        return Err(Code::ApprovalNeeded.into());
    }
    let before = row.integrity_code.clone();
    row.executed_at = Some(now.millis());
    integrity.protect(&mut row);
    if rows::replace(conn, &row, &before)? { Ok(row) } else { Err(Code::ApprovalNeeded.into()) }
}
