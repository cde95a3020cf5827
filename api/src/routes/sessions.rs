//! Signing in, and who is signed in.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::{self, Account, Session, SignedIn};
use crate::extract::Json;
use crate::problem::Problem;

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's login.
    login: String,
    /// Its password.
    #[schema(format = Password)]
    password: String,
}

/// Signs in. Whatever is wrong, the answer is the same; too many wrong ones and it is 429.
#[utoipa::path(post, path = "/v1/sessions", tag = "accounts", operation_id = "sign_in",
    request_body = Credentials,
    responses((status = 201, description = "A session has begun", body = Session)))]
pub async fn create(
    app: web::Data<App>,
    context: Context,
    Json(credentials): Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    let session = auth::sign_in(&app, context, credentials.login, credentials.password).await?;
    Ok(HttpResponse::Created().json(session))
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/me", tag = "accounts", operation_id = "me", security(("session" = [])),
    responses((status = 200, description = "The account of this session", body = Account)))]
pub async fn me(SignedIn(account): SignedIn) -> web::Json<Account> {
    web::Json(account)
}
