//! 亮证不予认可: a certificate was shown and not accepted. Reported by its holder or an officer, decided by an operator
//! of the division it happened in. A confirmed one costs the jurisdiction all points of row 4.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::Division;

use super::unfit;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::refusals::{self as rows, RefusalRow};
use crate::store::{Conn, certificates};
use crate::vault::{Column, Vault};

/// Longest texts, in characters.
const MAX_TEXT: usize = 500;

/// An incident that is reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRefusal {
    /// What was shown: one of the holder's own certificates; for officers any.
    certificate_id: String,
    /// Where it happened: GB/T 2260, six digits.
    #[schema(example = "210102")]
    division: String,
    /// When, not in the future.
    happened_at: Timestamp,
    /// What happened: 1 to 500 characters.
    account: String,
}

/// A decision on an incident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalDecision {
    /// Whether it happened so.
    decision: Finding,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Whether an incident happened so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefusalFinding)]
pub enum Finding {
    /// It did: 查证属实.
    Confirm,
    /// It did not.
    Reject,
}

/// An incident as it is shown.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    /// Its id.
    pub id: String,
    certificate_id: String,
    division: String,
    happened_at: Timestamp,
    /// What happened, in the reporter's words.
    account: String,
    /// `holder` or `officer`.
    reporter_role: String,
    reported_at: Timestamp,
    /// `reported`, `confirmed` or `rejected`.
    state: String,
    decided_at: Option<Timestamp>,
    /// Why it was decided so.
    reason: Option<String>,
}

/// Takes a report in.
///
/// # Errors
/// [`Code::NotFound`] for a certificate that is not the reporter's or not at all, [`Code::UnfitValue`].
pub async fn report(
    app: &Arc<App>,
    context: Context,
    account: Account,
    wanted: WantedRefusal,
) -> Result<Refusal, Problem> {
    let server = Arc::clone(app);
    let work = move |conn: &mut Conn| -> Result<Refusal, Problem> {
        let row = wanted.row(conn, &server, &account)?;
        rows::insert(conn, &row)?;
        let entry = Entry::new(Action::RefusalReported, context.by(&account))
            .on("refusal", row.id.clone())
            .in_division(row.division.clone());
        let shown = Refusal::of(row, &server.vault)?;
        server.audit.append(conn, entry)?;
        Ok(shown)
    };
    app.db.write(work).await
}

impl WantedRefusal {
    fn row(&self, conn: &mut Conn, app: &App, account: &Account) -> Result<RefusalRow, Problem> {
        let now = app.clock.now();
        if Division::parse(&self.division).is_err() {
            return Err(unfit("division", "unfit"));
        }
        if self.happened_at > now || self.happened_at.millis() < 0 {
            return Err(unfit("happened_at", "unfit"));
        }
        let text = fitting(&self.account, "account")?;
        let certificate = certificates::find(conn, &self.certificate_id)?.ok_or(Code::NotFound)?;
        if account.role == Role::Holder && account.holder_id.as_ref() != Some(&certificate.holder_id) {
            return Err(Code::NotFound.into());
        }
        let id = app.new_id().to_string();
        Ok(RefusalRow {
            account_ciphertext: app.vault.seal(&Column::RefusalAccount.of(&id), text.as_bytes())?,
            id,
            certificate_id: certificate.id,
            division: self.division.clone(),
            happened_at: self.happened_at.millis(),
            reported_by: account.id.clone(),
            reporter_role: account.role.word().to_owned(),
            reported_at: now.millis(),
            state: "reported".to_owned(),
            decided_by: None,
            decided_at: None,
            reason: None,
        })
    }
}

/// Decides on an incident, once.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`], [`Code::AlreadyDecided`], [`Code::UnfitValue`].
pub async fn decide(
    app: &Arc<App>,
    context: Context,
    operator: Account,
    id: String,
    decision: RefusalDecision,
) -> Result<Refusal, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    let work = move |conn: &mut Conn| -> Result<Refusal, Problem> {
        let row = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        operator.require_division(&row.division)?;
        let reason = fitting(&decision.reason, "reason")?;
        let state = if decision.decision == Finding::Confirm { "confirmed" } else { "rejected" };
        if !rows::decide(conn, &id, state, (&operator.id, now.millis()), reason)? {
            return Err(Code::AlreadyDecided.into());
        }
        let entry = Entry::new(Action::RefusalDecided, context.by(&operator))
            .on("refusal", id.clone())
            .in_division(row.division)
            .detail("state", state);
        let decided = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        let shown = Refusal::of(decided, &server.vault)?;
        server.audit.append(conn, entry)?;
        Ok(shown)
    };
    app.db.write(work).await
}

impl Refusal {
    /// As it is shown.
    ///
    /// # Errors
    /// When what is stored cannot be opened.
    pub fn of(row: RefusalRow, vault: &Vault) -> Result<Self, Problem> {
        let account = vault.open_bytes(&Column::RefusalAccount.of(&row.id), &row.account_ciphertext)?;
        Ok(Self {
            account: String::from_utf8_lossy(&account).into_owned(),
            id: row.id,
            certificate_id: row.certificate_id,
            division: row.division,
            happened_at: Timestamp(row.happened_at),
            reporter_role: row.reporter_role,
            reported_at: Timestamp(row.reported_at),
            state: row.state,
            decided_at: row.decided_at.map(Timestamp),
            reason: row.reason,
        })
    }
}

fn fitting<'a>(text: &'a str, item: &'static str) -> Result<&'a str, Problem> {
    let text = text.trim();
    if (1..=MAX_TEXT).contains(&text.chars().count()) { Ok(text) } else { Err(unfit(item, "unfit_length")) }
}
