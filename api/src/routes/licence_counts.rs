//! Numbers of valid paper licences, as the 运政系统 reports them.

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next};
use crate::app::App;
use crate::audit::Context;
use crate::auth::SignedIn;
use crate::extract::LargeJson;
use crate::kpi::licences::{self, LicenceReport, LicenceReported, ReportedCount};
use crate::problem::Problem;

/// Largest body, in bytes: 1,000 numbers.
const LIMIT: usize = 256 << 10;

/// Which are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceQuery {
    /// Two, four or six digits (GB/T 2260).
    division: Option<String>,
    /// Those after the one with this id.
    after: Option<String>,
}

/// Numbers with their history.
#[derive(Serialize, ToSchema)]
pub struct ReportedCounts {
    /// Oldest first, at most 100.
    counts: Vec<ReportedCount>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Reports how many valid licences have no e-certificate (有效实体证照), by division, kind and day. All numbers are taken in
/// or none; one for the same division, kind and day takes the place of the one before, which is kept.
#[utoipa::path(put, path = "/v1/licence-counts", tag = "kpi", operation_id = "report_licences",
    security(("session" = [])), request_body = LicenceReport,
    responses(
        (status = 200, description = "Taken in", body = LicenceReported),
        (status = 422, description = "`unfit_value`")))]
pub async fn report(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    LargeJson(report): LargeJson<LicenceReport, LIMIT>,
) -> Result<web::Json<LicenceReported>, Problem> {
    Ok(web::Json(licences::report(&app, context, account, report).await?))
}

/// Numbers that were reported for the own jurisdiction, those that were replaced among them.
#[utoipa::path(get, path = "/v1/licence-counts", tag = "kpi", operation_id = "list_licences",
    security(("session" = [])), params(
        ("division" = Option<String>, Query, description = "Two, four or six digits (GB/T 2260)"),
        ("after" = Option<String>, Query, description = "Those after the one with this id")),
    responses((status = 200, description = "Oldest first", body = ReportedCounts)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<LicenceQuery>,
) -> Result<web::Json<ReportedCounts>, Problem> {
    let LicenceQuery { division, after } = query.into_inner();
    let (divisions, after) = (account.divisions(division)?, after.unwrap_or_default());
    let find = move |conn: &mut _| licences::list(conn, &divisions, &after, PAGE);
    let counts = app.db.read::<_, Problem, _>(find).await?;
    let next_after = next(&counts, |row| row.id().to_owned());
    Ok(web::Json(ReportedCounts { counts, next_after }))
}
