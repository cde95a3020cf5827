//! 不规范数据: listed, assigned, asked to be corrected. None is closed here: the check that no longer finds it does that.

use std::sync::Arc;

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::approvals::{self, Approval};
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Operator, SignedIn, is_prefix};
use crate::conformity::shown::{CorrectionRequest, Nonconformity, NonconformityQuery};
use crate::conformity::{Exception, csv};
use crate::extract::Json;
use crate::outflow::Outflow;
use crate::problem::{Code, Finding, Problem};
use crate::store::conformity::nonconformities::{self as rows, CLOSED, Filter, NonconformityRow};
use crate::store::conformity::requests::{self, RequestRow};
use crate::store::{Conn, accounts, certificates};

mod query;

use query::RequestQuery;

/// Longest message of a request, in characters.
const MAX_MESSAGE: usize = 500;

/// A page of what does not fit.
#[derive(Serialize, ToSchema)]
pub struct Nonconformities {
    /// Up to 100.
    nonconformities: Vec<Nonconformity>,
    /// Where the next page goes on; absent when this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// What does not fit, with what was asked about it.
#[derive(Serialize, ToSchema)]
pub struct NonconformityWithRequests {
    #[serde(flatten)]
    nonconformity: Nonconformity,
    /// Requests for its correction, oldest first.
    correction_requests: Vec<CorrectionRequest>,
}

/// Who is to see to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// An operator or issuer whose jurisdiction covers it; nobody unless given.
    #[serde(default)]
    account: Option<String>,
    /// Two, four or six digits of GB/T 2260, the certificate's division or above; the certificate's own unless given.
    #[serde(default)]
    #[schema(example = "210100")]
    division: Option<String>,
}

/// What an issuer is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedCorrection {
    /// What is to be done: 1 to 500 characters, nothing personal.
    #[schema(example = "请核对车牌颜色后重新报送")]
    message: String,
}

/// Why it is an exception.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedException {
    /// 1 to 200 characters, nothing personal.
    #[schema(example = "进口车辆，车辆识别代号无校验位")]
    reason: String,
}

/// A page of requests for correction.
#[derive(Serialize, ToSchema)]
pub struct CorrectionRequests {
    /// Up to 100, oldest first.
    correction_requests: Vec<CorrectionRequest>,
    /// Where the next page goes on; absent when this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// What does not fit in the certificates of the jurisdiction. With `Accept: text/csv` as a file of up to 10000 rows, which
/// counts as an export.
#[utoipa::path(get, path = "/v1/nonconformities", tag = "conformity", operation_id = "list_nonconformities",
    security(("session" = [])), params(NonconformityQuery),
    responses(
        (status = 200, description = "A page, or a file", content((Nonconformities = "application/json"), (String = "text/csv"))),
        (status = 429, description = "`record_limit`")))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    request: HttpRequest,
    query: web::Query<NonconformityQuery>,
) -> Result<HttpResponse, Problem> {
    if wants_csv(&request) {
        let filter = query.into_inner().filter(&account, csv::ROWS_MAX)?;
        return export(&app, context, account, filter).await;
    }
    let filter = query.into_inner().filter(&account, PAGE)?;
    let found = app.db.read::<_, Problem, _>(move |conn| Ok(rows::page(conn, &filter)?)).await?;
    let next_after = next(&found, |row| row.id.clone());
    let nonconformities = found.into_iter().map(Nonconformity::from).collect();
    Ok(HttpResponse::Ok().json(Nonconformities { nonconformities, next_after }))
}

async fn export(
    app: &web::Data<App>,
    context: Context,
    account: Account,
    filter: Filter,
) -> Result<HttpResponse, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    let export = move |conn: &mut Conn| -> Result<_, Problem> {
        let found = rows::page(conn, &filter)?;
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        Outflow::Export.take(conn, &server.config, &account, count, now)?;
        let entry = Entry::new(Action::DataExported, context.by(&account));
        server.audit.append(conn, entry.on("nonconformities", "csv").detail("records", count))?;
        Ok(found)
    };
    let found = app.db.write(export).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"nonconformities.csv\""))
        .body(csv::written(&found)))
}

fn wants_csv(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.trim_start().starts_with("text/csv")
}

/// One of them, with the requests for its correction.
#[utoipa::path(get, path = "/v1/nonconformities/{id}", tag = "conformity", operation_id = "nonconformity",
    security(("session" = [])), params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "What does not fit", body = NonconformityWithRequests)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<NonconformityWithRequests>, Problem> {
    let find = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = visible(conn, &id, &account)?;
        let asked = requests::about(conn, &row.id)?;
        Ok((row, asked))
    };
    let (row, asked) = app.db.read(find).await?;
    let correction_requests = asked.into_iter().map(CorrectionRequest::from).collect();
    Ok(web::Json(NonconformityWithRequests { nonconformity: row.into(), correction_requests }))
}

/// Says who sees to it.
#[utoipa::path(post, path = "/v1/nonconformities/{id}/assignment", tag = "conformity",
    operation_id = "assign_nonconformity", security(("session" = [])),
    params(("id" = String, Path, description = "Its id")), request_body = Assignment,
    responses(
        (status = 200, description = "Assigned", body = Nonconformity),
        (status = 409, description = "`nonconformity_closed`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn assign(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(assignment): Json<Assignment>,
) -> Result<web::Json<Nonconformity>, Problem> {
    let audit = app.audit.clone();
    let assign = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = visible(conn, &id, &operator)?;
        let division = assignment.division.unwrap_or_else(|| row.division.clone());
        if !is_prefix(&division) || !row.division.starts_with(&division) {
            return Err(unfit("division"));
        }
        if let Some(account) = &assignment.account {
            require_assignee(conn, account, &row)?;
        }
        if !rows::assign(conn, &row.id, assignment.account.as_deref(), &division)? {
            return Err(Code::NonconformityClosed.into());
        }
        audit.append(conn, entry(Action::NonconformityAssigned, context.by(&operator), &row))?;
        Ok(NonconformityRow { assigned_account: assignment.account, assigned_division: division, ..row })
    };
    Ok(web::Json(app.db.write(assign).await?.into()))
}

