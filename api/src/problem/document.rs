//! Problems on paper: the JSON a client gets, and the reference `docs/errors.md`.

use std::fmt::Write;

use serde::Serialize;

use super::{Code, Finding, Problem};

/// An RFC 9457 problem document.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemDocument<'a> {
    /// A reference to the description of this problem, relative to this server.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not_found")]
    kind: String,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// The stable code that programs look at.
    #[schema(example = "not_found")]
    code: &'a str,
    /// What it is, in Chinese.
    title: &'a str,
    /// What it is, in English.
    title_en: &'a str,
    /// What to do about it, in Chinese.
    next_step: &'a str,
    /// What to do about it, in English.
    next_step_en: &'a str,
    /// More about this occurrence. Never with 5xx.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// What is wrong, item by item.
    #[serde(skip_serializing_if = "<[Finding]>::is_empty")]
    findings: &'a [Finding],
}

impl<'a> From<&'a Problem> for ProblemDocument<'a> {
    fn from(problem: &'a Problem) -> Self {
        let code = problem.code();
        Self {
            kind: format!("/problems/{}", code.name()),
            status: code.status().as_u16(),
            code: code.name(),
            title: code.title().0,
            title_en: code.title().1,
            next_step: code.next_step().0,
            next_step_en: code.next_step().1,
            detail: problem.0.detail.as_deref(),
            findings: &problem.0.findings,
        }
    }
}

/// The text of `docs/errors.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for code in Code::ALL {
        let (title, title_en) = code.title();
        let (next, next_en) = code.next_step();
        let _ = writeln!(
            text,
            "| `{}` | {} | {title}<br>{title_en} | {next}<br>{next_en} |",
            code.name(),
            code.status().as_u16(),
        );
    }
    text
}

const HEAD: &str = "\
# Errors 错误码

<!-- Made by `yzt docs errors` from api/src/problem/table.rs. Do not edit. -->

Every error is `application/problem+json` (RFC 9457). Look at `code`: it is stable; the wording is not. `next_step` may be
shown to the person as it is. `detail` and `findings` say more where there is more to say, never personal data.
An answer of 5xx carries neither: give an administrator its `X-Request-Id`.

| code | status | 含义 meaning | 怎么办 what to do |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../docs/errors.md");
        assert!(written == reference(), "run `yzt docs errors > docs/errors.md`");
    }

    #[test]
    fn a_fault_of_ours_tells_the_client_nothing_about_it() {
        let problem = Problem::internal("cause 210102199001011234").detail("detail");
        let json = serde_json::to_string(&ProblemDocument::from(&problem)).unwrap();
        assert!(!json.contains("cause") && !json.contains("detail"), "{json}");
    }
}
