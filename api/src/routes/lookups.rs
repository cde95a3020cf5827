//! Certificates looked up without a code, and who is told of it.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::reveals::Page;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{AuditAdmin, Holder, Officer};
use crate::extract::Json;
use crate::lookups::{self, Looked, Lookup, OwnLookup, SupervisedLookup, WantedLookup};
use crate::problem::Problem;

/// An officer's own lookups.
#[derive(Serialize, ToSchema)]
pub struct OwnLookups {
    /// Newest first, 100 at most; go on with `before` and the last one's id.
    lookups: Vec<OwnLookup>,
}

/// The lookups that found a holder's certificates.
#[derive(Serialize, ToSchema)]
pub struct HolderLookups {
    /// Newest first, 100 at most; go on with `before` and the last one's id.
    lookups: Vec<Looked>,
}

/// Looks certificates of the province up by plate and colour, number or holder, for a stated purpose: where the holder
/// has no phone at hand. It is recorded, holders see it, and there are only so many.
#[utoipa::path(post, path = "/v1/lookups", tag = "officers", operation_id = "look_up",
    security(("session" = [])), request_body = WantedLookup,
    responses(
        (status = 201, description = "What was found, which may be nothing", body = Lookup),
        (status = 422, description = "`unfit_value`"),
        (status = 429, description = "`too_many_attempts`, `record_limit`")))]
pub async fn create(
    app: web::Data<App>,
    Officer(account): Officer,
    context: Context,
    Json(wanted): Json<WantedLookup>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(lookups::look_up(&app, context, account, wanted).await?))
}

/// The lookups this officer made.
#[utoipa::path(get, path = "/v1/lookups", tag = "officers", operation_id = "list_lookups",
    security(("session" = [])),
    params(("before" = Option<String>, Query, description = "Those before the one with this id")),
    responses((status = 200, description = "Newest first", body = OwnLookups)))]
pub async fn of_account(
    app: web::Data<App>,
    Officer(account): Officer,
    page: web::Query<Page>,
) -> Result<web::Json<OwnLookups>, Problem> {
    let find = move |conn: &mut _| lookups::of_account(conn, &account.id, page.before());
    Ok(web::Json(OwnLookups { lookups: app.db.read(find).await? }))
}

/// When officers found the holder's certificates by a lookup, and what for.
#[utoipa::path(get, path = "/v1/me/lookups", tag = "accounts", operation_id = "list_my_lookups",
    security(("session" = [])),
    params(("before" = Option<String>, Query, description = "Those before the one with this id")),
    responses((status = 200, description = "Newest first", body = HolderLookups)))]
pub async fn of_holder(
    app: web::Data<App>,
    holder: Holder,
    page: web::Query<Page>,
) -> Result<web::Json<HolderLookups>, Problem> {
    let find = move |conn: &mut _| lookups::of_holder(conn, &holder.holder_id, page.before());
    Ok(web::Json(HolderLookups { lookups: app.db.read(find).await? }))
}

/// One lookup, with the account and the basis: for the audit administrator, who finds its id in the audit log.
#[utoipa::path(get, path = "/v1/lookups/{id}", tag = "audit", operation_id = "lookup",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the lookup")),
    responses((status = 200, description = "The lookup", body = SupervisedLookup)))]
pub async fn one(
    app: web::Data<App>,
    AuditAdmin(account): AuditAdmin,
    context: Context,
    id: web::Path<String>,
) -> Result<web::Json<SupervisedLookup>, Problem> {
    let entry = Entry::new(Action::AuditRead, context.by(&account)).on("lookup", id.as_str());
    app.audit.record(entry).await?;
    let vault = Arc::clone(&app.vault);
    Ok(web::Json(app.db.read(move |conn| lookups::supervise(conn, &vault, &id)).await?))
}
