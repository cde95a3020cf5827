//! The verdict, and who gave it.

use serde::Serialize;
use serde_json::{Map, Value};
use verifier_core::{Seconds, Verdict};

use crate::clock::Timestamp;

/// A verdict as it is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Another site's, as it came.
    Passed(Map<String, Value>),
    /// Ours.
    Own(Box<Own>),
}

/// A verdict of this site.
#[derive(Debug, Serialize)]
pub struct Own {
    #[serde(flatten)]
    verdict: Verdict,
    answered_by: AnsweredBy,
    /// As of when the copy knows the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_as_of: Option<Timestamp>,
    /// How old that is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_age: Option<u64>,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// The province that issued the certificate.
    Province,
    /// The ministry, with its copy.
    MinistryCopy,
    /// The site that was asked, which knows nothing of the certificate.
    Here,
}

impl AnsweredBy {
    /// The word it is written as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::MinistryCopy => "ministry_copy",
            Self::Here => "here",
        }
    }
}

impl Answer {
    pub(super) fn own(verdict: Verdict, answered_by: AnsweredBy) -> Self {
        Self::Own(Box::new(Own { verdict, answered_by, copy_as_of: None, copy_age: None }))
    }

    pub(super) fn of_copy(verdict: Verdict, as_of: Option<Seconds>, now: Timestamp) -> Self {
        Self::Own(Box::new(Own {
            verdict,
            answered_by: AnsweredBy::MinistryCopy,
            copy_as_of: as_of.map(Timestamp::from),
            copy_age: as_of.map(|as_of| now.seconds().since(as_of)),
        }))
    }

    /// Who decided.
    #[must_use]
    pub fn answered_by(&self) -> AnsweredBy {
        match self {
            Self::Own(own) => own.answered_by,
            Self::Passed(answer) => {
                let words = [AnsweredBy::MinistryCopy, AnsweredBy::Here];
                let said = answer.get("answered_by").and_then(Value::as_str);
                words.into_iter().find(|by| Some(by.word()) == said).unwrap_or(AnsweredBy::Province)
            }
        }
    }
}
