//! Applications to maintain the province's certificates in the ministry's system.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Operator};
use crate::extract::Json;
use crate::maintenance::{self, Application, ApplicationSummary, Draft, State, Verdict};
use crate::outflow::Outflow;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::maintenance::{ApplicationRow, Filter};

mod query;

use query::MaintenanceQuery;

/// Sorts behind every id.
const LAST: &str = "zzzz";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Applications.
#[derive(Serialize, ToSchema)]
pub struct MaintenanceApplications {
    /// Newest first, at most 100.
    applications: Vec<ApplicationSummary>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// Applications of the division.
#[utoipa::path(get, path = "/v1/maintenance-applications", tag = "supervision",
    operation_id = "list_maintenance_applications", security(("session" = [])), params(MaintenanceQuery),
    responses((status = 200, description = "Newest first", body = MaintenanceApplications)))]
pub async fn list(
    app: web::Data<App>,
    Operator(account): Operator,
    query: web::Query<MaintenanceQuery>,
) -> Result<web::Json<MaintenanceApplications>, Problem> {
    let query = query.into_inner();
    let filter = Filter {
        state: query.state.map(State::word),
        divisions: account.divisions(query.division)?,
        before: query.before.unwrap_or_else(|| LAST.to_owned()),
        limit: PAGE,
    };
    let applications = app.db.read(move |conn| maintenance::list(conn, &filter)).await?;
    let next_before = next(&applications, |last| last.id().to_owned());
    Ok(web::Json(MaintenanceApplications { applications, next_before }))
}

/// One application.
#[utoipa::path(get, path = "/v1/maintenance-applications/{id}", tag = "supervision",
    operation_id = "maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")),
    responses((status = 200, description = "The application", body = Application)))]
pub async fn one(
    app: web::Data<App>,
    Operator(account): Operator,
    id: web::Path<String>,
) -> Result<web::Json<Application>, Problem> {
    let vault = Arc::clone(&app.vault);
    Ok(web::Json(app.db.read(move |conn| maintenance::show(conn, &vault, &account, &id)).await?))
}

/// Drafts an application about certificates of the division.
#[utoipa::path(post, path = "/v1/maintenance-applications", tag = "supervision",
    operation_id = "draft_maintenance_application", security(("session" = [])), request_body = Draft,
    responses(
        (status = 201, description = "Drafted", body = ApplicationSummary),
        (status = 404, description = "There is no such certificate"),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    Json(draft): Json<Draft>,
) -> Result<HttpResponse, Problem> {
    let server = app.clone();
    let create = move |conn: &mut Conn, by: &Account| {
        maintenance::create(conn, &server, by, &draft, server.clock.now())
    };
    let summary = step(&app, account, context, Action::MaintenanceDrafted, create).await?;
    Ok(HttpResponse::Created().json(summary))
}

/// Changes a draft of one's own.
#[utoipa::path(put, path = "/v1/maintenance-applications/{id}", tag = "supervision",
    operation_id = "change_maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")), request_body = Draft,
    responses(
        (status = 200, description = "Changed", body = ApplicationSummary),
        (status = 409, description = "`application_state`, `changed_meanwhile`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn change(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
    Json(draft): Json<Draft>,
) -> Result<HttpResponse, Problem> {
    let server = app.clone();
    let change = move |conn: &mut Conn, by: &Account| maintenance::change(conn, &server, by, &id, &draft);
    let summary = step(&app, account, context, Action::MaintenanceDrafted, change).await?;
    Ok(HttpResponse::Ok().json(summary))
}

/// Submits a draft of one's own: another operator decides.
#[utoipa::path(post, path = "/v1/maintenance-applications/{id}/submission", tag = "supervision",
    operation_id = "submit_maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")),
    responses(
        (status = 200, description = "Submitted", body = ApplicationSummary),
        (status = 409, description = "`application_state`, `changed_meanwhile`")))]
pub async fn submit(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (iss, now) = (app.config.iss.clone(), app.clock.now());
    let submit = move |conn: &mut Conn, by: &Account| maintenance::submit(conn, by, &id, &iss, now);
    let summary = step(&app, account, context, Action::MaintenanceSubmitted, submit).await?;
    Ok(HttpResponse::Ok().json(summary))
}

