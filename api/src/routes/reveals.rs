//! Personal data shown unmasked, and who is told of it.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{AuditAdmin, Holder, SignedIn};
use crate::extract::Json;
use crate::problem::Problem;
use crate::reveals::{self, Reveal, Revealed, Supervised, Wanted};

/// Where to go on with a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Those before the one with this id.
    before: Option<String>,
}

impl Page {
    /// The id before which the list goes on.
    pub(super) fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }
}

/// When a holder's data was shown unmasked.
#[derive(Serialize, ToSchema)]
pub struct Reveals {
    /// Newest first, 100 at most; go on with `before` and the last one's id.
    reveals: Vec<Reveal>,
}

/// Shows the items of a certificate unmasked: to issuers and operators of its division, and to officers who checked it
/// lately. It is recorded, its holder sees it, and there are only so many a day.
#[utoipa::path(post, path = "/v1/certificates/{id}/reveals", tag = "certificates", operation_id = "reveal_certificate",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The certificate, with nothing masked", body = Revealed),
        (status = 403, description = "`wrong_role`, `other_division`, `no_check`"),
        (status = 422, description = "`unfit_value`"),
        (status = 429, description = "`record_limit`")))]
pub async fn create(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    let revealed = reveals::reveal(&app, context, account, id.into_inner(), wanted).await?;
    Ok(HttpResponse::Created().json(revealed))
}

/// When the items of one of the holder's certificates were shown unmasked, to whom and what for.
#[utoipa::path(get, path = "/v1/certificates/{id}/reveals", tag = "certificates", operation_id = "list_reveals",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "Id of the certificate"),
        ("before" = Option<String>, Query, description = "Those before the one with this id")),
    responses((status = 200, description = "Newest first", body = Reveals)))]
pub async fn of_certificate(
    app: web::Data<App>,
    holder: Holder,
    id: web::Path<String>,
    page: web::Query<Page>,
) -> Result<web::Json<Reveals>, Problem> {
    let find = move |conn: &mut _| reveals::of_certificate(conn, &holder.holder_id, &id, page.before());
    Ok(web::Json(Reveals { reveals: app.db.read(find).await? }))
}

/// As that, of all certificates of the holder.
#[utoipa::path(get, path = "/v1/me/reveals", tag = "accounts", operation_id = "list_my_reveals",
    security(("session" = [])),
    params(("before" = Option<String>, Query, description = "Those before the one with this id")),
    responses((status = 200, description = "Newest first", body = Reveals)))]
pub async fn of_holder(
    app: web::Data<App>,
    holder: Holder,
    page: web::Query<Page>,
) -> Result<web::Json<Reveals>, Problem> {
    let find = move |conn: &mut _| reveals::of_holder(conn, &holder.holder_id, page.before());
    Ok(web::Json(Reveals { reveals: app.db.read(find).await? }))
}

/// One reveal, with the account and the basis: for the audit administrator, who finds its id in the audit log.
#[utoipa::path(get, path = "/v1/reveals/{id}", tag = "audit", operation_id = "reveal",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the reveal")),
    responses((status = 200, description = "The reveal", body = Supervised)))]
pub async fn one(
    app: web::Data<App>,
    AuditAdmin(account): AuditAdmin,
    context: Context,
    id: web::Path<String>,
) -> Result<web::Json<Supervised>, Problem> {
    let entry = Entry::new(Action::AuditRead, context.by(&account)).on("reveal", id.as_str());
    app.audit.record(entry).await?;
    let vault = Arc::clone(&app.vault);
    Ok(web::Json(app.db.read(move |conn| reveals::supervise(conn, &vault, &id)).await?))
}
