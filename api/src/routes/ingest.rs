//! Certificates coming in from the 运政系统.

use std::sync::Arc;

use actix_web::dev::Decompress;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::admit::Sender;
use crate::app::App;
use crate::audit::Context;
use crate::auth::{Account, Issuer, Role, SignedIn};
use crate::extract::RawJson;
use crate::idempotency::{self, Write};
use crate::ingest::{self, Format, LENGTH_MAX, Report, Request, Single, Taken};
use crate::problem::{Code, Problem};
use crate::store::{Conn, accounts, batches};

/// Takes certificates, one a line, of any number. Bad lines are reported, good ones kept; the answer comes when all
/// are kept. Sent again, nothing is doubled. May be compressed with gzip.
#[utoipa::path(post, path = "/v1/ingest", tag = "certificates", operation_id = "ingest",
    security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header,
        description = "The sender's name for this batch: sent again under it, the same body gets the same report")),
    request_body(
        description = "Certificates as docs/ingest-format.md says; in NDJSON events may stand between them",
        content((String = "application/x-ndjson"), (String = "text/csv"))),
    responses(
        (status = 200, description = "What became of the batch, with the first 1,000 findings", body = Report),
        (status = 409, description = "`idempotency_key_reused`")))]
pub async fn create(
    app: web::Data<App>,
    Issuer(account): Issuer,
    request: HttpRequest,
    context: Context,
    body: web::Payload,
) -> Result<web::Json<Report>, Problem> {
    let headers = request.headers();
    let limit = app.config.upload_limit;
    // Said beforehand, it need not be read to be refused.
    if stated_length(headers).is_some_and(|length| length > limit) {
        return Err(Code::BodyTooLarge.into());
    }
    let context = context.by(&account);
    let request = Request {
        format: format(headers)?,
        sender: Sender { account: account.id, division: account.division },
        idempotency_key: idempotency::key_of(headers)?,
        limit,
        context,
    };
    let body = Decompress::from_headers(body.into_inner(), headers);
    let app: Arc<App> = app.into_inner();
    Ok(web::Json(ingest::ingest(&app, request, body, |_| ()).await?))
}

/// Takes one certificate, or one event of one, as a line of a batch would have it. It takes effect at once.
#[utoipa::path(post, path = "/v1/certificates", tag = "certificates", operation_id = "ingest_one",
    security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header,
        description = "The sender's name for this write: sent again under it, the same body gets the same answer")),
    request_body(content = Object, description = "One line of docs/ingest-format.md, 256 KiB at most",
        content_type = "application/json"),
    responses(
        (status = 201, description = "A new certificate", body = Taken),
        (status = 200, description = "A new version, an event, or nothing new", body = Taken),
        (status = 409, description = "`idempotency_key_reused`"),
        (status = 422, description = "`record_refused`: see `findings`")))]
pub async fn one(
    app: web::Data<App>,
    Issuer(account): Issuer,
    request: HttpRequest,
    context: Context,
    body: RawJson,
) -> Result<HttpResponse, Problem> {
    if body.0.len() > LENGTH_MAX {
        return Err(Code::BodyTooLarge.into());
    }
    let write = Write::of(&app, &account.id, request.headers(), "/v1/certificates", &body.0)?;
    let context = context.by(&account);
    let sender = Sender { account: account.id, division: account.division };
    let app: Arc<App> = app.into_inner();
    Ok(ingest::one(&app, Single { sender, context, write, line: body.0.to_vec() }).await?.into())
}

/// Where to go on with the findings of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Findings of lines after this one; `next_after_line` of the answer before.
    #[serde(default)]
    after_line: i64,
}

/// What became of a batch, so far or altogether: what it counts is kept. Its sender sees it, and the
/// operators of the division it was sent from.
#[utoipa::path(get, path = "/v1/ingest/{batch}", tag = "certificates", operation_id = "ingest_report",
    security(("session" = [])),
    params(
        ("batch" = String, Path, description = "The id of a batch"),
        ("after_line" = Option<i64>, Query,
            description = "Findings of lines after this one: `next_after_line` of the answer before")),
    responses((status = 200, description = "The report, with up to 1,000 findings", body = Report)))]
pub async fn report(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    batch: web::Path<String>,
    page: web::Query<Page>,
) -> Result<web::Json<Report>, Problem> {
    let (batch, after_line) = (batch.into_inner(), page.after_line);
    let find = move |conn: &mut _| -> Result<_, Problem> {
        let batch = batches::find(conn, &batch)?.ok_or(Code::NotFound)?;
        require_sight(conn, &account, &batch.account_id)?;
        Ok(Report::of(conn, batch, after_line)?)
    };
    Ok(web::Json(app.db.read(find).await?))
}

/// An issuer sees its own batches, an operator those from its division. What this server itself took in is of no
/// division.
fn require_sight(conn: &mut Conn, account: &Account, sender: &str) -> Result<(), Problem> {
    if account.role != Role::Operator {
        return if account.id == sender { Ok(()) } else { Err(Code::NotFound.into()) };
    }
    let sender = accounts::find(conn, sender)?;
    account.require_jurisdiction(sender.and_then(|sender| sender.division).as_deref())
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    text(headers, CONTENT_LENGTH.as_str())?.parse().ok()
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let encoding = text(headers, CONTENT_ENCODING.as_str()).unwrap_or("identity");
    if !["identity", "gzip"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let essence = text(headers, CONTENT_TYPE.as_str()).and_then(|value| value.split(';').next());
    let format = essence.and_then(|essence| Format::of_media_type(essence.trim()));
    format.ok_or_else(|| Code::UnsupportedMediaType.into())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