/// Takes back what one wrote, as long as nobody decided.
#[utoipa::path(delete, path = "/v1/maintenance-applications/{id}", tag = "supervision",
    operation_id = "withdraw_maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")),
    responses(
        (status = 200, description = "Withdrawn; it stays in the list", body = ApplicationSummary),
        (status = 409, description = "`application_state`, `changed_meanwhile`")))]
pub async fn withdraw(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let withdraw = move |conn: &mut Conn, by: &Account| maintenance::withdraw(conn, by, &id);
    let summary = step(&app, account, context, Action::MaintenanceWithdrawn, withdraw).await?;
    Ok(HttpResponse::Ok().json(summary))
}

/// Decides on what another operator submitted.
#[utoipa::path(post, path = "/v1/maintenance-applications/{id}/decision", tag = "supervision",
    operation_id = "decide_maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")), request_body = Verdict,
    responses(
        (status = 200, description = "Decided", body = ApplicationSummary),
        (status = 403, description = "`own_approval`, `other_division`"),
        (status = 409, description = "`application_state`, `changed_meanwhile`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn decide(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
    Json(verdict): Json<Verdict>,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let decide = move |conn: &mut Conn, by: &Account| maintenance::decide(conn, by, &id, verdict, now);
    let summary = step(&app, account, context, Action::MaintenanceDecided, decide).await?;
    Ok(HttpResponse::Ok().json(summary))
}

/// Completes an approved application: each of its certificates must have changed since it was submitted.
#[utoipa::path(post, path = "/v1/maintenance-applications/{id}/completion", tag = "supervision",
    operation_id = "complete_maintenance_application", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")),
    responses(
        (status = 200, description = "Completed", body = ApplicationSummary),
        (status = 409, description = "`application_state`, `nothing_changed`, `changed_meanwhile`")))]
pub async fn complete(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let complete = move |conn: &mut Conn, by: &Account| maintenance::complete(conn, by, &id, now);
    let summary = step(&app, account, context, Action::MaintenanceCompleted, complete).await?;
    Ok(HttpResponse::Ok().json(summary))
}

/// The form as a spreadsheet. Each certificate it names counts as exported.
#[utoipa::path(get, path = "/v1/maintenance-applications/{id}/form", tag = "supervision",
    operation_id = "maintenance_form", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the application")),
    responses(
        (status = 200, description = "XLSX", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 429, description = "`record_limit`")))]
pub async fn form(
    app: web::Data<App>,
    Operator(account): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (server, now) = (app.clone(), app.clock.now());
    let entry =
        Entry::new(Action::DataExported, context.by(&account)).on("maintenance_application", id.as_str());
    let make = move |conn: &mut Conn| {
        let application = maintenance::show(conn, &server.vault, &account, &id)?;
        let records = u32::try_from(application.certificates()).unwrap_or(u32::MAX);
        Outflow::Export.take(conn, &server.config, &account, records, now)?;
        let sheet = maintenance::sheet(conn, &application)?;
        server.audit.append(conn, entry)?;
        Ok::<_, Problem>(sheet)
    };
    let sheet = app.db.write(make).await?;
    let name = ("content-disposition", "attachment; filename=\"maintenance.xlsx\"");
    Ok(HttpResponse::Ok().content_type(XLSX).insert_header(name).body(sheet))
}

/// Takes a step and audits it, in one transaction.
async fn step(
    app: &App,
    account: Account,
    context: Context,
    action: Action,
    step: impl FnOnce(&mut Conn, &Account) -> Result<ApplicationRow, Problem> + Send + 'static,
) -> Result<ApplicationSummary, Problem> {
    let audit = app.audit.clone();
    let take = move |conn: &mut Conn| {
        let row = step(conn, &account)?;
        let entry = Entry::new(action, context.by(&account)).on("maintenance_application", row.id.as_str());
        audit.append(conn, entry.detail("state", row.state.as_str()))?;
        ApplicationSummary::of(row)
    };
    app.db.write(take).await
}
