//! 确认为例外: a finding that stands rightly, and does not count. An operator asks with a reason, a security administrator
//! decides (`approvals`): an exception raises the rate of whoever asks for it.
//!
//! It is one for the version it was found in. A new version that has it again is judged anew.

use serde::{Deserialize, Serialize};

use super::keep;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::certificates;
use crate::store::conformity::nonconformities as rows;

/// What an exception is to be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The version of the certificate when it was asked for.
    pub version: i32,
}

/// Makes an exception of a finding, as was approved.
///
/// # Errors
/// [`Code::ApprovalOvertaken`] when it is gone, or the certificate has another version by now.
pub fn except(
    conn: &mut Conn,
    id: &str,
    exception: &Exception,
    approval: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::ApprovalOvertaken)?;
    let version = certificates::find(conn, &row.certificate_id)?.map(|certificate| certificate.version);
    if version != Some(exception.version) || !rows::except(conn, id, approval, exception.version)? {
        return Err(Code::ApprovalOvertaken.into());
    }
    keep::count_again(conn, &row.certificate_id, approval, now)
}
