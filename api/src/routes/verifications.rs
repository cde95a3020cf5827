//! Online verification of a code.

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use utoipa::ToSchema;
use verifier_core::Verdict;

use crate::app::App;
use crate::auth::{self, Role, SignedIn};
use crate::ephemeral::Key;
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::verification;

/// The window in which verifications without a sign-in are counted, in seconds.
const WINDOW: u32 = 60;

/// What was scanned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scanned {
    /// The text of the code, exactly as scanned.
    #[schema(example = "HTTPS://YZT.EXAMPLE.GOV.CN/V/1QRMJ…")]
    code: String,
}

/// Decides about a code with what this server knows now. Any text is answered with a verdict. Without an officer's
/// sign-in there is a limit for each address.
#[utoipa::path(post, path = "/v1/verifications", tag = "verification", operation_id = "verify",
    request_body = Scanned, security((), ("session" = [])),
    responses(
        (status = 200, description = "The verdict, as docs/protocol.md §6 describes it", body = Object),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    signed_in: Option<SignedIn>,
    Json(scanned): Json<Scanned>,
) -> Result<web::Json<Verdict>, Problem> {
    let checks_for_a_living = |SignedIn(account)| account.role == Role::Officer;
    if !signed_in.is_some_and(checks_for_a_living) {
        limit(&app, &request).await?;
    }
    verification::decide(&app, scanned.code).await.map(web::Json)
}

async fn limit(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let Some(address) = auth::client_address(request, app.config.trust_forwarded_for) else {
        return Ok(());
    };
    let key = Key::new("verification address", &address.to_string());
    let count = app.ephemeral.count_in_window(key, WINDOW).await;
    if count.times > app.config.verifications_address {
        return Err(Problem::new(Code::TooManyAttempts).retry_after(count.ends_in));
    }
    Ok(())
}
