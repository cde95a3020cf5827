//! The audit log, for audit administrators.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::AuditAdmin;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::audit::AuditRow;
use crate::store::audit::search::{self, Search};

mod wanted;

use wanted::Wanted;

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
pub struct Entries {
    /// Newest first.
    entries: Vec<Shown>,
    /// Where the next page goes on; absent when this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<i64>,
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct Shown {
    /// Its place in the chain.
    seq: i64,
    /// UUIDv7.
    id: String,
    /// When it was written.
    at: Timestamp,
    /// Who: the id of an account, `system`, or `os:` and a name; absent: not signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// As what.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// The client's address. Personal.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The client's device, as it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// What was done.
    #[schema(example = "session.begun")]
    action: String,
    /// To what kind of thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    object_kind: Option<String>,
    /// To which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    object_id: Option<String>,
    /// The division it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    /// `success`, `refused` or `failed`.
    #[schema(example = "success")]
    result: String,
    /// Why: a stable code.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Something more, by name.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

/// The audit log, newest first. That it was looked at is itself written there.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", operation_id = "audit", security(("session" = [])),
    params(Wanted),
    responses((status = 200, description = "Up to 100 entries", body = Entries)))]
pub async fn list(
    app: web::Data<App>,
    AuditAdmin(admin): AuditAdmin,
    context: Context,
    wanted: web::Query<Wanted>,
) -> Result<web::Json<Entries>, Problem> {
    let wanted = wanted.into_inner().search()?;
    if let Some(wanted) = &wanted.division {
        // A jurisdiction covers what lies below it.
        if admin.division.as_ref().is_some_and(|own| !wanted.starts_with(own.as_str())) {
            return Err(Code::OtherDivision.into());
        }
    }
    let wanted = Search { division: wanted.division.clone().or_else(|| admin.division.clone()), ..wanted };
    app.audit.record(entry(context.by(&admin), &wanted)).await?;
    let rows = app.db.read(move |conn| search::search(conn, &wanted, PAGE)).await?;
    Ok(web::Json(Entries {
        next_before: next(&rows, |row| row.seq),
        entries: rows.into_iter().map(Shown::from).collect(),
    }))
}

/// What the log has of a search: what was asked about, and not whether it was found.
fn entry(context: Context, wanted: &Search) -> Entry {
    let asked = [
        ("actor", &wanted.actor),
        ("action", &wanted.action),
        ("object_kind", &wanted.object_kind),
        ("object_id", &wanted.object_id),
        ("result", &wanted.result),
        ("division", &wanted.division),
    ];
    let asked = asked.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let entry = Entry::new(Action::AuditRead, context);
    asked.fold(entry, |entry, (name, value)| entry.detail(name, value))
}

impl From<AuditRow> for Shown {
    fn from(row: AuditRow) -> Self {
        Self {
            seq: row.seq,
            id: row.id,
            at: Timestamp(row.at),
            actor: row.actor,
            role: row.role,
            address: row.address,
            device: row.device,
            request_id: row.request_id,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            division: row.division,
            result: row.result,
            reason: row.reason,
            details: serde_json::from_str(&row.details).unwrap_or_default(),
        }
    }
}
