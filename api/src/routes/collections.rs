//! Collections coming in, and the list to compare them with: the ministry's side. Who sends is the system of a province, by
//! the division of its account.

use actix_web::web;

use super::collection::CollectionPage;
use crate::app::App;
use crate::auth::{Account, Issuer};
use crate::collection::message::{Collected, CollectedList, CollectionChanges};
use crate::config::SiteRole;
use crate::extract::LargeJson;
use crate::ministry;
use crate::problem::{Code, Problem};

/// Most bytes of a request.
const LIMIT: usize = 8 << 20;
/// Most changes of a request.
const MOST: usize = 1_000;

/// What became of what a province collects. The same may be sent any number of times.
#[utoipa::path(post, path = "/v1/collections", tag = "collection", operation_id = "collect",
    security(("session" = [])), request_body = CollectionChanges,
    responses(
        (status = 200, description = "What became of each change", body = Collected),
        (status = 404, description = "`not_the_ministry`")))]
pub async fn create(
    app: web::Data<App>,
    Issuer(account): Issuer,
    LargeJson(changes): LargeJson<CollectionChanges, LIMIT>,
) -> Result<web::Json<Collected>, Problem> {
    let iss = province(&app, &account)?;
    if changes.changes.len() > MOST {
        return Err(Problem::new(Code::TooManyItems).detail(format!("at most {MOST}")));
    }
    ministry::receive(&app, &iss, changes).await.map(web::Json)
}

/// What is had of a province's certificates, for comparison.
#[utoipa::path(get, path = "/v1/collections", tag = "collection", operation_id = "collected",
    security(("session" = [])), params(CollectionPage),
    responses(
        (status = 200, description = "By the certificates' ids", body = CollectedList),
        (status = 404, description = "`not_the_ministry`")))]
pub async fn list(
    app: web::Data<App>,
    Issuer(account): Issuer,
    page: web::Query<CollectionPage>,
) -> Result<web::Json<CollectedList>, Problem> {
    let iss = province(&app, &account)?;
    ministry::list(&app, &iss, page.into_inner().after.unwrap_or_default()).await.map(web::Json)
}

/// The prefix of the province that an account is of.
fn province(app: &App, account: &Account) -> Result<String, Problem> {
    if app.config.role != SiteRole::Ministry {
        return Err(Code::NotTheMinistry.into());
    }
    let division = account.division.as_deref().filter(|division| division.len() == 2);
    division.map(str::to_owned).ok_or_else(|| Code::NoProvince.into())
}
