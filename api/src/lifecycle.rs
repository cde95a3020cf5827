//! The life of a certificate between its versions: annual review, suspension, cancellation, loss, …
//!
//! - `lifecycle/transitions.rs`: the one table of what may follow what
//! - `lifecycle/course.rs`: the days on which a state changes by itself
//! - `lifecycle/automatic.rs`: the job that changes it then
//! - `lifecycle/event.rs`: what is sent and what is shown
//! - `lifecycle/report.rs`, `order.rs`, `refusal.rs`: recording an event, which takes effect at once, or why not
//! - `lifecycle/ledger.rs`: events of one transaction, appended together at its end
//! - `lifecycle/document.rs`: all of it as a document
//! - `lifecycle/changes.rs`: what happened since a mark
//! - `lifecycle/moment.rs`: how things stood at an earlier moment
//!
//! What is not here: changes of the data items, which make a new version and come in with ingest, and what a status
//! means in a verdict (verifier-core).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store::StoreError;
use crate::store::certificates::CertificateRow;

mod automatic;
mod changes;
mod course;
mod document;
mod event;
mod ledger;
mod moment;
mod order;
mod refusal;
mod report;
mod transitions;

pub use automatic::let_happen;
pub use changes::{CertificateChange, Changes, changes};
pub use course::{Course, Happened};
pub use document::reference;
pub use event::{Event, NewEvent, history};
pub use ledger::Ledger;
pub use moment::last_by;
pub use refusal::{NotRecorded, Refusal};
pub use report::{Recorded, Report, Subject, moved};
pub use transitions::after;

/// How a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In force.
    Valid,
    /// 注销: ended on request, or because its ground fell away.
    Cancelled,
    /// 暂扣.
    Suspended,
    /// 吊销, 撤销: ended by a decision.
    Revoked,
    /// 挂失.
    ReportedLost,
    /// Its last day passed, and no renewal came.
    ExpiredNotRenewed,
}

impl Standing {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Valid,
        Self::Cancelled,
        Self::Suspended,
        Self::Revoked,
        Self::ReportedLost,
        Self::ExpiredNotRenewed,
    ];

    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Cancelled => "cancelled",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::ReportedLost => "reported_lost",
            Self::ExpiredNotRenewed => "expired_not_renewed",
        }
    }

    /// Whether nothing can follow: a certificate that ended does not come back, a new one is issued.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Revoked)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Standing {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|standing| standing.word() == text);
        found.ok_or_else(|| {
            StoreError::Query(diesel::result::Error::DeserializationError("no such status".into()))
        })
    }
}

/// What can happen to a certificate between its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// 年度审验 passed.
    ReviewPassed,
    /// 年度审验 or 诚信考核 not done in time.
    ReviewOverdue,
    /// 诚信考核 done.
    Assessed,
    /// 暂扣.
    Suspended,
    /// The suspension ended.
    Resumed,
    /// 注销.
    Cancelled,
    /// 吊销 or 撤销.
    Revoked,
    /// 挂失.
    ReportedLost,
    /// What was reported lost was found.
    Found,
    /// Its last day passed, and no renewal came.
    Expired,
    /// 转出: another division answers for it from now on.
    TransferredOut,
    /// It was deleted in the issuer's system, without a decision that ends the licence.
    Withdrawn,
    /// It is in the issuer's system again.
    Restored,
}

impl Change {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::ReviewPassed,
        Self::ReviewOverdue,
        Self::Assessed,
        Self::Suspended,
        Self::Resumed,
        Self::Cancelled,
        Self::Revoked,
        Self::ReportedLost,
        Self::Found,
        Self::Expired,
        Self::TransferredOut,
        Self::Withdrawn,
        Self::Restored,
    ];

    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReviewPassed => "review_passed",
            Self::ReviewOverdue => "review_overdue",
            Self::Assessed => "assessed",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::ReportedLost => "reported_lost",
            Self::Found => "found",
            Self::Expired => "expired",
            Self::TransferredOut => "transferred_out",
            Self::Withdrawn => "withdrawn",
            Self::Restored => "restored",
        }
    }
}

impl Change {
    /// What it is called in Chinese.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::ReviewPassed => "年度审验合格",
            Self::ReviewOverdue => "逾期未审验、未考核",
            Self::Assessed => "诚信考核",
            Self::Suspended => "暂扣",
            Self::Resumed => "解除暂扣",
            Self::Cancelled => "注销",
            Self::Revoked => "吊销、撤销",
            Self::ReportedLost => "挂失",
            Self::Found => "解除挂失",
            Self::Expired => "过期未换发",
            Self::TransferredOut => "转出",
            Self::Withdrawn => "源系统删除",
            Self::Restored => "源系统恢复",
        }
    }
}

/// What events change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// How the certificate stands.
    pub standing: Standing,
    /// Whether its annual review or integrity assessment is overdue.
    pub review_overdue: bool,
}

impl State {
    /// The state a stored certificate is in.
    ///
    /// # Errors
    /// When its status is not one of ours.
    pub fn of(row: &CertificateRow) -> Result<Self, StoreError> {
        Ok(Self { standing: row.status.parse()?, review_overdue: row.review_overdue })
    }
}
