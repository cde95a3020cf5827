//! Second factors of one's own account.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::factors::totp::{self, Algorithm, Offer};
use crate::auth::factors::{self, Factors, recovery};
use crate::auth::{Caller, Factor, Owing};
use crate::extract::Json;
use crate::problem::Problem;
use crate::store::Conn;

/// A wish for an authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpWish {
    /// What its codes are made with; most apps know `sha1` only.
    #[serde(default)]
    algorithm: Algorithm,
}

/// The first code of an authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirmation {
    /// Six digits.
    #[schema(example = "287082")]
    code: String,
}

/// Recovery codes. They are shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten, each good once in place of a second factor.
    recovery_codes: Vec<String>,
}

/// The second factors of this account.
#[utoipa::path(get, path = "/v1/me/second-factors", tag = "accounts", operation_id = "second_factors",
    security(("session" = [])),
    responses((status = 200, description = "What is enrolled", body = Factors)))]
pub async fn show(app: web::Data<App>, Owing(caller): Owing) -> Result<web::Json<Factors>, Problem> {
    let required = factors::required(&app.config, caller.account.role);
    let find = move |conn: &mut Conn| Factors::of(conn, &caller.account.id, required);
    Ok(web::Json(app.db.read(find).await?))
}

/// Offers a secret for an authenticator app. It is enrolled with the first code it shows.
#[utoipa::path(post, path = "/v1/me/second-factors/totp", tag = "accounts", operation_id = "offer_totp",
    security(("session" = [])), request_body = TotpWish,
    responses((status = 201, description = "A secret, to be confirmed", body = Offer)))]
pub async fn offer(
    app: web::Data<App>,
    Owing(caller): Owing,
    Json(wish): Json<TotpWish>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.owing_enrolment_at_most()?;
    Ok(HttpResponse::Created().json(totp::offer(&app, &caller, wish.algorithm).await?))
}

/// Enrols the authenticator app, in place of one that was there, and makes new recovery codes.
#[utoipa::path(post, path = "/v1/me/second-factors/totp/confirmation", tag = "accounts",
    operation_id = "confirm_totp", security(("session" = [])), request_body = TotpConfirmation,
    responses((status = 200, description = "It is enrolled", body = RecoveryCodes),
        (status = 401, description = "`second_factor_invalid`, `second_factor_required`"),
        (status = 409, description = "`nothing_offered`")))]
pub async fn confirm(
    app: web::Data<App>,
    Owing(caller): Owing,
    context: Context,
    Json(confirmation): Json<TotpConfirmation>,
) -> Result<web::Json<RecoveryCodes>, Problem> {
    let caller = caller.owing_enrolment_at_most()?;
    let recovery_codes = totp::confirm(&app, caller, context, &confirmation.code).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// Makes new recovery codes; those there were are void.
#[utoipa::path(post, path = "/v1/me/second-factors/recovery-codes", tag = "accounts",
    operation_id = "renew_recovery_codes", security(("session" = [])),
    responses((status = 201, description = "The new ones", body = RecoveryCodes),
        (status = 401, description = "`second_factor_required`")))]
pub async fn renew_recovery_codes(
    app: web::Data<App>,
    context: Context,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let (codes, config, audit) = (recovery::Codes::new()?, app.config.clone(), app.audit.clone());
    let renew = move |conn: &mut Conn| {
        factors::may_enrol(conn, &caller, &config)?;
        codes.keep(conn, &caller.account.id)?;
        let entry = Entry::new(Action::FactorAdded, context.by(&caller.account));
        let entry = entry.on("account", caller.account.id).detail("factor", Factor::RecoveryCode.word());
        audit.append(conn, entry)?;
        Ok::<_, Problem>(codes.into_texts())
    };
    let recovery_codes = app.db.write(renew).await?;
    Ok(HttpResponse::Created().json(RecoveryCodes { recovery_codes }))
}
