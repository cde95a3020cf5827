//! Binding a WeChat user to a holder, deciding about it, and the accounts that act for a holder.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::wechat::WechatUser;
use crate::auth::{Client, Holder, Operator, Session};
use crate::binding::{self, ActingAccount, Binding, Bound, Decided, Pending, Wanted};
use crate::extract::Json;
use crate::problem::Problem;

/// A WeChat user's bindings.
#[derive(Serialize, ToSchema)]
pub struct Bindings {
    /// Newest first, refused and ended ones too.
    bindings: Vec<Binding>,
}

/// Requests that wait for a decision.
#[derive(Serialize, ToSchema)]
pub struct Requests {
    /// Oldest first, 100 at most; go on after the last one's id.
    requests: Vec<Pending>,
}

/// The accounts that act for a holder.
#[derive(Serialize, ToSchema)]
pub struct ActingAccounts {
    /// Oldest first, ended ones too.
    accounts: Vec<ActingAccount>,
}

/// Where to go on with a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Those after the one with this id.
    #[serde(default)]
    after: String,
    /// Those of this division.
    division: Option<String>,
}

/// Binds to a person at once (201), or asks to act for an organisation (202). With the token of a WeChat session.
#[utoipa::path(post, path = "/v1/bindings", tag = "accounts", operation_id = "bind_holder",
    security(("session" = [])), request_body = Wanted,
    responses(
        (status = 201, description = "Bound, with the holder's session", body = Bound),
        (status = 202, description = "An operator has to decide", body = Bound),
        (status = 422, description = "`unfit_value`, `real_name_mismatch`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    WechatUser(user_id): WechatUser,
    client: Client,
    context: Context,
    Json(wanted): Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    let bound = binding::bind(&app, user_id, &client, &context, wanted).await?;
    let mut response = if bound.is_decided() { HttpResponse::Created() } else { HttpResponse::Accepted() };
    Ok(response.json(bound))
}

/// What this WeChat user is bound to, or asked to be.
#[utoipa::path(get, path = "/v1/bindings", tag = "accounts", operation_id = "list_bindings",
    security(("session" = [])),
    responses((status = 200, description = "All of them", body = Bindings)))]
pub async fn list(
    app: web::Data<App>,
    WechatUser(user_id): WechatUser,
) -> Result<web::Json<Bindings>, Problem> {
    let bindings = app.db.read(move |conn| binding::of_user(conn, &user_id)).await?;
    Ok(web::Json(Bindings { bindings }))
}

/// Begins a session for the holder of a binding: for who acts for several.
#[utoipa::path(post, path = "/v1/bindings/{id}/sessions", tag = "accounts", operation_id = "begin_bound_session",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the binding")),
    responses((status = 201, description = "A session has begun", body = Session)))]
pub async fn begin(
    app: web::Data<App>,
    WechatUser(user_id): WechatUser,
    client: Client,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let session = binding::begin(&app, user_id, id.into_inner(), &client, &context).await?;
    Ok(HttpResponse::Created().json(session))
}

/// Requests to act for an organisation that this operator may decide.
#[utoipa::path(get, path = "/v1/binding-requests", tag = "accounts", operation_id = "list_binding_requests",
    security(("session" = [])),
    params(
        ("after" = Option<String>, Query, description = "Requests after the one with this id"),
        ("division" = Option<String>, Query, description = "Those of this division: two, four or six digits")),
    responses((status = 200, description = "Those that wait", body = Requests)))]
pub async fn requests(
    app: web::Data<App>,
    Operator(operator): Operator,
    page: web::Query<Page>,
) -> Result<web::Json<Requests>, Problem> {
    let page = page.into_inner();
    let vault = Arc::clone(&app.vault);
    let find = move |conn: &mut _| binding::pending(conn, &vault, &operator, page.division, &page.after);
    Ok(web::Json(Requests { requests: app.db.read(find).await? }))
}

/// Decides whether a person may act for an organisation.
#[utoipa::path(post, path = "/v1/binding-requests/{id}/decision", tag = "accounts",
    operation_id = "decide_binding_request", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the request")), request_body = Decided,
    responses(
        (status = 200, description = "What became of the request", body = Binding),
        (status = 409, description = "`binding_decided`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn decide(
    app: web::Data<App>,
    Operator(operator): Operator,
    context: Context,
    id: web::Path<String>,
    Json(decided): Json<Decided>,
) -> Result<web::Json<Binding>, Problem> {
    Ok(web::Json(binding::decide(&app, operator, context, id.into_inner(), decided).await?))
}

/// Every account that acts for this holder, however it is reached.
#[utoipa::path(get, path = "/v1/me/accounts", tag = "accounts", operation_id = "list_acting_accounts",
    security(("session" = [])),
    responses((status = 200, description = "All of them", body = ActingAccounts)))]
pub async fn acting(app: web::Data<App>, holder: Holder) -> Result<web::Json<ActingAccounts>, Problem> {
    let accounts = app.db.read(move |conn| binding::acting_for(conn, &holder)).await?;
    Ok(web::Json(ActingAccounts { accounts }))
}

/// Ends an account that acts for this holder: a lost phone's, a former employee's, or its own.
#[utoipa::path(delete, path = "/v1/me/accounts/{id}", tag = "accounts", operation_id = "end_acting_account",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the account")),
    responses((status = 204, description = "It has ended")))]
pub async fn end(
    app: web::Data<App>,
    holder: Holder,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let end = move |conn: &mut _| binding::end(conn, &integrity, &audit, context, &holder, &id, now);
    app.db.write(end).await?;
    Ok(HttpResponse::NoContent().finish())
}
