//! Signing in and out, sessions, and who is signed in.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::pending::{self, Answer, Pending};
use crate::auth::sessions::{self, Ended, SessionSummary};
use crate::auth::{self, Account, Caller, Client, Owing, Session, SignIn};
use crate::config::Secret;
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::store::Conn;

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's login.
    login: String,
    /// Its password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// What the list of sessions is to call this client: 1 to 64 characters. Without it, its `User-Agent`.
    #[schema(example = "我的手机")]
    device: Option<String>,
}

/// The second half of a sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorAnswer {
    /// As the first half named it.
    #[schema(value_type = String)]
    pending: Secret,
    /// The proof.
    answer: Answer,
    /// What the list of sessions is to call this client: 1 to 64 characters. Without it, its `User-Agent`.
    #[schema(example = "我的手机")]
    device: Option<String>,
}

/// What a session goes on with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The refresh token of the last answer.
    #[schema(value_type = String)]
    refresh_token: Secret,
}

/// An account's sessions.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    /// Those that stand, oldest first.
    sessions: Vec<SessionSummary>,
}

/// Signs in. Whatever is wrong, the answer is the same; too many wrong ones and it is 429. An account with second
/// factors is answered 200, and is to complete the sign-in with one.
#[utoipa::path(post, path = "/v1/sessions", tag = "accounts", operation_id = "sign_in",
    request_body = Credentials,
    responses(
        (status = 200, description = "A second factor is to be proven", body = Pending),
        (status = 201, description = "A session has begun", body = Session),
        (status = 401, description = "`sign_in_failed`"),
        (status = 422, description = "`unfit_value`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    client: Client,
    context: Context,
    Json(credentials): Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    let client = client.named(credentials.device)?;
    Ok(match auth::sign_in(&app, &client, context, credentials.login, credentials.password).await? {
        SignIn::Begun(session) => HttpResponse::Created().json(session),
        SignIn::Pending(pending) => HttpResponse::Ok().json(pending),
    })
}

/// Completes a sign-in with a second factor. A wrong code may be followed by another; a challenge is good once.
#[utoipa::path(post, path = "/v1/sessions/second-factor", tag = "accounts", operation_id = "prove_second_factor",
    request_body = SecondFactorAnswer,
    responses(
        (status = 201, description = "A session has begun", body = Session),
        (status = 401, description = "`second_factor_invalid`, `sign_in_not_pending`"),
        (status = 422, description = "`unfit_value`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn complete(
    app: web::Data<App>,
    client: Client,
    context: Context,
    Json(given): Json<SecondFactorAnswer>,
) -> Result<HttpResponse, Problem> {
    let client = client.named(given.device)?;
    let session = pending::complete(&app, &client, context, given.pending.reveal(), given.answer).await?;
    Ok(HttpResponse::Created().json(session))
}

/// The next pair of tokens. A refresh token is good once; the answer may be asked for again if it got lost. One that
/// was used before ends its session.
#[utoipa::path(post, path = "/v1/sessions/refresh", tag = "accounts", operation_id = "refresh_session",
    request_body = Refresh,
    responses(
        (status = 200, description = "The session goes on", body = Session),
        (status = 401, description = "`not_signed_in`, `refresh_reused`, `session_ended`, `session_expired`")))]
pub async fn refresh(
    app: web::Data<App>,
    context: Context,
    Json(refresh): Json<Refresh>,
) -> Result<web::Json<Session>, Problem> {
    sessions::refresh(&app, context, refresh.refresh_token.reveal()).await.map(web::Json)
}

/// The sessions of this account.
#[utoipa::path(get, path = "/v1/sessions", tag = "accounts", operation_id = "list_sessions",
    security(("session" = [])),
    responses((status = 200, description = "All that stand", body = Sessions)))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Result<web::Json<Sessions>, Problem> {
    let (config, now) = (app.config.clone(), app.clock.now());
    let find = move |conn: &mut _| sessions::list(conn, &caller.account, caller.session(), &config, now);
    Ok(web::Json(Sessions { sessions: app.db.read(find).await? }))
}

/// Signs out: ends the session that asks.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "accounts", operation_id = "sign_out",
    security(("session" = [])),
    responses((status = 204, description = "It has ended, on every server")))]
pub async fn sign_out(
    app: web::Data<App>,
    context: Context,
    Owing(caller): Owing,
) -> Result<HttpResponse, Problem> {
    let id = caller.require_session()?.to_owned();
    end_one(&app, context, caller, id, Ended::SignedOut).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every session of this account but the one that asks.
#[utoipa::path(delete, path = "/v1/sessions/others", tag = "accounts", operation_id = "end_other_sessions",
    security(("session" = [])),
    responses((status = 204, description = "They have ended, on every server")))]
pub async fn end_others(
    app: web::Data<App>,
    context: Context,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let (audit, now) = (app.audit.clone(), app.clock.now());
    let end = move |conn: &mut Conn| {
        let account = &caller.account;
        let ended = sessions::end_all(conn, &account.id, caller.session(), Ended::ByOwner, now)?;
        let entry = Entry::new(Action::SessionEnded, context.by(account)).on("account", account.id.as_str());
        audit.append(conn, entry.because(Ended::ByOwner.word()).detail("sessions", ended))
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
    context: Context,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    if end_one(&app, context, caller, id.into_inner(), Ended::ByOwner).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Code::NotFound.into())
    }
}

async fn end_one(
    app: &App,
    context: Context,
    caller: Caller,
    id: String,
    because: Ended,
) -> Result<bool, Problem> {
    let (audit, now) = (app.audit.clone(), app.clock.now());
    let end = move |conn: &mut Conn| {
        let ended = sessions::end(conn, &caller.account.id, &id, because, now)?;
        if ended {
            let entry = Entry::new(Action::SessionEnded, context.by(&caller.account)).on("session", id);
            audit.append(conn, entry.because(because.word()))?;
        }
        Ok::<_, Problem>(ended)
    };
    app.db.write(end).await
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", operation_id = "me", security(("session" = [])),
    responses((status = 200, description = "The account of this session", body = Account)))]
pub async fn me(Owing(caller): Owing) -> web::Json<Account> {
    web::Json(caller.account)
}
