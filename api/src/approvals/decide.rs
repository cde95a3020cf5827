//! Deciding: another account, of the right role and jurisdiction, in time. What is approved is done at once, in the same
//! transaction, so that it is done once or not at all.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::request::checked;
use super::{KeyRevocation, Kind, RoleGrant, is_over};
use crate::auth::service_keys::{self, NewKey};
use crate::auth::{Account, accounts, factors};
use crate::clock::Timestamp;
use crate::conformity;
use crate::integrity::Integrity;
use crate::keys::{self, CeremonyError, Revocation};
use crate::problem::{Code, Problem};
use crate::store::approvals::{self as rows, ApprovalRow};
use crate::store::{Conn, accounts as account_rows};

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is done.
    Approve,
    /// It is not done.
    Refuse,
}

/// A decision, with a reason where it refuses.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What is decided.
    pub decision: Verdict,
    /// Why it is refused: 1 to 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Decides on an approval.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::IntegrityBroken`] when it was changed behind this program's back; [`Code::WrongRole`],
/// [`Code::OtherDivision`] and [`Code::OwnApproval`] for who may not decide on it; [`Code::ApprovalClosed`] when it is
/// decided or over; [`Code::ApprovalOvertaken`] when what it is about is not as it was.
pub fn decide(
    conn: &mut Conn,
    integrity: &Integrity,
    id: &str,
    by: &Account,
    decision: Decision,
    now: Timestamp,
) -> Result<ApprovalRow, Problem> {
    let mut row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    integrity.check(&row)?;
    let kind: Kind = row.kind.parse().map_err(|()| Problem::internal("an approval of no kind"))?;
    require_approver(conn, kind, &row, by)?;
    if row.state != "pending" || is_over(&row, now) {
        return Err(Code::ApprovalClosed.into());
    }
    let before = row.integrity_code.clone();
    row.decided_by = Some(by.id.clone());
    row.decided_at = Some(now.millis());
    match decision.decision {
        Verdict::Refuse => {
            row.state = "refused".to_owned();
            row.refusal = Some(checked(decision.reason.unwrap_or_default())?);
        }
        Verdict::Approve => {
            row.state = "approved".to_owned();
            row.executed_at = kind.is_done_at_once().then_some(now.millis());
        }
    }
    integrity.protect(&mut row);
    // First the row, which of two at once only one can write; then what it is about.
    if !rows::replace(conn, &row, &before)? {
        return Err(Code::ApprovalClosed.into());
    }
    if row.executed_at.is_some() {
        execute(conn, integrity, kind, &row, now)?;
    }
    Ok(row)
}

impl Kind {
    /// Whether approving does it; a bulk export is done later, by the one who asked.
    fn is_done_at_once(self) -> bool {
        self != Self::BulkExport
    }
}

/// Another account than the one that asked, and than the one it is about, of the right role, whose jurisdiction covers
/// what it is about as it is and as it would be.
fn require_approver(conn: &mut Conn, kind: Kind, row: &ApprovalRow, by: &Account) -> Result<(), Problem> {
    if !kind.approvers().contains(&by.role) {
        return Err(Code::WrongRole.into());
    }
    by.require_jurisdiction(row.division.as_deref())?;
    let account = match kind {
        Kind::RoleGrant | Kind::FactorReset => Some(account_rows::find(conn, &row.object)?),
        Kind::ServiceKey => Some(account_rows::find_by_login(conn, &payload::<NewKey>(row)?.login)?),
        Kind::KeyRevocation | Kind::BulkExport | Kind::DataException => None,
    };
    if let Some(account) = account {
        by.require_account(conn, &account.ok_or(Code::ApprovalOvertaken)?)?;
    }
    if row.requested_by == by.id || row.object == by.id {
        return Err(Code::OwnApproval.into());
    }
    Ok(())
}

fn execute(
    conn: &mut Conn,
    integrity: &Integrity,
    kind: Kind,
    row: &ApprovalRow,
    now: Timestamp,
) -> Result<(), Problem> {
    match kind {
        Kind::RoleGrant => {
            let RoleGrant { role, division } = payload(row)?;
            let grant = accounts::Grant { role, division, by: row.id.clone() };
            if accounts::grant(conn, integrity, &row.object, grant, now)? {
                Ok(())
            } else {
                Err(Code::ApprovalOvertaken.into())
            }
        }
        Kind::ServiceKey => {
            match service_keys::register(conn, integrity, payload(row)?, Some(&row.id), now) {
                Err(problem) if is_overtaken(&problem) => Err(Code::ApprovalOvertaken.into()),
                registered => registered.map(drop),
            }
        }
        Kind::KeyRevocation => {
            let KeyRevocation { all } = payload(row)?;
            let revocation = Revocation { all, reason: &row.reason, approval: Some(&row.id) };
            match keys::revoke(conn, &row.object, &revocation, now) {
                Err(CeremonyError::Unknown(_)) => Err(Code::ApprovalOvertaken.into()),
                other => other.map_err(Problem::internal),
            }
        }
        Kind::FactorReset => Ok(factors::reset(conn, &row.object, now)?),
        Kind::DataException => conformity::except(conn, &row.object, &payload(row)?, &row.id, now),
        Kind::BulkExport => Ok(()),
    }
}

/// Whether a key can no longer be registered for what became of its account, or because another was first.
fn is_overtaken(problem: &Problem) -> bool {
    matches!(problem.code(), Code::NotFound | Code::NotAService | Code::ServiceKeyKnown)
}

fn payload<T: DeserializeOwned>(row: &ApprovalRow) -> Result<T, Problem> {
    serde_json::from_str(&row.payload).map_err(Problem::internal)
}
