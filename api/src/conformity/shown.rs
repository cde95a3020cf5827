//! 不规范数据 as people see it, and which of it they ask for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use verifier_core::ids::Kind;

use super::rules::{self, Grade};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::store::conformity::nonconformities::{Filter, NonconformityRow};
use crate::store::conformity::requests::RequestRow;

/// Which are asked for: every condition that is given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NonconformityQuery {
    /// Two, four or six digits of GB/T 2260; the account's own jurisdiction unless given.
    #[param(example = "2101")]
    division: Option<String>,
    /// One kind, by its three digits.
    #[param(example = "013")]
    kind: Option<String>,
    /// One rule, by its name.
    #[param(example = "plate_twice")]
    rule: Option<String>,
    /// One severity.
    #[param(inline)]
    severity: Option<FoundSeverity>,
    /// One state; all but closed ones unless given.
    #[param(inline)]
    state: Option<NonconformityState>,
    /// One certificate, by its id.
    certificate: Option<String>,
    /// Which come first: the oldest unless given.
    #[param(inline)]
    sort: Option<NonconformitySort>,
    /// Beyond the one with this id: `next_after` of the answer before.
    after: Option<String>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundSeverity {
    /// The certificate does not conform.
    Error,
    /// It does.
    Warning,
}

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NonconformityState {
    /// It stands.
    Open,
    /// It stands, and its correction was asked for.
    CorrectionRequested,
    /// 确认为例外: it stands, and does not count.
    Excepted,
    /// It is gone.
    Closed,
}

/// Which come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NonconformitySort {
    /// Those found first.
    Oldest,
    /// Those found last.
    Newest,
}

impl NonconformityState {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CorrectionRequested => "correction_requested",
            Self::Excepted => "excepted",
            Self::Closed => "closed",
        }
    }
}

impl NonconformityQuery {
    /// What is asked for, if this account may.
    ///
    /// # Errors
    /// [`Code::BadQuery`] with what does not fit, [`Code::OtherDivision`].
    pub fn filter(self, account: &Account, limit: i64) -> Result<Filter, Problem> {
        let fits = [
            ("kind", self.kind.as_deref().is_none_or(|kind| Kind::from_code(kind).is_some())),
            ("rule", self.rule.as_deref().is_none_or(|rule| rules::find(rule).is_some())),
        ];
        let findings: Vec<_> = fits
            .into_iter()
            .filter(|(_, fits)| !fits)
            .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
            .collect();
        if !findings.is_empty() {
            return Err(Problem::new(Code::BadQuery).findings(findings));
        }
        let standing = vec!["open", "correction_requested", "excepted"];
        Ok(Filter {
            divisions: account.divisions(self.division)?,
            kind: self.kind,
            rule: self.rule,
            severity: self.severity.map(|severity| match severity {
                FoundSeverity::Error => Grade::Error.word().to_owned(),
                FoundSeverity::Warning => Grade::Warning.word().to_owned(),
            }),
            states: self.state.map_or(standing, |state| vec![state.word()]),
            certificate_id: self.certificate,
            newest_first: self.sort == Some(NonconformitySort::Newest),
            after: self.after,
            limit,
        })
    }
}

/// What does not fit in a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Nonconformity {
    /// UUIDv7.
    id: String,
    /// The certificate's id.
    certificate_id: String,
    /// The certificate's kind.
    #[schema(example = "013")]
    kind: String,
    /// The certificate's division.
    #[schema(example = "210100")]
    division: String,
    /// The rule that is broken.
    #[schema(example = "plate_twice")]
    rule: String,
    /// `error` or `warning`.
    #[schema(example = "error")]
    severity: String,
    /// The names of the items concerned; never their values.
    items: Vec<String>,
    /// What is wrong, in Chinese.
    message_zh: &'static str,
    /// What is wrong, in English.
    message_en: &'static str,
    /// The standard the rule comes from.
    source: &'static str,
    /// `open`, `correction_requested`, `excepted` or `closed`.
    #[schema(example = "open")]
    state: String,
    /// When it was found.
    first_seen: Timestamp,
    /// When it was there still, to the day.
    last_seen: Timestamp,
    /// When it was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
    /// `corrected` by a new version, `resolved` by something else, `not_in_force` any more, or `rule_off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_as: Option<String>,
    /// The version in force when it was gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_version: Option<i32>,
    /// The account that sees to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_account: Option<String>,
    /// The division that sees to it.
    assigned_division: String,
    /// The approval that made it an exception, of the newest exception there was.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_approval: Option<String>,
}

/// A request for correction (补正).
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionRequest {
    /// UUIDv7.
    id: String,
    /// What is to be corrected.
    nonconformity_id: String,
    /// In which certificate.
    certificate_id: String,
    /// The certificate's division.
    division: String,
    /// What the issuer is told.
    message: String,
    /// The account that asks.
    requested_by: String,
    /// When.
    requested_at: Timestamp,
    /// When a check found it done; absent: it is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Timestamp>,
}

impl From<NonconformityRow> for Nonconformity {
    fn from(row: NonconformityRow) -> Self {
        // A rule that this version of the program no longer has keeps its name.
        let rule = rules::find(&row.rule);
        Self {
            message_zh: rule.map_or("", |rule| rule.text_zh),
            message_en: rule.map_or("", |rule| rule.text_en),
            source: rule.map_or("", |rule| rule.source),
            items: row.items.split_whitespace().map(str::to_owned).collect(),
            id: row.id,
            certificate_id: row.certificate_id,
            kind: row.kind,
            division: row.division,
            rule: row.rule,
            severity: row.severity,
            state: row.state,
            first_seen: Timestamp(row.first_seen),
            last_seen: Timestamp(row.last_seen),
            closed_at: row.closed_at.map(Timestamp),
            closed_as: row.closed_as,
            closed_version: row.closed_version,
            assigned_account: row.assigned_account,
            assigned_division: row.assigned_division,
            exception_approval: row.exception_approval,
        }
    }
}

impl From<RequestRow> for CorrectionRequest {
    fn from(row: RequestRow) -> Self {
        Self {
            id: row.id,
            nonconformity_id: row.nonconformity_id,
            certificate_id: row.certificate_id,
            division: row.division,
            message: row.message,
            requested_by: row.requested_by,
            requested_at: Timestamp(row.requested_at),
            answered_at: row.answered_at.map(Timestamp),
        }
    }
}
