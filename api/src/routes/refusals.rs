//! 亮证不予认可: incidents in which a shown certificate was not accepted.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::audit::Context;
use crate::auth::{Operator, Role, SignedIn};
use crate::extract::Json;
use crate::kpi::refusal::{self, Refusal, RefusalDecision, WantedRefusal};
use crate::problem::Problem;
use crate::store::refusals::{self as rows, Filter};

/// Which are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalQuery {
    /// For operators: two, four or six digits (GB/T 2260).
    division: Option<String>,
    /// Those after the one with this id.
    after: Option<String>,
}

/// Incidents.
#[derive(Serialize, ToSchema)]
pub struct Refusals {
    /// Oldest first, at most 100.
    refusals: Vec<Refusal>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Reports that a certificate was shown and not accepted: its holder, or an officer.
#[utoipa::path(post, path = "/v1/refusals", tag = "kpi", operation_id = "report_refusal",
    security(("session" = [])), request_body = WantedRefusal,
    responses(
        (status = 201, description = "Reported", body = Refusal),
        (status = 404, description = "`not_found`: there is no such certificate, or it is another's"),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    Json(wanted): Json<WantedRefusal>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(refusal::report(&app, context, account, wanted).await?))
}

/// Incidents: those that one reported; for operators those of their jurisdiction.
#[utoipa::path(get, path = "/v1/refusals", tag = "kpi", operation_id = "list_refusals",
    security(("session" = [])), params(
        ("division" = Option<String>, Query, description = "Two, four or six digits (GB/T 2260)"),
        ("after" = Option<String>, Query, description = "Those after the one with this id")),
    responses((status = 200, description = "Oldest first", body = Refusals)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<RefusalQuery>,
) -> Result<web::Json<Refusals>, Problem> {
    let RefusalQuery { division, after } = query.into_inner();
    let is_operator = account.role == Role::Operator;
    let divisions =
        if is_operator { account.divisions(division)? } else { (String::new(), "999999".to_owned()) };
    let filter = Filter {
        divisions,
        reported_by: (!is_operator).then_some(account.id),
        after: after.unwrap_or_default(),
        limit: PAGE,
    };
    let found = app.db.read::<_, Problem, _>(move |conn| Ok(rows::list(conn, &filter)?)).await?;
    let next_after = next(&found, |row| row.id.clone());
    let shown = found.into_iter().map(|row| Refusal::of(row, &app.vault)).collect::<Result<_, _>>()?;
    Ok(web::Json(Refusals { refusals: shown, next_after }))
}

/// Decides on an incident, once: confirmed, it costs the jurisdiction all points of 亮证与查验.
#[utoipa::path(post, path = "/v1/refusals/{id}/decision", tag = "kpi", operation_id = "decide_refusal",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the incident")),
    request_body = RefusalDecision,
    responses(
        (status = 200, description = "Decided", body = Refusal),
        (status = 409, description = "`already_decided`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn decide(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(decision): Json<RefusalDecision>,
) -> Result<web::Json<Refusal>, Problem> {
    Ok(web::Json(refusal::decide(&app, context, operator, id.into_inner(), decision).await?))
}
