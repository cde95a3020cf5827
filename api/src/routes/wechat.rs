//! Coming in from the WeChat mini-program.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::Client;
use crate::auth::wechat::{self, WechatSession};
use crate::extract::Json;
use crate::problem::Problem;

/// What a mini-program signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The code `wx.login` gave; good once, for five minutes.
    js_code: String,
}

/// Signs in from WeChat. Who is not bound to a holder yet gets a session that is good for binding only.
#[utoipa::path(post, path = "/v1/wechat/sessions", tag = "accounts", operation_id = "wechat_sign_in",
    request_body = Login,
    responses(
        (status = 201, description = "Who came in, and for whom it may act", body = WechatSession),
        (status = 401, description = "`wechat_code_invalid`, `wechat_code_used`"),
        (status = 403, description = "`wechat_off`, `wechat_user_blocked`"),
        (status = 422, description = "`unfit_value`"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    client: Client,
    context: Context,
    Json(login): Json<Login>,
) -> Result<HttpResponse, Problem> {
    let session = wechat::sign_in(&app, &client, &context, &login.js_code).await?;
    Ok(HttpResponse::Created().json(session))
}
