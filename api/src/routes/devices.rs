//! Devices: registering a phone's key, and certificates bound to it.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Holder, Owing, SignedIn};
use crate::devices::{self, Challenge, Device, DeviceCredential, Registration};
use crate::extract::Json;
use crate::problem::Problem;

/// An account's devices.
#[derive(Serialize, ToSchema)]
pub struct Devices {
    /// Oldest first, revoked ones too.
    devices: Vec<Device>,
}

/// Which device a certificate is to be bound to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceBinding)]
pub struct Binding {
    /// Id of a device of this holder.
    device_id: String,
}

/// A challenge, for a registration within the next minutes.
#[utoipa::path(post, path = "/v1/device-challenges", tag = "devices", operation_id = "device_challenge",
    security(("session" = [])),
    responses((status = 201, description = "A challenge for this account, good once", body = Challenge)))]
pub async fn challenge(app: web::Data<App>, Owing(caller): Owing) -> Result<HttpResponse, Problem> {
    let account = caller.owing_enrolment_at_most()?.account;
    devices::permitted(&app, account.role)?;
    Ok(HttpResponse::Created().json(devices::challenge(&app, &account).await?))
}

/// Registers a phone or a UKey: a holder's where the deployment allows it, one of staff always, as a second factor.
#[utoipa::path(post, path = "/v1/devices", tag = "devices", operation_id = "register_device",
    security(("session" = [])), request_body = Registration,
    responses(
        (status = 201, description = "The device", body = Device),
        (status = 409, description = "`device_known`, `too_many_devices`"),
        (status = 422, description = "`unfit_value`, `challenge_invalid`, `device_proof_invalid`")))]
pub async fn create(
    app: web::Data<App>,
    Owing(caller): Owing,
    context: Context,
    Json(wanted): Json<Registration>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.owing_enrolment_at_most()?;
    devices::permitted(&app, caller.account.role)?;
    Ok(HttpResponse::Created().json(devices::register(&app, caller, context, wanted).await?))
}

/// The devices of this account.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", operation_id = "list_devices",
    security(("session" = [])),
    responses((status = 200, description = "All of them", body = Devices)))]
pub async fn list(app: web::Data<App>, SignedIn(account): SignedIn) -> Result<web::Json<Devices>, Problem> {
    let devices = app.db.read(move |conn| devices::list(conn, &account)).await?;
    Ok(web::Json(Devices { devices }))
}

/// Revokes a device: its owner, or a system administrator. What is bound to it ends with its time and cannot be renewed.
#[utoipa::path(delete, path = "/v1/devices/{id}", tag = "devices", operation_id = "revoke_device",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the device")),
    responses((status = 204, description = "It is revoked")))]
pub async fn revoke(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let audit = app.audit.clone();
    let revoke = move |conn: &mut _| -> Result<(), Problem> {
        devices::revoke(conn, &id, &account, now)?;
        let entry = Entry::new(Action::DeviceRevoked, context.by(&account));
        Ok(audit.append(conn, entry.on("device", id.as_str()))?)
    };
    app.db.write(revoke).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Binds a certificate to a device, for some days without network. Asked again, it is renewed.
#[utoipa::path(post, path = "/v1/certificates/{id}/credentials", tag = "devices", operation_id = "bind_credential",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    request_body = Binding,
    responses(
        (status = 201, description = "The credential for the device", body = DeviceCredential),
        (status = 409, description = "`device_revoked`, or why the certificate cannot be presented")))]
pub async fn bind(
    app: web::Data<App>,
    holder: Holder,
    id: web::Path<String>,
    Json(binding): Json<Binding>,
) -> Result<HttpResponse, Problem> {
    let bound = devices::bind(&app, holder, id.into_inner(), binding.device_id).await?;
    Ok(HttpResponse::Created().json(bound))
}
