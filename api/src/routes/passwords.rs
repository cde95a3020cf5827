//! Passwords.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::{Owing, password};
use crate::config::Secret;
use crate::extract::Json;
use crate::problem::Problem;

/// A change of password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    #[schema(value_type = String, format = Password)]
    old_password: Secret,
    /// The new one.
    #[schema(value_type = String, format = Password)]
    new_password: Secret,
}

/// Changes the password of this account. Its other sessions end; this one goes on, and owes no change any more.
#[utoipa::path(post, path = "/v1/me/password", tag = "accounts", operation_id = "change_password",
    security(("session" = [])), request_body = PasswordChange,
    responses((status = 204, description = "It is changed"),
        (status = 422, description = "`password_unfit`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn change(
    app: web::Data<App>,
    Owing(caller): Owing,
    context: Context,
    Json(change): Json<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    password::change(&app, caller, context, change.old_password, change.new_password).await?;
    Ok(HttpResponse::NoContent().finish())
}
