//! Figures for those who run the province's certificates.
//!
//! - `kpi/scores.rs`: the scores of annex A and what is behind them
//! - `kpi/trainings.rs`: records of training
//! - `kpi/reports.rs`: frozen figures

use actix_web::web;

use crate::app::App;
use crate::auth::Operator;
use crate::kpi::{self, ActivationQuery, ActivationRate};
use crate::problem::Problem;

pub mod reports;
pub mod scores;
pub mod trainings;

/// 年度激活率 (annex A of Liaoning's standard): of the certificates issued in a year, those used or checked in it at
/// least once. Specimens are left out. For a jurisdiction, an operator's own unless another is asked for.
#[utoipa::path(get, path = "/v1/kpi/activation", tag = "kpi", operation_id = "activation_rate",
    security(("session" = [])), params(ActivationQuery),
    responses((status = 200, description = "The rate, in all, by kind, by city and by county", body = ActivationRate)))]
pub async fn activation(
    app: web::Data<App>,
    Operator(operator): Operator,
    query: web::Query<ActivationQuery>,
) -> Result<web::Json<ActivationRate>, Problem> {
    let (scope, source) = query.into_inner().scope(&operator, app.clock.now())?;
    Ok(web::Json(kpi::activation(&app, scope, source).await?))
}
