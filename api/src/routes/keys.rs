//! Signing keys as administrators see them, and asking for one to be revoked.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::approvals::{self, Approval, KeyRevocation, Kind, Wanted};
use crate::audit::Context;
use crate::auth::SecurityAdmin;
use crate::clock::Timestamp;
use crate::extract::Json;
use crate::keys::KeyState;
use crate::problem::{Code, Problem};
use crate::store;

/// Signing keys.
#[derive(Serialize, ToSchema)]
pub struct Keys {
    /// Oldest first.
    keys: Vec<Key>,
}

/// A signing key; its private half is nowhere in this.
#[derive(Serialize, ToSchema)]
pub struct Key {
    /// Its id, hexadecimal.
    #[schema(example = "1f2e3d4c5b6a7988")]
    kid: String,
    /// `root`, `seal`, `presentation` or `status`.
    #[serde(rename = "use")]
    #[schema(example = "seal")]
    key_use: String,
    /// How it stands, as `yzt keys list` says it.
    #[schema(example = "signs")]
    state: String,
    /// Its first instant.
    not_before: Timestamp,
    /// Its last instant.
    not_after: Timestamp,
    /// Why it signed before it had been published for 24 hours, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    override_reason: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_reason: Option<String>,
    /// The approval under which it was revoked; absent for a revocation in an emergency, by one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_approval: Option<String>,
}

/// A revocation that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRevocation {
    /// Why: 1 to 200 characters.
    reason: String,
    /// Whether what it signed before falls too: the key was in other hands.
    #[serde(default)]
    all: bool,
}

/// The signing keys of this province.
#[utoipa::path(get, path = "/v1/keys", tag = "administration", operation_id = "list_keys",
    security(("session" = [])),
    responses((status = 200, description = "All of them, revoked ones too", body = Keys)))]
pub async fn list(app: web::Data<App>) -> Result<web::Json<Keys>, Problem> {
    let rows = app.db.read::<_, Problem, _>(|conn| Ok(store::keys::list(conn)?)).await?;
    let now = app.clock.now();
    let states: Vec<String> = rows.iter().map(|row| KeyState::of(row, &rows, now).to_string()).collect();
    let keys = rows.into_iter().zip(states).map(|(row, state)| Key {
        kid: row.kid,
        key_use: row.key_use,
        state: state.trim().to_owned(),
        not_before: Timestamp(row.not_before),
        not_after: Timestamp(row.not_after),
        override_reason: row.override_reason,
        revoked_at: row.revoked_at.map(Timestamp),
        revocation_reason: row.revocation_reason,
        revocation_approval: row.revocation_approval,
    });
    Ok(web::Json(Keys { keys: keys.collect() }))
}

/// Asks for a key to be revoked. Another security administrator decides; then a new trust list says it at once.
#[utoipa::path(post, path = "/v1/keys/{kid}/revocation", tag = "administration", operation_id = "request_revocation",
    security(("session" = [])), params(("kid" = String, Path, description = "Id of the key")),
    request_body = WantedRevocation,
    responses(
        (status = 202, description = "Waits for another security administrator", body = Approval),
        (status = 422, description = "The reason does not fit")))]
pub async fn revoke(
    app: web::Data<App>,
    SecurityAdmin(account): SecurityAdmin,
    context: Context,
    kid: web::Path<String>,
    Json(wanted): Json<WantedRevocation>,
) -> Result<HttpResponse, Problem> {
    // Keys are the whole province's.
    account.require_jurisdiction(None)?;
    let wanted = Wanted {
        id: app.new_id().to_string(),
        kind: Kind::KeyRevocation,
        object: kid.into_inner(),
        payload: json!(KeyRevocation { all: wanted.all }),
        division: None,
        by: account.id.clone(),
        reason: wanted.reason,
    };
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let ask = move |conn: &mut _| {
        let standing = |row: &store::keys::KeyRow| row.kid == wanted.object && row.revoked_at.is_none();
        if !store::keys::list(conn)?.iter().any(standing) {
            return Err(Problem::from(Code::NotFound));
        }
        let approval = approvals::request(conn, &integrity, wanted, now)?;
        audit.append(conn, approvals::requested(context.by(&account), &approval))?;
        Ok(approval)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}
