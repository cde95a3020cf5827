//! An application as people see it: whole for operators of its division, since they are who it is written by and for.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Form, Operation, State};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::maintenance::{self as rows, ApplicationRow, Filter};
use crate::vault::{Column, Vault};

/// An application in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceSummary)]
pub struct ApplicationSummary {
    /// UUIDv7.
    pub(super) id: String,
    /// What people call it.
    #[schema(example = "WH2026-0001")]
    pub(super) number: String,
    /// Jurisdiction of whoever applies; absent: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    /// What is to be done in the ministry's system.
    pub(super) operation: Operation,
    /// How it stands.
    pub(super) state: State,
    /// The account that wrote it.
    created_by: String,
    /// When.
    pub(super) created_at: Timestamp,
    /// When it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) submitted_at: Option<Timestamp>,
    /// The account that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided_at: Option<Timestamp>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// When it was completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) completed_at: Option<Timestamp>,
}

/// An application.
#[derive(Serialize, ToSchema)]
#[schema(as = MaintenanceApplication)]
pub struct Application {
    #[serde(flatten)]
    pub(super) summary: ApplicationSummary,
    /// The form.
    pub(super) form: Form,
    /// By which events its certificates were changed, once it is completed.
    pub(super) changes: Vec<Change>,
}

impl Application {
    /// How many certificates it is about.
    #[must_use]
    pub fn certificates(&self) -> usize {
        self.form.items.len()
    }
}

/// By which event a certificate was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MaintenanceChange)]
pub struct Change {
    /// Id of the certificate.
    certificate_id: String,
    /// Id of the event in its history.
    event_id: String,
}

/// One application.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`].
pub fn show(conn: &mut Conn, vault: &Vault, by: &Account, id: &str) -> Result<Application, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    by.require_jurisdiction(row.division.as_deref())?;
    let plain = vault.open_bytes(&Column::MaintenanceForm.of(&row.id), &row.form_ciphertext)?;
    let form = serde_json::from_slice(&plain).map_err(|_| Problem::internal("a form that is none"))?;
    let changes = rows::items_of(conn, id)?.into_iter().filter_map(|item| {
        let certificate_id = item.certificate_id;
        item.event_id.map(|event_id| Change { certificate_id, event_id })
    });
    Ok(Application { changes: changes.collect(), form, summary: ApplicationSummary::of(row)? })
}

/// Applications of a jurisdiction, newest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<ApplicationSummary>, Problem> {
    rows::page(conn, filter)?.into_iter().map(ApplicationSummary::of).collect()
}

impl ApplicationSummary {
    /// As it is shown.
    ///
    /// # Errors
    /// When the row is none that this program wrote.
    pub fn of(row: ApplicationRow) -> Result<Self, Problem> {
        let unknown = |()| Problem::internal("an application of no known kind");
        Ok(Self {
            operation: row.operation.parse().map_err(unknown)?,
            state: row.state.parse().map_err(unknown)?,
            id: row.id,
            number: row.number,
            division: row.division,
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            submitted_at: row.submitted_at.map(Timestamp),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(Timestamp),
            refusal: row.refusal,
            completed_at: row.completed_at.map(Timestamp),
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}
