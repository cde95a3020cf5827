//! Frozen figures and the annual report made from them.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::Operator;
use crate::extract::Json;
use crate::kpi::annual;
use crate::kpi::reports::{self, Assessment, Report, WantedReport};
use crate::problem::{Code, Problem};
use crate::routes::list::{PAGE, next};
use crate::store::score_reports as rows;

/// What the page may do: nothing but look as it says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Where to go on with a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Those after the one with this id.
    after: Option<String>,
}

/// Reports.
#[derive(Serialize, ToSchema)]
pub struct Reports {
    /// Oldest first, at most 100.
    reports: Vec<Report>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Freezes the figures of the province with the evidence behind them: for operators of the province.
#[utoipa::path(post, path = "/v1/kpi/reports", tag = "kpi", operation_id = "freeze_figures",
    security(("session" = [])), request_body = WantedReport,
    responses(
        (status = 201, description = "Frozen", body = Report),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    Json(wanted): Json<WantedReport>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(reports::freeze(&app, context, operator, wanted).await?))
}

/// Frozen figures.
#[utoipa::path(get, path = "/v1/kpi/reports", tag = "kpi", operation_id = "list_reports",
    security(("session" = [])),
    params(("after" = Option<String>, Query, description = "Those after the one with this id")),
    responses((status = 200, description = "Oldest first", body = Reports)))]
pub async fn list(
    app: web::Data<App>,
    _: Operator,
    page: web::Query<After>,
) -> Result<web::Json<Reports>, Problem> {
    let after = page.into_inner().after.unwrap_or_default();
    let found = app.db.read::<_, Problem, _>(move |conn| Ok(rows::list(conn, &after, PAGE)?)).await?;
    let next_after = next(&found, |row| row.id.clone());
    let reports = found.into_iter().map(Report::of).collect::<Result<_, _>>()?;
    Ok(web::Json(Reports { reports, next_after }))
}

/// A report, beside the figures of now.
#[utoipa::path(get, path = "/v1/kpi/reports/{id}", tag = "kpi", operation_id = "report",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "The report", body = Report)))]
pub async fn one(
    app: web::Data<App>,
    _: Operator,
    id: web::Path<String>,
) -> Result<web::Json<Report>, Problem> {
    let now = app.clock.now();
    Ok(web::Json(app.db.read(move |conn| reports::compared(conn, &id, now)).await?))
}

/// Writes the self-assessment of a report; the figures stay as they are.
#[utoipa::path(put, path = "/v1/kpi/reports/{id}/assessment", tag = "kpi", operation_id = "write_assessment",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")),
    request_body = Assessment,
    responses(
        (status = 200, description = "Written", body = Report),
        (status = 422, description = "`unfit_value`")))]
pub async fn assess(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(assessment): Json<Assessment>,
) -> Result<web::Json<Report>, Problem> {
    Ok(web::Json(reports::assess(&app, context, operator, id.into_inner(), assessment).await?))
}

/// The annual report as a page that prints well: figures, a chart, the self-assessment.
#[utoipa::path(get, path = "/v1/kpi/reports/{id}/page", tag = "kpi", operation_id = "report_page",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "The page", body = str, content_type = "text/html")))]
pub async fn page(app: web::Data<App>, _: Operator, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let report = find(&app, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(annual::page(&report)))
}

/// The annual report as a workbook: figures, cities with a chart, evidence, the self-assessment.
#[utoipa::path(get, path = "/v1/kpi/reports/{id}/workbook", tag = "kpi", operation_id = "report_workbook",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the report")),
    responses((status = 200, description = "XLSX", body = Vec<u8>, content_type = XLSX)))]
pub async fn workbook(
    app: web::Data<App>,
    _: Operator,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let report = find(&app, id.into_inner()).await?;
    let name = format!("attachment; filename=\"annual-report-{}.xlsx\"", report.year);
    Ok(HttpResponse::Ok()
        .content_type(XLSX)
        .insert_header((CONTENT_DISPOSITION, name))
        .body(annual::workbook(&report)?))
}

async fn find(app: &App, id: String) -> Result<Report, Problem> {
    let find = move |conn: &mut _| Ok(rows::find(conn, &id)?.ok_or(Code::NotFound)?);
    Report::of(app.db.read::<_, Problem, _>(find).await?)
}
