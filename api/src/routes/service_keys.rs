//! Keys that services sign their requests with, as system administrators keep them.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::Context;
use crate::auth::SystemAdmin;
use crate::auth::service_keys::{self, NewKey, Shown};
use crate::extract::Json;
use crate::problem::{Code, Problem};

/// Keys of services.
#[derive(Serialize, ToSchema)]
pub struct ServiceKeys {
    /// By login of the service, oldest first, revoked ones too.
    keys: Vec<Shown>,
}

/// Of which division.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    division: Option<String>,
}

/// The keys of services of a division, or of all that this administrator answers for.
#[utoipa::path(get, path = "/v1/service-keys", tag = "administration", operation_id = "list_service_keys",
    security(("session" = [])),
    params(("division" = Option<String>, Query, description = "Two, four or six digits (GB/T 2260)")),
    responses((status = 200, description = "All of them", body = ServiceKeys)))]
pub async fn list(
    app: web::Data<App>,
    SystemAdmin(admin): SystemAdmin,
    query: web::Query<Query>,
) -> Result<web::Json<ServiceKeys>, Problem> {
    let (division, now) = (query.into_inner().division, app.clock.now());
    let find = move |conn: &mut _| service_keys::list(conn, &admin, division, now);
    Ok(web::Json(ServiceKeys { keys: app.db.read(find).await? }))
}

/// Registers a service's key; those it has stay good. The account has no password, and the role `issuer` or
/// `third_party`.
#[utoipa::path(post, path = "/v1/service-keys", tag = "administration", operation_id = "add_service_key",
    security(("session" = [])), request_body = NewKey,
    responses(
        (status = 201, description = "It may sign from now on", body = Shown),
        (status = 404, description = "There is no such account that may be used"),
        (status = 409, description = "`not_a_service`, `service_key_known`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    SystemAdmin(admin): SystemAdmin,
    context: Context,
    Json(new): Json<NewKey>,
) -> Result<HttpResponse, Problem> {
    let (audit, now) = (app.audit.clone(), app.clock.now());
    let add = move |conn: &mut _| -> Result<_, Problem> {
        service_keys::of_jurisdiction(conn, &admin, &new.login)?;
        Ok(service_keys::add(conn, &audit, context.by(&admin), new, now)?)
    };
    Ok(HttpResponse::Created().json(app.db.write(add).await?))
}

/// Revokes a key: what it signed is refused from now on, on every server.
#[utoipa::path(delete, path = "/v1/service-keys/{kid}", tag = "administration", operation_id = "revoke_service_key",
    security(("session" = [])), params(("kid" = String, Path, description = "Id of the key")),
    responses((status = 204, description = "It is revoked")))]
pub async fn revoke(
    app: web::Data<App>,
    SystemAdmin(admin): SystemAdmin,
    context: Context,
    kid: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (audit, now) = (app.audit.clone(), app.clock.now());
    let revoke = move |conn: &mut _| -> Result<_, Problem> {
        service_keys::key_of_jurisdiction(conn, &admin, &kid)?;
        let revoked = service_keys::revoke(conn, &audit, context.by(&admin), &kid, now)?;
        if revoked { Ok(()) } else { Err(Code::NotFound.into()) }
    };
    app.db.write(revoke).await?;
    Ok(HttpResponse::NoContent().finish())
}
