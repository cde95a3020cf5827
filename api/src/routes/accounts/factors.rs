//! Asking that the second factors of an account are taken from it, because its person lost them all: a security
//! administrator decides.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use crate::app::App;
use crate::approvals::{self, Approval, Wanted};
use crate::audit::Context;
use crate::auth::SystemAdmin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::store::Conn;

/// A reset that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedFactorReset {
    /// Why, and how the person was recognised: 1 to 200 characters.
    #[schema(example = "手机遗失，已当面核实身份")]
    reason: String,
}

/// Asks that an account enrols its second factors anew. Approved, its sessions end, its keys are revoked, and at its next
/// sign-in it enrols as at its first.
#[utoipa::path(post, path = "/v1/accounts/{id}/factor-resets", tag = "administration",
    operation_id = "request_factor_reset", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the account")), request_body = WantedFactorReset,
    responses(
        (status = 202, description = "Waits for a security administrator", body = Approval),
        (status = 422, description = "The reason does not fit")))]
pub async fn request_reset(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<WantedFactorReset>,
) -> Result<HttpResponse, Problem> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let approval = app.new_id().to_string();
    let ask = move |conn: &mut Conn| -> Result<_, Problem> {
        let row = find(conn, &id)?;
        by.require_keeping(conn, &row)?;
        let wanted = Wanted::factor_reset(approval, &row, by.id.clone(), wanted.reason);
        let asked = approvals::request(conn, &integrity, wanted, now)?;
        audit.append(conn, approvals::requested(context.by(&by), &asked))?;
        Ok(asked)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}
