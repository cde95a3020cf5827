//! Certificates as people see them, and what happened to them.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admit::Sender;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Holder, Issuer, Role, SignedIn};
use crate::certificates::{self, Certificate, Summary};
use crate::clock::Timestamp;
use crate::extract::RawJson;
use crate::idempotency::{Answer, Write};
use crate::lifecycle::{self, Event, Ledger, NewEvent, Recorded, Report, Subject};
use crate::problem::{Code, Finding, Problem};

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

/// At which moment a certificate is looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// As it was known then; now, where it is not said.
    as_of: Option<Timestamp>,
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
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "Id of the certificate"),
        ("as_of" = Option<Timestamp>, Query,
            description = "As it was known at this moment (RFC 3339): by what was recorded by then")),
    responses(
        (status = 200, description = "The certificate", body = Certificate),
        (status = 403, description = "`wrong_role`, `other_division`"),
        (status = 429, description = "`record_limit`: staff may look at so many a day")))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
    query: web::Query<AsOf>,
) -> Result<web::Json<Certificate>, Problem> {
    if query.as_of.is_some_and(|instant| instant > app.clock.now()) {
        let finding = Finding { item: "as_of".into(), rule: "in_the_future".into(), source: None };
        return Err(Problem::new(Code::BadQuery).findings(vec![finding]));
    }
    let looked = certificates::look(&app, context.clone(), account.clone(), id.clone(), query.as_of).await;
    if let Err(problem) = &looked {
        audit(&app, context, &account, &id, Some(problem)).await?;
    }
    looked.map(web::Json)
}

/// Reports what happened to a certificate. It takes effect at once.
#[utoipa::path(post, path = "/v1/certificates/{id}/events", tag = "certificates", operation_id = "report_event",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "Id of the certificate"),
        ("Idempotency-Key" = Option<String>, Header,
            description = "The sender's name for this write: sent again under it, the same body gets the same answer")),
    request_body = NewEvent,
    responses(
        (status = 201, description = "Recorded", body = Event),
        (status = 200, description = "Was recorded before, when it was first sent", body = Event),
        (status = 409, description = "`transition_not_allowed`, `event_overtaken`, `sequence_passed`, `event_conflict`, \
            `idempotency_key_reused`"),
        (status = 422, description = "`unfit_value`")))]
pub async fn report(
    app: web::Data<App>,
    Issuer(by): Issuer,
    request: HttpRequest,
    context: Context,
    id: web::Path<String>,
    body: RawJson,
) -> Result<HttpResponse, Problem> {
    let write =
        Write::of(&app, &by.id, request.headers(), &format!("/v1/certificates/{id}/events"), &body.0)?;
    let context = context.by(&by);
    let report = Report {
        subject: Subject::Id(id.into_inner()),
        event: body.read()?,
        by: Sender { account: by.id, division: by.division },
        province: app.config.iss.clone(),
        batch: None,
        fresh: app.new_id(),
        now: app.clock.now(),
    };
    let server = app.clone();
    let record = move |conn: &mut _| {
        if let Some(answer) = write.earlier(conn)? {
            return Ok(answer);
        }
        let mut ledger = Ledger::default();
        let recorded = report.record(conn, &mut ledger, || server.new_id().to_string())?;
        ledger.close(conn, &server.config.iss)?;
        let (status, row, is_new) = match recorded {
            Recorded::New(row) => (StatusCode::CREATED, row, true),
            Recorded::Repeated(row) => (StatusCode::OK, row, false),
        };
        let (certificate, event) = (row.certificate_id.clone(), Event::of(row, true));
        let answer = Answer::of(status, &event)?;
        write.keep(conn, &answer)?;
        if is_new {
            server.audit.append(conn, event.entry(context).on("certificate", certificate))?;
        }
        Ok::<_, Problem>(answer)
    };
    Ok(app.db.write(record).await?.into())
}

/// What happened to a certificate: for its holder, and the issuers and operators of its division.
#[utoipa::path(get, path = "/v1/certificates/{id}/history", tag = "certificates", operation_id = "history",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    responses((status = 200, description = "In the order it was recorded", body = History)))]
pub async fn history(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
) -> Result<web::Json<History>, Problem> {
    let (who, which) = (account.clone(), id.clone());
    let read = move |conn: &mut _| {
        let certificate = certificates::visible(conn, &which, &who)?;
        lifecycle::history(conn, &certificate.id, who.role != Role::Holder)
    };
    let events = app.db.read(read).await;
    audit(&app, context, &account, &id, events.as_ref().err()).await?;
    Ok(web::Json(History { events: events? }))
}

/// Audits that staff look at a certificate: they see it only once that is written. Holders look at their own.
async fn audit(
    app: &App,
    context: Context,
    account: &Account,
    id: &str,
    refused: Option<&Problem>,
) -> Result<(), Problem> {
    if account.role == Role::Holder {
        return Ok(());
    }
    let entry = Entry::new(Action::CertificateRead, context.by(account)).on("certificate", id);
    match refused {
        None => app.audit.record(entry).await?,
        Some(problem) => app.audit.note(entry.ended_in(problem)).await,
    }
    Ok(())
}
