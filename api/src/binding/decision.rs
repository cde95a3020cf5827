//! What an operator decides: whether a person may act for an organisation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Binding, ORGANISATION, add_account, holder, holder_row, unfit};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::config::Secret;
use crate::problem::{Code, Problem};
use crate::store::bindings::{self as rows, BindingRow, Decision};
use crate::store::holders;
use crate::store::{Conn, StoreError};
use crate::vault::{Column, Vault, VaultError};

/// Most requests of one page.
const PAGE: i64 = 100;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// A request that waits for a decision.
#[derive(Serialize, ToSchema)]
pub struct Pending {
    /// UUIDv7.
    id: String,
    /// 统一社会信用代码 of the organisation.
    organisation_code: String,
    /// Its name as the applicant wrote it.
    organisation_name: String,
    /// Its name on its certificates; none: no certificate names an organisation of this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_on_record: Option<String>,
    /// Who wants to act for it, as the real-name service confirmed the name.
    applicant: String,
    /// The number of the real-name service's own record.
    real_name_reference: String,
    /// Whose operators decide.
    division: String,
    /// When it was asked for.
    requested_at: Timestamp,
}

/// What an operator decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Whether the person may act for the organisation.
    approve: bool,
    /// Why; a refusal needs it, and the applicant reads it. At most 200 characters.
    #[serde(default)]
    reason: Option<String>,
}

/// The requests of a division, or of all that this operator may decide, oldest first, those after `after`.
///
/// # Errors
/// [`Code::BadQuery`] for what is no division, [`Code::OtherDivision`] for one that is not the operator's.
pub fn pending(
    conn: &mut Conn,
    vault: &Vault,
    operator: &Account,
    division: Option<String>,
    after: &str,
) -> Result<Vec<Pending>, Problem> {
    let prefix = division.or_else(|| operator.division.clone()).unwrap_or_default();
    if !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Code::BadQuery.into());
    }
    operator.require_jurisdiction((!prefix.is_empty()).then_some(prefix.as_str()))?;
    let rows = rows::pending(conn, &prefix, after, PAGE)?;
    rows.into_iter().map(|row| Pending::of(conn, vault, row)).collect()
}

/// Decides a request.
///
/// # Errors
/// [`Code::NotFound`] when there is none, [`Code::OtherDivision`] when it is not this operator's to decide;
/// [`Code::BindingDecided`] when a colleague was first; [`Code::UnfitValue`] for a refusal without a reason.
pub async fn decide(
    app: &App,
    operator: Account,
    context: Context,
    id: String,
    decided: Decided,
) -> Result<Binding, Problem> {
    let reason = decided.reason()?;
    let now = app.clock.now();
    let asked = id.clone();
    let asked = app.db.read::<_, StoreError, _>(move |conn| rows::find(conn, &asked)).await?;
    let asked = asked.ok_or(Code::NotFound)?;
    // Encrypted ahead, so that the transaction need not wait for it. What was asked for never changes.
    let code = organisation_code(&app.vault, &asked)?;
    let name = asked.organisation_name.unwrap_or_default();
    let organisation = holder_row(app, ORGANISATION, code.reveal(), name)?;
    let (integrity, audit, context) = (app.integrity.clone(), app.audit.clone(), context.by(&operator));
    let work = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        operator.require_division(row.division.as_deref().ok_or(Code::NotFound)?)?;
        let decision = Decision {
            state: if decided.approve { "bound" } else { "refused" },
            account_id: decided.approve.then_some(&id),
            decided_at: now.millis(),
            decided_by: &operator.id,
            reason: reason.as_deref(),
        };
        if decided.approve && row.state == "pending" {
            let holder_id = holder(conn, organisation)?;
            add_account(
                conn,
                &integrity,
                &row.id,
                row.applicant.clone().unwrap_or_default(),
                holder_id,
                now,
            )?;
        }
        if !rows::decide(conn, &id, &decision)? {
            return Err(Code::BindingDecided.into());
        }
        let user = rows::of_user(conn, &row.wechat_user_id)?;
        let known = user.into_iter().find(|(known, ..)| known.id == id).ok_or(Code::NotFound)?;
        audit.append_all(conn, &entries(&context, &row, decided.approve))?;
        Ok(known)
    };
    Ok(Binding::of(app.db.write(work).await?))
}

/// What is audited: the decision, and the account that came of it.
fn entries(context: &Context, row: &BindingRow, approved: bool) -> Vec<Entry> {
    let entry = |action, kind| {
        let entry = Entry::new(action, context.clone()).on(kind, row.id.as_str());
        entry.in_division(row.division.as_deref().unwrap_or_default())
    };
    if !approved {
        return vec![entry(Action::ApprovalRefused, "binding")];
    }
    let bound = entry(Action::IdentityBound, "account").detail("wechat_user", row.wechat_user_id.as_str());
    vec![entry(Action::ApprovalGiven, "binding"), bound]
}

impl Decided {
    fn reason(&self) -> Result<Option<String>, Problem> {
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        match reason {
            None if !self.approve => Err(unfit("reason", "missing")),
            Some(reason) if reason.chars().count() > LONGEST_REASON => {
                Err(unfit("reason", "not_1_to_200_characters"))
            }
            reason => Ok(reason.map(str::to_owned)),
        }
    }
}

impl Pending {
    fn of(conn: &mut Conn, vault: &Vault, row: BindingRow) -> Result<Self, Problem> {
        let code = organisation_code(vault, &row)?;
        let index = row.organisation_code_index.unwrap_or_default();
        let on_record = holders::find_by_typed_code(conn, ORGANISATION, &index)?;
        Ok(Self {
            id: row.id,
            organisation_code: code.reveal().to_owned(),
            organisation_name: row.organisation_name.unwrap_or_default(),
            name_on_record: on_record.map(|holder| holder.name),
            applicant: row.applicant.unwrap_or_default(),
            real_name_reference: row.real_name_reference,
            division: row.division.unwrap_or_default(),
            requested_at: Timestamp(row.requested_at),
        })
    }
}

/// The code of the organisation that was asked for; of a person's binding, none.
fn organisation_code(vault: &Vault, row: &BindingRow) -> Result<Secret, VaultError> {
    match &row.organisation_code_ciphertext {
        Some(ciphertext) => vault.open_text(&Column::OrganisationCode.of(&row.id), ciphertext),
        None => Ok(Secret::default()),
    }
}
