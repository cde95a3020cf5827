//! What may be looked for in the audit log.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::audit::{Action, Outcome};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::audit::search::Search;

/// What is looked for. Every condition that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// From this time on.
    since: Option<Timestamp>,
    /// Before this time.
    until: Option<Timestamp>,
    /// By whom: the id of an account, `system`, or `os:` and a name.
    actor: Option<String>,
    /// What was done: a word of docs/audit-actions.md.
    #[param(example = "session.begun")]
    action: Option<String>,
    /// To what kind of thing.
    #[param(example = "account")]
    object_kind: Option<String>,
    /// To which one.
    object_id: Option<String>,
    /// How it ended: `success`, `refused` or `failed`.
    result: Option<String>,
    /// In which division, or those below it: 2, 4 or 6 digits.
    #[param(example = "2101")]
    division: Option<String>,
    /// Older than this entry: `next_before` of the answer before.
    before: Option<i64>,
}

impl Wanted {
    /// The search, when every condition is one that can hold.
    ///
    /// # Errors
    /// [`Code::BadQuery`].
    pub(super) fn search(self) -> Result<Search, Problem> {
        let is_division =
            |text: &String| matches!(text.len(), 2 | 4 | 6) && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_result = |text: &String| Outcome::ALL.iter().any(|outcome| outcome.word() == text.as_str());
        let is_action = |text: &String| Action::ALL.iter().any(|action| action.word() == text.as_str());
        let is_sound = self.division.as_ref().is_none_or(is_division)
            && self.result.as_ref().is_none_or(is_result)
            && self.action.as_ref().is_none_or(is_action);
        if !is_sound {
            return Err(Code::BadQuery.into());
        }
        Ok(Search {
            since: self.since.map(Timestamp::millis),
            until: self.until.map(Timestamp::millis),
            actor: self.actor,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            result: self.result,
            division: self.division,
            before: self.before,
        })
    }
}
