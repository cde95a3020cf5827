//! Operations that need a second person: asked for, seen, decided.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::approvals::{self, Approval, Decision, Kind, State, Wanted};
use crate::audit::Context;
use crate::auth::{Account, Role, SecurityAdmin, SignedIn};
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::publish;
use crate::store::approvals::{self as rows, ApprovalRow, Filter};

mod query;

use query::ApprovalQuery;

/// Sorts behind every id.
const LAST: &str = "zzzz";

/// An export that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedExport {
    /// What is to be exported.
    export: Export,
    /// What of it, as the export takes it.
    #[serde(default)]
    #[schema(value_type = Object)]
    payload: Map<String, Value>,
    /// What for: 1 to 200 characters.
    reason: String,
}

/// What can be exported in bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// Certificates of the division; for operators.
    Certificates,
    /// The audit log; for audit administrators.
    AuditLog,
}

/// Approvals.
#[derive(Serialize, ToSchema)]
pub struct Approvals {
    /// Newest first, at most 100.
    approvals: Vec<Approval>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// The approvals one may see: those one asked for; all of one's division for security and audit administrators.
#[utoipa::path(get, path = "/v1/approvals", tag = "administration", operation_id = "list_approvals",
    security(("session" = [])), params(ApprovalQuery),
    responses((status = 200, description = "Newest first", body = Approvals)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<ApprovalQuery>,
) -> Result<web::Json<Approvals>, Problem> {
    let query = query.into_inner();
    let divisions = if sees_all(&account) {
        account.divisions(query.division)?
    } else {
        (String::new(), LAST.to_owned())
    };
    let filter = Filter {
        state: query.state.map(word),
        requested_by: (!sees_all(&account)).then_some(account.id),
        divisions,
        before: query.before.unwrap_or_else(|| LAST.to_owned()),
        limit: PAGE,
    };
    let now = app.clock.now();
    let found = app.db.read::<_, Problem, _>(move |conn| Ok(rows::list(conn, &filter)?)).await?;
    let next_before = next(&found, |row| row.id.clone());
    let approvals = found.into_iter().map(|row| Approval::of(row, now)).collect::<Result<_, _>>()?;
    Ok(web::Json(Approvals { approvals, next_before }))
}

/// One approval.
#[utoipa::path(get, path = "/v1/approvals/{id}", tag = "administration", operation_id = "approval",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the approval")),
    responses((status = 200, description = "The approval", body = Approval)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Approval>, Problem> {
    let integrity = app.integrity.clone();
    let find = move |conn: &mut _| -> Result<ApprovalRow, Problem> {
        let row = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        integrity.check(&row)?;
        if sees_all(&account) {
            account.require_jurisdiction(row.division.as_deref())?;
        } else if row.requested_by != account.id {
            return Err(Code::NotFound.into());
        }
        Ok(row)
    };
    Ok(web::Json(Approval::of(app.db.read(find).await?, app.clock.now())?))
}

/// Asks for a bulk export. Once approved, the export is had once, by the account that asked, within 72 hours.
#[utoipa::path(post, path = "/v1/approvals", tag = "administration", operation_id = "request_export",
    security(("session" = [])), request_body = WantedExport,
    responses(
        (status = 202, description = "Waits for a security administrator", body = Approval),
        (status = 422, description = "The reason does not fit")))]
pub async fn create(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    Json(wanted): Json<WantedExport>,
) -> Result<HttpResponse, Problem> {
    let object = match (wanted.export, account.role) {
        (Export::Certificates, Role::Operator) => "certificates",
        (Export::AuditLog, Role::AuditAdmin) => "audit_log",
        _ => return Err(Code::WrongRole.into()),
    };
    let wanted = Wanted {
        id: app.new_id().to_string(),
        kind: Kind::BulkExport,
        object: object.to_owned(),
        payload: Value::Object(wanted.payload),
        division: account.division.clone(),
        by: account.id.clone(),
        reason: wanted.reason,
    };
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let ask = move |conn: &mut _| {
        let approval = approvals::request(conn, &integrity, wanted, now)?;
        audit.append(conn, approvals::requested(context.by(&account), &approval))?;
        Ok::<_, Problem>(approval)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}

/// Decides on an approval: another account than the one that asked. What is approved is done at once, but for exports.
#[utoipa::path(post, path = "/v1/approvals/{id}/decision", tag = "administration", operation_id = "decide",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the approval")),
    request_body = Decision,
    responses(
        (status = 200, description = "Decided", body = Approval),
        (status = 409, description = "It is decided or over, or what it is about has changed"),
        (status = 422, description = "A refusal needs a reason")))]
pub async fn decide(
    app: web::Data<App>,
    SecurityAdmin(account): SecurityAdmin,
    context: Context,
    id: web::Path<String>,
    Json(decision): Json<Decision>,
) -> Result<web::Json<Approval>, Problem> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let decide = move |conn: &mut _| {
        let row = approvals::decide(conn, &integrity, &id, &account, decision, now)?;
        audit.append_all(conn, &approvals::decided(&context.by(&account), &row))?;
        Ok::<_, Problem>(row)
    };
    let row = app.db.write(decide).await?;
    if row.kind == Kind::KeyRevocation.word() && row.executed_at.is_some() {
        publish::after_revocation(&app).await;
    }
    Ok(web::Json(Approval::of(row, now)?))
}

fn sees_all(account: &Account) -> bool {
    matches!(account.role, Role::SecurityAdmin | Role::AuditAdmin)
}

fn word(state: State) -> &'static str {
    match state {
        State::Pending | State::Expired => "pending",
        State::Approved => "approved",
        State::Refused => "refused",
    }
}
