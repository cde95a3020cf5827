//! The keys that third parties have their answers encrypted to.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next, plain};
use crate::app::App;
use crate::audit::Context;
use crate::auth::ThirdParty;
use crate::devices::{self, Challenge};
use crate::encryption_keys::{self, EncryptionKey, Registration};
use crate::extract::Json;
use crate::problem::Problem;

/// Where to go on with a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Those after the one with this id: `next_after` of the answer before.
    after: Option<String>,
}

/// A third party's encryption keys.
#[derive(Serialize, ToSchema)]
pub struct EncryptionKeys {
    /// Oldest first, revoked ones too, at most 100.
    keys: Vec<EncryptionKey>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// A challenge, for a registration within the next minutes.
#[utoipa::path(post, path = "/v1/encryption-key-challenges", tag = "sharing", operation_id = "encryption_key_challenge",
    security(("session" = [])),
    responses((status = 201, description = "A challenge for this account, good once", body = Challenge)))]
pub async fn challenge(
    app: web::Data<App>,
    ThirdParty(account): ThirdParty,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(devices::challenge(&app, &account).await?))
}

/// Registers a key, with a proof that its private half is held.
#[utoipa::path(post, path = "/v1/encryption-keys", tag = "sharing", operation_id = "register_encryption_key",
    security(("session" = [])), request_body = Registration,
    responses(
        (status = 201, description = "The key", body = EncryptionKey),
        (status = 409, description = "`key_known`, `too_many_keys`"),
        (status = 422, description = "`unfit_value`, `challenge_invalid`, `key_proof_invalid`")))]
pub async fn create(
    app: web::Data<App>,
    ThirdParty(account): ThirdParty,
    context: Context,
    Json(wanted): Json<Registration>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(encryption_keys::register(&app, account, context, wanted).await?))
}

/// The keys of this account.
#[utoipa::path(get, path = "/v1/encryption-keys", tag = "sharing", operation_id = "list_encryption_keys",
    security(("session" = [])), 
    params(("after" = Option<String>, Query, description = "Those after the one with this id: `next_after` of the answer before")),
    responses((status = 200, description = "Oldest first", body = EncryptionKeys)))]
pub async fn list(
    app: web::Data<App>,
    ThirdParty(account): ThirdParty,
    query: web::Query<Page>,
) -> Result<web::Json<EncryptionKeys>, Problem> {
    let after = plain(query.into_inner().after)?.unwrap_or_default();
    let find = move |conn: &mut _| encryption_keys::list(conn, &account, &after, PAGE);
    let keys = app.db.read(find).await?;
    Ok(web::Json(EncryptionKeys { next_after: next(&keys, |one| one.id().to_owned()), keys }))
}

/// Revokes a key: nothing is encrypted to it any more.
#[utoipa::path(delete, path = "/v1/encryption-keys/{id}", tag = "sharing", operation_id = "revoke_encryption_key",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the key")),
    responses((status = 204, description = "It is revoked")))]
pub async fn revoke(
    app: web::Data<App>,
    ThirdParty(account): ThirdParty,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    encryption_keys::revoke(&app, account, context, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
