//! Comparisons with the ministry's list: asked for, listed, mended.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::query::ReconciliationQuery;
use super::{CollectionPage, enabled_for};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Operator;
use crate::clock::Timestamp;
use crate::collection::reconciliation;
use crate::jobs;
use crate::problem::Problem;
use crate::routes::list::{PAGE, next};
use crate::store::collection::differences::{self as rows, DifferenceRow, ReconciliationRow};
use crate::store::{Conn, StoreError};

/// Sorts behind every id.
const LAST: &str = "zzzz";

/// Comparisons.
#[derive(Serialize, ToSchema)]
pub struct Reconciliations {
    /// Newest first, at most 100.
    reconciliations: Vec<Reconciliation>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// A comparison.
#[derive(Serialize, ToSchema)]
pub struct Reconciliation {
    /// Our id of it.
    id: String,
    /// When it began.
    started_at: Timestamp,
    /// When it ended; absent: it goes on, or was broken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    /// Certificates here.
    here: i64,
    /// Certificates there.
    there: i64,
    /// Those that differ because something is still to be sent.
    waiting: i64,
    /// Those that differ, and should not.
    differences: i64,
}

/// Differences.
#[derive(Serialize, ToSchema)]
pub struct Differences {
    /// By the certificates' ids, at most 100.
    differences: Vec<CollectionDifference>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// A certificate in which both sides differ.
#[derive(Serialize, ToSchema)]
pub struct CollectionDifference {
    /// Which.
    certificate_id: String,
    /// `missing_there`, `missing_here`, `other_version`, `other_status` or `other_content`.
    kind: String,
    /// What is so here.
    #[serde(skip_serializing_if = "Option::is_none")]
    here: Option<String>,
    /// What is so there.
    #[serde(skip_serializing_if = "Option::is_none")]
    there: Option<String>,
    /// When it was queued again.
    #[serde(skip_serializing_if = "Option::is_none")]
    mended_at: Option<Timestamp>,
}

/// What was queued again.
#[derive(Serialize, ToSchema)]
pub struct Mended {
    /// How many certificates.
    certificates: i64,
}

/// The comparisons.
#[utoipa::path(get, path = "/v1/collection/reconciliations", tag = "collection", operation_id = "reconciliations",
    security(("session" = [])), params(ReconciliationQuery),
    responses((status = 200, description = "Newest first", body = Reconciliations)))]
pub async fn list(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<ReconciliationQuery>,
) -> Result<web::Json<Reconciliations>, Problem> {
    operator.require_jurisdiction(None)?;
    let before = query.into_inner().before.unwrap_or_else(|| LAST.to_owned());
    let read = move |conn: &mut Conn| rows::reconciliations(conn, &before, PAGE);
    let found: Vec<ReconciliationRow> = app.db.read::<_, StoreError, _>(read).await?;
    let next_before = next(&found, |row| row.id.clone());
    let reconciliations = found.into_iter().map(|row| Reconciliation {
        id: row.id,
        started_at: Timestamp(row.started_at),
        finished_at: row.finished_at.map(Timestamp),
        here: row.here,
        there: row.there,
        waiting: row.waiting,
        differences: row.differences,
    });
    Ok(web::Json(Reconciliations { reconciliations: reconciliations.collect(), next_before }))
}

/// Begins a comparison, unless one is under way.
#[utoipa::path(post, path = "/v1/collection/reconciliations", tag = "collection", operation_id = "reconcile",
    security(("session" = [])),
    responses((status = 202, description = "It is under way"), (status = 409, description = "`collection_off`")))]
pub async fn begin(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
) -> Result<HttpResponse, Problem> {
    enabled_for(&app, &operator)?;
    let entry = Entry::new(Action::CollectionCommanded, context.by(&operator)).because("reconcile");
    app.audit.record(entry).await?;
    tokio::spawn(async move {
        let Some(job) = jobs::find("reconciliation") else { return };
        if let Err(problem) = jobs::run(&app, job).await {
            let cause = problem.cause().unwrap_or_default();
            tracing::error!(code = problem.code().name(), %cause, "a comparison with the ministry failed");
        }
    });
    Ok(HttpResponse::Accepted().finish())
}

/// What a comparison found.
#[utoipa::path(get, path = "/v1/collection/reconciliations/{id}/differences", tag = "collection",
    operation_id = "differences", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the comparison"), CollectionPage),
    responses((status = 200, description = "By the certificates' ids", body = Differences)))]
pub async fn differences(
    app: web::Data<App>,
    Operator(operator): Operator,
    id: web::Path<String>,
    page: web::Query<CollectionPage>,
) -> Result<web::Json<Differences>, Problem> {
    operator.require_jurisdiction(None)?;
    let after = page.into_inner().after.unwrap_or_default();
    let read = move |conn: &mut Conn| rows::list(conn, &id, &after, PAGE);
    let found: Vec<DifferenceRow> = app.db.read::<_, StoreError, _>(read).await?;
    let next_after = next(&found, |row| row.certificate_id.clone());
    let differences = found.into_iter().map(|row| CollectionDifference {
        certificate_id: row.certificate_id,
        kind: row.kind,
        here: row.here,
        there: row.there,
        mended_at: row.mended_at.map(Timestamp),
    });
    Ok(web::Json(Differences { differences: differences.collect(), next_after }))
}

/// Queues again every certificate in which it found a difference. What only the ministry has stays for people: the
/// province's maintenance of its data there needs an application.
#[utoipa::path(post, path = "/v1/collection/reconciliations/{id}/mending", tag = "collection", operation_id = "mend",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the comparison")),
    responses((status = 200, description = "They are queued", body = Mended),
        (status = 409, description = "`collection_off`")))]
pub async fn mend(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
) -> Result<web::Json<Mended>, Problem> {
    enabled_for(&app, &operator)?;
    let (now, audit) = (app.clock.now().millis(), app.audit.clone());
    let work = move |conn: &mut Conn| -> Result<i64, Problem> {
        let count = reconciliation::mend(conn, &id, now)?;
        let entry = Entry::new(Action::CollectionCommanded, context.by(&operator)).because("mend");
        audit.append(conn, entry.on("reconciliation", id.into_inner()).detail("certificates", count))?;
        Ok(count)
    };
    Ok(web::Json(Mended { certificates: app.db.write(work).await? }))
}
