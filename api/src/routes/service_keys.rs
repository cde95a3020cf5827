//! Keys that services sign their requests with. A system administrator asks for one to be registered, a security
//! administrator decides; either revokes one alone, at once.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::approvals::{self, Approval};
use crate::audit::{Action, Context, Entry};
use crate::auth::service_keys::{self, NewKey, Shown};
use crate::auth::{SignedIn, SystemAdmin};
use crate::extract::Json;
use crate::problem::{Code, Problem};
use crate::store;

/// Keys of services.
#[derive(Serialize, ToSchema)]
pub struct ServiceKeys {
    /// By login of the service, oldest first, revoked ones too.
    keys: Vec<Shown>,
}

/// A key that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedServiceKey {
    /// The key.
    #[serde(flatten)]
    key: NewKey,
    /// Why: 1 to 200 characters.
    reason: String,
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
    SignedIn(admin): SignedIn,
    query: web::Query<Query>,
) -> Result<web::Json<ServiceKeys>, Problem> {
    let (division, now, integrity) = (query.into_inner().division, app.clock.now(), app.integrity.clone());
    let find = move |conn: &mut _| service_keys::list(conn, &integrity, &admin, division, now);
    Ok(web::Json(ServiceKeys { keys: app.db.read(find).await? }))
}

/// Asks for a service's key to be registered; those it has stay good. The account has no password, and the role
/// `issuer` or `third_party`. A security administrator decides.
#[utoipa::path(post, path = "/v1/service-keys", tag = "administration", operation_id = "request_service_key",
    security(("session" = [])), request_body = WantedServiceKey,
    responses(
        (status = 202, description = "Waits for a security administrator", body = Approval),
        (status = 404, description = "There is no such account, or it is disabled"),
        (status = 409, description = "`not_a_service`, `service_key_known`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn create(
    app: web::Data<App>,
    SystemAdmin(by): SystemAdmin,
    context: Context,
    Json(wanted): Json<WantedServiceKey>,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (app.new_id().to_string(), app.clock.now());
    let (integrity, audit) = (app.integrity.clone(), app.audit.clone());
    let ask = move |conn: &mut _| {
        let account = service_keys::service(conn, &integrity, &wanted.key.login)?;
        by.require_account(conn, &account)?;
        let wanted = service_keys::wanted(conn, &integrity, &wanted.key, id, by.id.clone(), wanted.reason)?;
        let approval = approvals::request(conn, &integrity, wanted, now)?;
        audit.append(conn, approvals::requested(context.by(&by), &approval))?;
        Ok::<_, Problem>(approval)
    };
    let row = app.db.write(ask).await?;
    Ok(HttpResponse::Accepted().json(Approval::of(row, now)?))
}

/// Revokes a key: what it signed is refused from now on, on every server. It takes one administrator alone, because it
/// must not wait.
#[utoipa::path(delete, path = "/v1/service-keys/{kid}", tag = "administration", operation_id = "revoke_service_key",
    security(("session" = [])), params(("kid" = String, Path, description = "Id of the key")),
    responses((status = 204, description = "It is revoked")))]
pub async fn revoke(
    app: web::Data<App>,
    SignedIn(by): SignedIn,
    context: Context,
    kid: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let revoke = move |conn: &mut _| {
        let (_, account) = store::service_keys::find(conn, &kid)?.ok_or(Code::NotFound)?;
        by.require_account(conn, &account)?;
        if !service_keys::revoke(conn, &integrity, &kid, now)? {
            return Err(Problem::from(Code::NotFound));
        }
        let entry = Entry::new(Action::ClientRevoked, context.by(&by)).on("service_key", kid.as_str());
        Ok(audit.append(conn, entry.detail("account", account.id))?)
    };
    app.db.write(revoke).await?;
    Ok(HttpResponse::NoContent().finish())
}
