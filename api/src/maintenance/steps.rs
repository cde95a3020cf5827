//! What may follow what: a draft is changed and submitted by who wrote it, decided by another operator, completed when
//! its certificates have changed. Of two at once, on whatever servers, one succeeds.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Form, Operation, State};
use crate::app::App;
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::store::maintenance::{self as rows, ApplicationRow, ItemRow};
use crate::store::{Conn, certificates, events};
use crate::vault::{Column, Vault};

/// How often a number is tried anew when another application took it.
const TRIES: i64 = 5;
/// Longest reason of a refusal, in characters.
const MAX_REFUSAL: usize = 200;

/// An application as it is drafted.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceDraft)]
pub struct Draft {
    /// What is to be done.
    pub operation: Operation,
    /// The form.
    pub form: Form,
}

/// What another operator decides.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceVerdict)]
pub struct Verdict {
    /// Whether it may be sent to the ministry.
    pub approve: bool,
    /// Why not: 1 to 200 characters, where it may not.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Drafts an application.
///
/// # Errors
/// [`Code::UnfitValue`]; [`Code::NotFound`] and [`Code::OtherDivision`] for a certificate.
pub fn create(
    conn: &mut Conn,
    app: &App,
    by: &Account,
    draft: &Draft,
    now: Timestamp,
) -> Result<ApplicationRow, Problem> {
    require_certificates(conn, by, &draft.form)?;
    let id = app.new_id().to_string();
    let mut row = ApplicationRow {
        number: String::new(),
        division: by.division.clone(),
        operation: draft.operation.word().to_owned(),
        state: State::Draft.word().to_owned(),
        form_ciphertext: sealed(&app.vault, &id, &draft.form)?,
        revision: 1,
        created_by: by.id.clone(),
        created_at: now.millis(),
        submitted_at: None,
        decided_by: None,
        decided_at: None,
        refusal: None,
        completed_at: None,
        id,
    };
    let prefix = format!("WH{}-", now.year());
    let known = rows::count_of(conn, &prefix)?;
    for next in known + 1..=known + TRIES {
        row.number = format!("{prefix}{next:04}");
        if rows::insert(conn, &row)? {
            rows::set_items(conn, &row.id, &items(&row.id, &draft.form))?;
            return Ok(row);
        }
    }
    Err(Problem::new(Code::Unavailable).retry_after(1))
}

/// Changes a draft.
///
/// # Errors
/// As [`create`]; [`Code::ApplicationState`] when it is no draft any more.
pub fn change(
    conn: &mut Conn,
    app: &App,
    by: &Account,
    id: &str,
    draft: &Draft,
) -> Result<ApplicationRow, Problem> {
    let row = own(conn, by, id, &[State::Draft])?;
    require_certificates(conn, by, &draft.form)?;
    rows::set_items(conn, id, &items(id, &draft.form))?;
    let form_ciphertext = sealed(&app.vault, id, &draft.form)?;
    replaced(conn, ApplicationRow { operation: draft.operation.word().to_owned(), form_ciphertext, ..row })
}

/// Submits a draft.
///
/// # Errors
/// [`Code::NotFound`], [`Code::ApplicationState`].
pub fn submit(
    conn: &mut Conn,
    by: &Account,
    id: &str,
    iss: &str,
    now: Timestamp,
) -> Result<ApplicationRow, Problem> {
    let row = own(conn, by, id, &[State::Draft])?;
    let newest = events::newest(conn, iss)?;
    let mut about = rows::items_of(conn, id)?;
    for item in &mut about {
        item.since_seq = newest;
    }
    rows::set_items(conn, id, &about)?;
    moved(conn, ApplicationRow { submitted_at: Some(now.millis()), ..row }, State::Submitted)
}

/// Takes an application back.
///
/// # Errors
/// [`Code::NotFound`], [`Code::ApplicationState`].
pub fn withdraw(conn: &mut Conn, by: &Account, id: &str) -> Result<ApplicationRow, Problem> {
    let row = own(conn, by, id, &[State::Draft, State::Submitted])?;
    moved(conn, row, State::Withdrawn)
}

/// Decides on an application.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`], [`Code::OwnApproval`], [`Code::ApplicationState`],
/// [`Code::UnfitValue`].
pub fn decide(
    conn: &mut Conn,
    by: &Account,
    id: &str,
    verdict: Verdict,
    now: Timestamp,
) -> Result<ApplicationRow, Problem> {
    let row = visible(conn, by, id, &[State::Submitted])?;
    if row.created_by == by.id {
        return Err(Code::OwnApproval.into());
    }
    let row = ApplicationRow { decided_by: Some(by.id.clone()), decided_at: Some(now.millis()), ..row };
    if verdict.approve {
        return moved(conn, row, State::Approved);
    }
    let reason = verdict.reason.unwrap_or_default().trim().to_owned();
    if !(1..=MAX_REFUSAL).contains(&reason.chars().count()) {
        let finding = Finding { item: "reason".into(), rule: "unfit".into(), source: None };
        return Err(Problem::new(Code::UnfitValue).findings(vec![finding]));
    }
    moved(conn, ApplicationRow { refusal: Some(reason), ..row }, State::Refused)
}

/// Completes an application: each certificate has an event younger than its submission, which is linked.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`], [`Code::ApplicationState`]; [`Code::NothingChanged`] with how many have
/// not changed.
pub fn complete(conn: &mut Conn, by: &Account, id: &str, now: Timestamp) -> Result<ApplicationRow, Problem> {
    let row = visible(conn, by, id, &[State::Approved])?;
    let mut unchanged = 0_usize;
    for item in rows::items_of(conn, id)? {
        let newest = events::of_certificate(conn, &item.certificate_id)?.pop();
        match newest.filter(|event| event.seq > item.since_seq) {
            Some(event) => rows::link(conn, id, &item.certificate_id, &event.id)?,
            None => unchanged += 1,
        }
    }
    if unchanged > 0 {
        return Err(Problem::new(Code::NothingChanged).detail(format!("{unchanged} of them")));
    }
    moved(conn, ApplicationRow { completed_at: Some(now.millis()), ..row }, State::Completed)
}

/// The application with this id, if it is of this account's jurisdiction and in one of these states.
fn visible(conn: &mut Conn, by: &Account, id: &str, states: &[State]) -> Result<ApplicationRow, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    by.require_jurisdiction(row.division.as_deref())?;
    if states.iter().any(|state| state.word() == row.state) {
        Ok(row)
    } else {
        Err(Problem::new(Code::ApplicationState).detail(format!("it is {}", row.state)))
    }
}

