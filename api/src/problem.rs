//! Every error a client sees: RFC 9457 problem details, with the codes of one table.
//!
//! The table is in `problem/table.rs`. What is not here: when an error happens. A problem never carries personal
//! data, and one of 5xx carries no detail at all: its cause is for the log.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;

mod document;
mod table;

pub use document::{ProblemDocument, reference};
pub use table::Code;

/// One thing wrong with what was sent, by item and rule. Never the value, which may be personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// Which data item: its name in the request.
    pub item: Cow<'static, str>,
    /// Which rule it breaks: a stable code.
    pub rule: Cow<'static, str>,
    /// Where the rule comes from: the clause of a standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Cow<'static, str>>,
}

/// An error on its way to a client.
pub struct Problem(Box<Parts>);

struct Parts {
    code: Code,
    detail: Option<String>,
    findings: Vec<Finding>,
    retry_after: Option<u32>,
    cause: Option<String>,
}

impl Problem {
    /// A problem of the table, with nothing more to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts { code, detail: None, findings: Vec::new(), retry_after: None, cause: None }))
    }

    /// A fault of ours. The cause goes to the log, not to the client.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// Says more about this occurrence: positions, limits, names of fields; nothing personal. Ignored for 5xx.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        if !self.0.code.status().is_server_error() {
            self.0.detail = Some(detail.into());
        }
        self
    }

    /// Names what is wrong, item by item.
    #[must_use]
    pub fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.0.findings = findings;
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Which problem this is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The rules that are broken, as its findings name them.
    pub fn broken_rules(&self) -> impl Iterator<Item = &str> {
        self.0.findings.iter().map(|finding| &*finding.rule)
    }

    /// Why it happened, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<crate::store::StoreError> for Problem {
    fn from(error: crate::store::StoreError) -> Self {
        if error.is_passing() {
            Self::new(Code::Unavailable).retry_after(2).because(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        crate::store::StoreError::from(error).into()
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        // `body` and not `json`: that would name the media type again.
        response.body(serde_json::to_string(&ProblemDocument::from(self)).unwrap_or_default())
    }
}

/// For the log.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.name())?;
        self.cause().map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({self})")
    }
}
