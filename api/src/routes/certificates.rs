//! Certificates as people see them, and what happened to them.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Holder, Issuer, Role, SignedIn};
use crate::certificates::{self, Certificate, Summary};
use crate::extract::Json;
use crate::lifecycle::{self, Event, NewEvent, Recorded, Report};
use crate::problem::Problem;

/// A holder's certificates.
#[derive(Serialize, ToSchema)]
pub struct Certificates {
    /// Newest issue first.
    certificates: Vec<Summary>,
}

/// What happened to a certificate.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// In the order it was recorded.
    events: Vec<Event>,
}

/// The holder's own certificates.
#[utoipa::path(get, path = "/v1/certificates", tag = "certificates", operation_id = "list_certificates",
    security(("session" = [])),
    responses((status = 200, description = "All of them, whether or not they can be presented", body = Certificates)))]
pub async fn list(app: web::Data<App>, holder: Holder) -> Result<web::Json<Certificates>, Problem> {
    let (vault, today) = (Arc::clone(&app.vault), app.clock.now().day());
    let list = move |conn: &mut _| certificates::list(conn, &vault, &holder.holder_id, today);
    Ok(web::Json(Certificates { certificates: app.db.read(list).await? }))
}

/// A certificate with its data items: for its holder, and the officers, issuers and operators of its division, who see
/// personal items masked. What an officer elsewhere needs at the roadside is in the code.
#[utoipa::path(get, path = "/v1/certificates/{id}", tag = "certificates", operation_id = "certificate",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    responses((status = 200, description = "The certificate", body = Certificate)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Certificate>, Problem> {
    let (vault, today) = (Arc::clone(&app.vault), app.clock.now().day());
    let describe = move |conn: &mut _| certificates::describe(conn, &vault, &id, &account, today);
    Ok(web::Json(app.db.read(describe).await?))
}

/// Reports what happened to a certificate. It takes effect at once.
#[utoipa::path(post, path = "/v1/certificates/{id}/events", tag = "certificates", operation_id = "report_event",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    request_body = NewEvent,
    responses(
        (status = 201, description = "Recorded", body = Event),
        (status = 200, description = "Was recorded before, when it was first sent", body = Event),
        (status = 409, description = "`transition_not_allowed`, `event_conflict`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn report(
    app: web::Data<App>,
    Issuer(by): Issuer,
    id: web::Path<String>,
    Json(event): Json<NewEvent>,
) -> Result<HttpResponse, Problem> {
    let report = Report {
        certificate_id: id.into_inner(),
        event,
        by,
        iss: app.config.iss.clone(),
        fresh: app.new_id(),
        now: app.clock.now(),
    };
    Ok(match app.db.write(move |conn| report.record(conn)).await? {
        Recorded::New(event) => HttpResponse::Created().json(event),
        Recorded::Repeated(event) => HttpResponse::Ok().json(event),
    })
}

/// What happened to a certificate: for its holder, and the issuers and operators of its division.
#[utoipa::path(get, path = "/v1/certificates/{id}/history", tag = "certificates", operation_id = "history",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    responses((status = 200, description = "In the order it was recorded", body = History)))]
pub async fn history(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<History>, Problem> {
    let read = move |conn: &mut _| {
        let certificate = certificates::visible(conn, &id, &account)?;
        lifecycle::history(conn, &certificate.id, account.role != Role::Holder)
    };
    Ok(web::Json(History { events: app.db.read(read).await? }))
}
