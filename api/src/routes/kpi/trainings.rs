//! Records of training and information, with the files that prove them.

use actix_web::http::header::{CONTENT_DISPOSITION, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::Operator;
use crate::extract::LargeJson;
use crate::kpi::training::{self, MAX_EVIDENCE, Training, WantedTraining};
use crate::problem::{Code, Problem};
use crate::routes::list::{PAGE, next};
use crate::store::trainings as rows;

/// Largest body, in bytes: the largest file in base64, and the rest.
const LIMIT: usize = MAX_EVIDENCE / 3 * 4 + (16 << 10);

/// Which are listed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingQuery {
    /// Two, four or six digits (GB/T 2260).
    division: Option<String>,
    /// Those after the one with this id.
    after: Option<String>,
}

/// Records.
#[derive(Serialize, ToSchema)]
pub struct Trainings {
    /// Oldest first, at most 100.
    trainings: Vec<Training>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Records a training of staff or a campaign for the public, with the file that proves it.
#[utoipa::path(post, path = "/v1/kpi/trainings", tag = "kpi", operation_id = "record_training",
    security(("session" = [])), request_body = WantedTraining,
    responses(
        (status = 201, description = "Recorded", body = Training),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    LargeJson(wanted): LargeJson<WantedTraining, LIMIT>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(training::record(&app, context, operator, wanted).await?))
}

/// Records of the own jurisdiction.
#[utoipa::path(get, path = "/v1/kpi/trainings", tag = "kpi", operation_id = "list_trainings",
    security(("session" = [])), params(
        ("division" = Option<String>, Query, description = "Two, four or six digits (GB/T 2260)"),
        ("after" = Option<String>, Query, description = "Those after the one with this id")),
    responses((status = 200, description = "Oldest first", body = Trainings)))]
pub async fn list(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<TrainingQuery>,
) -> Result<web::Json<Trainings>, Problem> {
    let TrainingQuery { division, after } = query.into_inner();
    let (divisions, after) = (operator.divisions(division)?, after.unwrap_or_default());
    let find = move |conn: &mut _| Ok(rows::list(conn, &divisions, &after, PAGE)?);
    let found = app.db.read::<_, Problem, _>(find).await?;
    let next_after = next(&found, |row| row.id.clone());
    Ok(web::Json(Trainings { trainings: found.into_iter().map(Training::of).collect(), next_after }))
}

/// The file that proves a training, as it was sent.
#[utoipa::path(get, path = "/v1/kpi/trainings/{id}/evidence", tag = "kpi", operation_id = "training_evidence",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the record")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg")))))]
pub async fn evidence(
    app: web::Data<App>,
    Operator(operator): Operator,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let find = move |conn: &mut _| -> Result<_, Problem> {
        let row = rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        operator
            .require_jurisdiction(Some(&row.division).filter(|own| !own.is_empty()).map(String::as_str))?;
        Ok(row)
    };
    let row = app.db.read(find).await?;
    Ok(HttpResponse::Ok()
        .content_type(row.media_type)
        .insert_header((CONTENT_DISPOSITION, "attachment"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(row.evidence))
}
