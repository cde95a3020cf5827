//! One event, before it has its place in the chain.

use std::net::IpAddr;

use serde_json::{Map, Value};
use uuid::{NoContext, Timestamp as UuidTime, Uuid};

use super::{Action, Context};
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::audit::AuditRow;

/// Longest text of an entry, in characters: ids and codes are shorter.
const MAX_TEXT: usize = 128;
/// Most bytes of an entry's details.
const MAX_DETAILS: usize = 2_048;
/// What stands in the place of details that are too long.
const TOO_LONG: &str = r#"{"too_long":true}"#;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It may not be done, or not so.
    Refused,
    /// It could not be done: a fault of ours.
    Failed,
}

impl Outcome {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Success, Self::Refused, Self::Failed];

    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One event: who, what, to what, how it ended. Nothing in it is personal but the client's address.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    context: Context,
    action: Action,
    object: Option<(&'static str, String)>,
    division: Option<String>,
    outcome: Outcome,
    reason: Option<String>,
    details: Map<String, Value>,
}

impl Entry {
    /// Something that was done, unless said otherwise.
    #[must_use]
    pub fn new(action: Action, context: Context) -> Self {
        let (object, division, reason) = (None, None, None);
        Self { context, action, object, division, outcome: Outcome::Success, reason, details: Map::new() }
    }

    /// To what it was done: a kind, such as `account`, and an id, never a name.
    #[must_use]
    pub fn on(mut self, kind: &'static str, id: impl Into<String>) -> Self {
        self.object = Some((kind, id.into()));
        self
    }

    /// The division that what it was done to belongs to.
    #[must_use]
    pub fn in_division(mut self, division: impl Into<String>) -> Self {
        self.division = Some(division.into());
        self
    }

    /// It was refused: a stable code says why.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>) -> Self {
        self.outcome = Outcome::Refused;
        self.reason = Some(reason.into());
        self
    }

    /// It ended in this problem: refused, or failed when the fault is ours.
    #[must_use]
    pub fn ended_in(mut self, problem: &Problem) -> Self {
        let code = problem.code();
        let is_ours = code.status().is_server_error();
        self.outcome = if is_ours { Outcome::Failed } else { Outcome::Refused };
        self.reason = Some(code.name().to_owned());
        self
    }

    /// Why it was done: a stable code.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Something more, that is not personal: a number, a code, a digest.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The action, for the log.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The row at a place in the chain; still without hash and code.
    pub(super) fn row(&self, seq: i64, at: Timestamp, prev_hash: Vec<u8>) -> AuditRow {
        let Context { actor, role, address, device, request } = &self.context;
        AuditRow {
            seq,
            id: id(at).to_string(),
            at: at.millis(),
            actor: actor.as_deref().map(cut),
            role: role.as_deref().map(cut),
            address: address.as_ref().map(IpAddr::to_string),
            device: device.clone(),
            request_id: request.map(|id| id.to_string()),
            action: self.action.word().to_owned(),
            object_kind: self.object.as_ref().map(|(kind, _)| (*kind).to_owned()),
            object_id: self.object.as_ref().map(|(_, id)| cut(id)),
            division: self.division.as_deref().map(cut),
            result: self.outcome.word().to_owned(),
            reason: self.reason.as_deref().map(cut),
            details: self.details(),
            prev_hash,
            hash: Vec::new(),
            mac: Vec::new(),
        }
    }

    fn details(&self) -> String {
        let text = Value::Object(self.details.clone()).to_string();
        if text.len() > MAX_DETAILS { TOO_LONG.to_owned() } else { text }
    }
}

fn id(at: Timestamp) -> Uuid {
    let nanos = u32::try_from(at.millis().rem_euclid(1000)).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(UuidTime::from_unix(NoContext, at.seconds().0, nanos))
}

/// PostgreSQL keeps no NUL in a text, and nobody reads a long one.
fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    fn row(entry: &Entry) -> AuditRow {
        entry.row(1, Timestamp(1_781_488_800_000), vec![0; 32])
    }

    #[test]
    fn what_is_done_is_a_success_unless_said_otherwise() {
        let entry = Entry::new(Action::KeyMade, Context::system()).on("key", "k").detail("use", "seal");
        let row = row(&entry);
        assert_eq!((row.result.as_str(), row.reason), ("success", None));
        assert_eq!((row.object_kind.as_deref(), row.object_id.as_deref()), (Some("key"), Some("k")));
        assert_eq!(row.details, r#"{"use":"seal"}"#);
    }

    #[test]
    fn a_problem_is_a_refusal_or_a_fault_of_ours() {
        let ended = |code: Code| {
            let row = row(&Entry::new(Action::SignIn, Context::default()).ended_in(&code.into()));
            (row.result, row.reason.unwrap())
        };
        assert_eq!(ended(Code::SignInFailed), ("refused".to_owned(), "sign_in_failed".to_owned()));
        assert_eq!(ended(Code::Internal), ("failed".to_owned(), "internal".to_owned()));
    }

    #[test]
    fn nothing_of_an_entry_grows_without_end() {
        let long = "x".repeat(100_000);
        let entry = Entry::new(Action::SignIn, Context::default()).on("login", &*long).detail("a", &*long);
        let row = row(&entry);
        assert_eq!(row.object_id.unwrap().len(), MAX_TEXT);
        assert_eq!(row.details, TOO_LONG);
    }
}
