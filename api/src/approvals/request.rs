//! Asking for an operation.

use serde_json::{Value, json};

use super::{Kind, LIFETIME};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::accounts::AccountRow;
use crate::store::approvals::{self as rows, ApprovalRow};

/// Longest reason, in characters.
const MAX_REASON: usize = 200;

/// An operation that is asked for.
pub struct Wanted {
    /// UUIDv7 of the approval to be.
    pub id: String,
    /// Which operation.
    pub kind: Kind,
    /// What it is about.
    pub object: String,
    /// What is to be done with it.
    pub payload: Value,
    /// The jurisdiction it lies in.
    pub division: Option<String>,
    /// Who asks: an account's id, or a person at the machine itself.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Wanted {
    /// That an account loses its second factors and enrols new ones.
    #[must_use]
    pub fn factor_reset(id: String, account: &AccountRow, by: String, reason: String) -> Self {
        Self {
            id,
            kind: Kind::FactorReset,
            object: account.id.clone(),
            payload: json!({}),
            division: account.division.clone(),
            by,
            reason,
        }
    }
}

/// Asks: the operation waits for a second person.
///
/// # Errors
/// [`Code::UnfitValue`] for a reason that is missing or too long, or when the database cannot.
pub fn request(
    conn: &mut Conn,
    integrity: &Integrity,
    wanted: Wanted,
    now: Timestamp,
) -> Result<ApprovalRow, Problem> {
    let mut row = ApprovalRow {
        id: wanted.id,
        kind: wanted.kind.word().to_owned(),
        object: wanted.object,
        payload: wanted.payload.to_string(),
        division: wanted.division,
        requested_by: wanted.by,
        reason: checked(wanted.reason)?,
        requested_at: now.millis(),
        expires_at: now.plus_seconds(LIFETIME).millis(),
        state: "pending".to_owned(),
        decided_by: None,
        decided_at: None,
        refusal: None,
        executed_at: None,
        integrity_key: 0,
        integrity_code: Vec::new(),
    };
    integrity.protect(&mut row);
    rows::insert(conn, &row)?;
    Ok(row)
}

impl Kind {
    /// That this account may ask for such an operation.
    ///
    /// # Errors
    /// [`Code::WrongRole`] when it may not.
    pub fn require_requester(self, account: &Account) -> Result<(), Problem> {
        if self.requesters().contains(&account.role) { Ok(()) } else { Err(Code::WrongRole.into()) }
    }
}

/// A reason that says something, and not too much.
pub(super) fn checked(reason: String) -> Result<String, Problem> {
    let rule = if reason.trim().is_empty() {
        "required"
    } else if reason.chars().count() > MAX_REASON {
        "too_long"
    } else if reason.contains('\0') {
        "unfit_character"
    } else {
        return Ok(reason);
    };
    let finding = Finding { item: "reason".into(), rule: rule.into(), source: None };
    Err(Problem::new(Code::UnfitValue).findings(vec![finding]))
}
