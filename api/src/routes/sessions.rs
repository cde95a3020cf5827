//! Signing in and out, sessions, and who is signed in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::sessions::{self, Ended, SessionSummary};
use crate::auth::{self, Account, Caller, Client, Session, SignedIn};
use crate::extract::Json;
use crate::problem::{Code, Problem};

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's login.
    login: String,
    /// Its password.
    #[schema(format = Password)]
    password: String,
    /// What the list of sessions is to call this client: 1 to 64 characters. Without it, its `User-Agent`.
    #[schema(example = "我的手机")]
    device: Option<String>,
}

/// What a session goes on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token of the last answer.
    refresh_token: String,
}

/// An account's sessions.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    /// Those that stand, oldest first.
    sessions: Vec<SessionSummary>,
}

/// Signs in. Whatever is wrong, the answer is the same; too many wrong ones and it is 429.
#[utoipa::path(post, path = "/v1/sessions", tag = "accounts", operation_id = "sign_in",
    request_body = Credentials,
    responses(
        (status = 201, description = "A session has begun", body = Session),
        (status = 401, description = "`sign_in_failed`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    client: Client,
    context: Context,
    Json(credentials): Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    let client = client.named(credentials.device)?;
    let session = auth::sign_in(&app, &client, context, credentials.login, credentials.password).await?;
    Ok(HttpResponse::Created().json(session))
}

/// The next pair of tokens. A refresh token is good once; the answer may be asked for again if it got lost. One that
/// was used before ends its session.
#[utoipa::path(post, path = "/v1/sessions/refresh", tag = "accounts", operation_id = "refresh_session",
    request_body = Refresh,
    responses((status = 200, description = "The session goes on", body = Session)))]
pub async fn refresh(
    app: web::Data<App>,
    Json(refresh): Json<Refresh>,
) -> Result<web::Json<Session>, Problem> {
    sessions::refresh(&app, &refresh.refresh_token).await.map(web::Json)
}

/// The sessions of this account.
#[utoipa::path(get, path = "/v1/sessions", tag = "accounts", operation_id = "list_sessions",
    security(("session" = [])),
    responses((status = 200, description = "All that stand", body = Sessions)))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Result<web::Json<Sessions>, Problem> {
    let (config, now) = (app.config.clone(), app.clock.now());
    let find = move |conn: &mut _| {
        sessions::list(conn, &caller.account, caller.session.as_deref().unwrap_or_default(), &config, now)
    };
    Ok(web::Json(Sessions { sessions: app.db.read(find).await? }))
}

/// Signs out: ends the session that asks.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "accounts", operation_id = "sign_out",
    security(("session" = [])),
    responses((status = 204, description = "It has ended, on every server")))]
pub async fn sign_out(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let end = move |conn: &mut _| {
        sessions::end(
            conn,
            &caller.account.id,
            caller.session.as_deref().unwrap_or_default(),
            Ended::SignedOut,
            now,
        )
    };
    app.db.write(end).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every session of this account but the one that asks.
#[utoipa::path(delete, path = "/v1/sessions/others", tag = "accounts", operation_id = "end_other_sessions",
    security(("session" = [])),
    responses((status = 204, description = "They have ended, on every server")))]
pub async fn end_others(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let end = move |conn: &mut _| {
        sessions::end_all(conn, &caller.account.id, caller.session.as_deref(), Ended::ByOwner, now)
    };
    app.db.write(end).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a session of this account.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "accounts", operation_id = "end_session",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the session")),
    responses((status = 204, description = "It has ended, on every server")))]
pub async fn end(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let end = move |conn: &mut _| sessions::end(conn, &caller.account.id, &id, Ended::ByOwner, now);
    if app.db.write(end).await? { Ok(HttpResponse::NoContent().finish()) } else { Err(Code::NotFound.into()) }
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", operation_id = "me", security(("session" = [])),
    responses((status = 200, description = "The account of this session", body = Account)))]
pub async fn me(SignedIn(account): SignedIn) -> web::Json<Account> {
    web::Json(account)
}