/// An operator or issuer, whose jurisdiction covers the certificate.
fn require_assignee(conn: &mut Conn, id: &str, row: &NonconformityRow) -> Result<(), Problem> {
    let found = accounts::find(conn, id)?.filter(|account| account.disabled_at.is_none());
    let fits = found.is_some_and(|account| {
        let covers = account.division.is_none_or(|prefix| row.division.starts_with(&prefix));
        covers && matches!(account.role.as_str(), "operator" | "issuer")
    });
    if fits { Ok(()) } else { Err(unfit("account")) }
}

/// Asks the issuer to correct it: the request is listed for the issuers of the division, and answered when a check finds
/// the certificate corrected.
#[utoipa::path(post, path = "/v1/nonconformities/{id}/correction-requests", tag = "conformity",
    operation_id = "request_correction", security(("session" = [])),
    params(("id" = String, Path, description = "Its id")), request_body = WantedCorrection,
    responses(
        (status = 201, description = "Asked", body = CorrectionRequest),
        (status = 409, description = "`nonconformity_closed`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn request_correction(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<WantedCorrection>,
) -> Result<HttpResponse, Problem> {
    let length = wanted.message.trim().chars().count();
    if length == 0 || length > MAX_MESSAGE || wanted.message.contains('\0') {
        return Err(unfit("message"));
    }
    let (audit, request, now) = (app.audit.clone(), app.new_id().to_string(), app.clock.now());
    let ask = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = visible(conn, &id, &operator)?;
        if !rows::set_requested(conn, &row.id)? {
            return Err(Code::NonconformityClosed.into());
        }
        let asked = RequestRow {
            id: request,
            nonconformity_id: row.id.clone(),
            certificate_id: row.certificate_id.clone(),
            division: row.division.clone(),
            message: wanted.message,
            requested_by: operator.id.clone(),
            requested_at: now.millis(),
            answered_at: None,
        };
        requests::insert(conn, &asked)?;
        audit.append(conn, entry(Action::CorrectionRequested, context.by(&operator), &row))?;
        Ok(asked)
    };
    Ok(HttpResponse::Created().json(CorrectionRequest::from(app.db.write(ask).await?)))
}

/// Asks that it is taken for an exception (确认为例外). Approved, it stands and does not count, until the certificate has a
/// new version.
#[utoipa::path(post, path = "/v1/nonconformities/{id}/exception", tag = "conformity",
    operation_id = "request_exception", security(("session" = [])),
    params(("id" = String, Path, description = "Its id")), request_body = WantedException,
    responses(
        (status = 202, description = "Waits for a security administrator", body = Approval),
        (status = 409, description = "`nonconformity_closed`"),
        (status = 422, description = "The reason does not fit")))]
pub async fn request_exception(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<WantedException>,
) -> Result<HttpResponse, Problem> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let approval = app.new_id().to_string();
    let ask = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = visible(conn, &id, &operator)?;
        if row.state == CLOSED || row.state == "excepted" {
            return Err(Code::NonconformityClosed.into());
        }
        let certificate = certificates::find(conn, &row.certificate_id)?.ok_or(Code::NotFound)?;
        let exception = Exception { version: certificate.version };
        let wanted = approvals::Wanted {
            id: approval,
            kind: approvals::Kind::DataException,
            object: row.id.clone(),
            payload: serde_json::to_value(exception).map_err(Problem::internal)?,
            division: Some(row.division),
            by: operator.id.clone(),
            reason: wanted.reason,
        };
        let asked = approvals::request(conn, &integrity, wanted, now)?;
        audit.append(conn, approvals::requested(context.by(&operator), &asked))?;
        Ok(asked)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}

/// Requests for correction in the jurisdiction. An issuer answers one by sending the certificate again.
#[utoipa::path(get, path = "/v1/correction-requests", tag = "conformity", operation_id = "list_correction_requests",
    security(("session" = [])), params(RequestQuery),
    responses((status = 200, description = "A page", body = CorrectionRequests)))]
pub async fn correction_requests(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<RequestQuery>,
) -> Result<web::Json<CorrectionRequests>, Problem> {
    let query = query.into_inner();
    let divisions = account.divisions(query.division)?;
    let (answered, after) = (query.answered, query.after.unwrap_or_default());
    let page = move |conn: &mut Conn| requests::page(conn, &divisions, answered, &after, PAGE);
    let found = app.db.read(page).await.map_err(Problem::from)?;
    let next_after = next(&found, |row| row.id.clone());
    let correction_requests = found.into_iter().map(CorrectionRequest::from).collect();
    Ok(web::Json(CorrectionRequests { correction_requests, next_after }))
}

/// The one with this id, if the account's jurisdiction covers it.
fn visible(conn: &mut Conn, id: &str, account: &Account) -> Result<NonconformityRow, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    account.require_division(&row.division)?;
    Ok(row)
}

fn entry(action: Action, context: Context, row: &NonconformityRow) -> Entry {
    let entry = Entry::new(action, context).on("nonconformity", row.id.as_str());
    entry.in_division(row.division.as_str()).detail("rule", row.rule.as_str())
}

fn unfit(item: &'static str) -> Problem {
    let finding = Finding { item: item.into(), rule: "unfit".into(), source: None };
    Problem::new(Code::UnfitValue).findings(vec![finding])
}
