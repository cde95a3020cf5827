//! The scores of annex A, and what is behind them.

use actix_web::web;

use crate::app::App;
use crate::auth::Operator;
use crate::kpi::scores::behind::{self, Behind, BehindQuery};
use crate::kpi::scores::signs::{self, Signs};
use crate::kpi::scores::{self, Scores, ScoresQuery};
use crate::problem::Problem;

/// 道路运输电子证照运行服务评价表: the four rows of annex A with their points, by both readings of 高于90%, for a
/// jurisdiction, a year and a moment. Figures are kept by a job: see `counted_to`.
#[utoipa::path(get, path = "/v1/kpi/scores", tag = "kpi", operation_id = "scores",
    security(("session" = [])), params(ScoresQuery),
    responses((status = 200, description = "The four rows", body = Scores)))]
pub async fn show(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<ScoresQuery>,
) -> Result<web::Json<Scores>, Problem> {
    let scope = query.into_inner().scope(&operator, app.clock.now())?;
    Ok(web::Json(scores::scores(&app, scope).await?))
}

/// The certificates behind a figure, each with the presentation or receipt that proves its first uses.
#[utoipa::path(get, path = "/v1/kpi/scores/certificates", tag = "kpi", operation_id = "scores_certificates",
    security(("session" = [])), params(BehindQuery),
    responses((status = 200, description = "One page", body = Behind)))]
pub async fn certificates(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<BehindQuery>,
) -> Result<web::Json<Behind>, Problem> {
    let search = query.into_inner().search(&operator, app.clock.now())?;
    let page = app.db.read::<_, Problem, _>(move |conn| Ok(behind::page(conn, &search)?)).await?;
    Ok(web::Json(page))
}

/// What speaks for inflated activations, with the rate with and without what is doubtful. It looks at the checks one by
/// one, and takes longer than the scores.
#[utoipa::path(get, path = "/v1/kpi/scores/signs", tag = "kpi", operation_id = "scores_signs",
    security(("session" = [])), params(ScoresQuery),
    responses((status = 200, description = "The signs", body = Signs)))]
pub async fn signs(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<ScoresQuery>,
) -> Result<web::Json<Signs>, Problem> {
    let scope = query.into_inner().scope(&operator, app.clock.now())?;
    let signs = app.db.read::<_, Problem, _>(move |conn| Ok(signs::look(conn, &scope)?)).await?;
    Ok(web::Json(signs))
}
