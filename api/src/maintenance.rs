//! 数据维护申请: whoever needs the province's certificates in the ministry's system maintained applies in a form
//! (交办运函〔2022〕1606号 art. 20, 附表1; the form's text could not be had: 待标准文本核对).
//!
//! - `maintenance/form.rs`: what is applied for, and its bounds
//! - `maintenance/steps.rs`: drafting, submitting, deciding, completing: what may follow what
//! - `maintenance/shown.rs`: an application as people see it
//! - `maintenance/sheet.rs`: the form as a spreadsheet, to be printed and sent
//!
//! An operator drafts and submits it, another operator decides, and it is completed when each certificate it is about
//! has changed since: the events that did it are linked. What is not here: the changes themselves, which come from the
//! 运政系统.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod form;
mod sheet;
mod shown;
mod steps;

pub use form::{Form, WantedItem};
pub use sheet::sheet;
pub use shown::{Application, ApplicationSummary, list, show};
pub use steps::{Draft, Verdict, change, complete, create, decide, submit, withdraw};

/// What is to be done in the ministry's system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MaintenanceOperation)]
pub enum Operation {
    /// 新增: what is missing there.
    Add,
    /// 更正: what is wrong there.
    Correct,
    /// 删除: what should not be there.
    Delete,
}

/// How an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MaintenanceState)]
pub enum State {
    /// Being written.
    Draft,
    /// Waits for a second person.
    Submitted,
    /// May be sent to the ministry.
    Approved,
    /// Not approved.
    Refused,
    /// Taken back by who wrote it.
    Withdrawn,
    /// Each certificate has changed since.
    Completed,
}

/// Makes the words of an enum from aligned entries.
macro_rules! words {
    ($type:ident: $( $variant:ident $word:literal $zh:literal; )*) => {
        impl $type {
            /// The word it is stored as.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// What it is called in Chinese.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $zh, )* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $type {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                [$( Self::$variant, )*].into_iter().find(|known| known.word() == text).ok_or(())
            }
        }
    };
}

words! { Operation:
    Add     "add"     "新增";
    Correct "correct" "更正";
    Delete  "delete"  "删除";
}

words! { State:
    Draft     "draft"     "草稿";
    Submitted "submitted" "待审批";
    Approved  "approved"  "已批准";
    Refused   "refused"   "已驳回";
    Withdrawn "withdrawn" "已撤回";
    Completed "completed" "已办结";
}