/// The same, written by this account.
fn own(conn: &mut Conn, by: &Account, id: &str, states: &[State]) -> Result<ApplicationRow, Problem> {
    let row = visible(conn, by, id, states)?;
    if row.created_by == by.id { Ok(row) } else { Err(Code::NotFound.into()) }
}

fn require_certificates(conn: &mut Conn, by: &Account, form: &Form) -> Result<(), Problem> {
    form.check()?;
    for item in &form.items {
        let row = certificates::find(conn, &item.certificate_id)?.ok_or(Code::NotFound)?;
        by.require_division(&row.division)?;
    }
    Ok(())
}

fn items(id: &str, form: &Form) -> Vec<ItemRow> {
    let item = |(ordinal, certificate_id): (i32, &String)| ItemRow {
        application_id: id.to_owned(),
        ordinal,
        certificate_id: certificate_id.clone(),
        since_seq: 0,
        event_id: None,
    };
    (0..).zip(form.items.iter().map(|item| &item.certificate_id)).map(item).collect()
}

fn sealed(vault: &Vault, id: &str, form: &Form) -> Result<Vec<u8>, Problem> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(form).map_err(Problem::internal)?);
    Ok(vault.seal(&Column::MaintenanceForm.of(id), &plain)?)
}

fn moved(conn: &mut Conn, row: ApplicationRow, state: State) -> Result<ApplicationRow, Problem> {
    replaced(conn, ApplicationRow { state: state.word().to_owned(), ..row })
}

fn replaced(conn: &mut Conn, row: ApplicationRow) -> Result<ApplicationRow, Problem> {
    let row = ApplicationRow { revision: row.revision + 1, ..row };
    if rows::replace(conn, &row)? { Ok(row) } else { Err(Code::ChangedMeanwhile.into()) }
}
