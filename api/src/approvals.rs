//! Operations that need a second person: asked for by one account, decided by another, done once.
//!
//! - `approvals/kind.rs`: which operations, who may ask and who may decide
//! - `approvals/request.rs`: asking
//! - `approvals/decide.rs`: deciding; what is approved is done in the same transaction
//! - `approvals/take.rs`: what the one who asked does later, under an approval
//! - `approvals/audited.rs`: what the audit log says of it
//! - `approvals/shown.rs`: an approval as people see it
//!
//! An approval is protected like an account ([`crate::integrity`]): one that was changed behind this program's back is
//! void. It ends after 72 hours. Of two who decide at once, on whatever servers, one decides: the row is written only
//! if it still has the code it was read with.

use serde::{Deserialize, Serialize};

use crate::auth::Role;
use crate::clock::Timestamp;
use crate::integrity::{Protected, Seal};
use crate::store::approvals::ApprovalRow;

mod audited;
mod decide;
mod kind;
mod request;
mod shown;
mod take;

pub use audited::{decided, requested};
pub use decide::{Decision, Verdict, decide};
pub use kind::Kind;
pub use request::{Wanted, request};
pub use shown::{Approval, State};
pub use take::take;

/// How long an approval is good for, in seconds: 72 hours.
pub const LIFETIME: i64 = 72 * 3_600;

/// What a role grant is to do with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGrant {
    /// What it may be.
    pub role: Role,
    /// Its jurisdiction; none: the whole province.
    pub division: Option<String>,
}

/// What a key revocation is to do with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRevocation {
    /// Whether what it signed before falls too.
    pub all: bool,
}

impl Protected for ApprovalRow {
    const KIND: &'static str = "approval";

    fn id(&self) -> &str {
        &self.id
    }

    fn fields(&self) -> Vec<Option<Vec<u8>>> {
        let text = |text: &String| Some(text.clone().into_bytes());
        let number = |number: i64| Some(number.to_be_bytes().to_vec());
        vec![
            text(&self.id),
            text(&self.kind),
            text(&self.object),
            text(&self.payload),
            self.division.as_ref().and_then(text),
            text(&self.requested_by),
            text(&self.reason),
            number(self.requested_at),
            number(self.expires_at),
            text(&self.state),
            self.decided_by.as_ref().and_then(text),
            self.decided_at.and_then(number),
            self.refusal.as_ref().and_then(text),
            self.executed_at.and_then(number),
        ]
    }

    fn code(&self) -> Seal {
        Seal { key: self.integrity_key, code: self.integrity_code.clone() }
    }

    fn set_code(&mut self, code: Seal) {
        self.integrity_key = code.key;
        self.integrity_code = code.code;
    }
}

/// Whether an approval's time is over.
fn is_over(row: &ApprovalRow, now: Timestamp) -> bool {
    row.expires_at <= now.millis()
}
