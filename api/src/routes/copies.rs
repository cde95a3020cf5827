//! Annotated copies: made, listed, downloaded, verified.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{PAGE, next, place};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Role, SignedIn};
use crate::copies::{self, Checked, Copy, Wanted};
use crate::extract::Json;
use crate::faces::Format;
use crate::problem::{Code, Problem};
use crate::routes::verifications;

mod query;

use query::CopyQuery;

/// Annotated copies.
#[derive(Serialize, ToSchema)]
pub struct Copies {
    /// In the order that was asked for, at most 100.
    copies: Vec<Copy>,
    /// Where to go on, when there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// As what a copy is downloaded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct As {
    /// `pdf` or `png`.
    #[serde(default = "pdf")]
    format: Format,
}

const fn pdf() -> Format {
    Format::Pdf
}

/// The code of a copy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScannedCopy {
    /// The text of the code, exactly as scanned.
    #[schema(example = "HTTPS://YZT.EXAMPLE.GOV.CN/C/1QRMJ…")]
    code: String,
    /// SM3 of a file of the copy, hexadecimal, to know whether it is byte for byte as it was issued.
    #[serde(default)]
    file_digest: Option<String>,
}

/// Makes an annotated copy (加注件) of a certificate in force: its holder, or an operator of its division.
#[utoipa::path(post, path = "/v1/certificates/{id}/copies", tag = "sharing", operation_id = "make_copy",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The copy; its files are at `/v1/copies/{id}/file`", body = Copy),
        (status = 403, description = "`wrong_role`, `other_division`, or why the grant cannot be used"),
        (status = 409, description = "`copy_not_allowed`, `changed_meanwhile`"),
        (status = 422, description = "`unfit_value`, `recipient_unknown`"),
        (status = 429, description = "`too_many_attempts`, `record_limit`: a holder and an operator may make so many a day")))]
pub async fn create(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    let copy = copies::make(&app, context, account, id.into_inner(), wanted).await?;
    Ok(HttpResponse::Created().json(copy))
}

/// Copies of the holder's certificates, or of those of the operator's division, whoever made them.
#[utoipa::path(get, path = "/v1/copies", tag = "sharing", operation_id = "list_copies",
    security(("session" = [])), params(CopyQuery),
    responses((status = 200, description = "In the order that was asked for", body = Copies)))]
pub async fn list(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    query: web::Query<CopyQuery>,
) -> Result<web::Json<Copies>, Problem> {
    let query = query.into_inner();
    let place = place(query.after.clone(), query.order)?;
    let filter = query.filter(&account)?;
    let server = app.clone().into_inner();
    let find = move |conn: &mut _| copies::page(conn, &server, &filter, &place, PAGE);
    let copies = app.db.read(find).await?;
    Ok(web::Json(Copies { next_after: next(&copies, |one| one.id().to_owned()), copies }))
}

/// One copy.
#[utoipa::path(get, path = "/v1/copies/{id}", tag = "sharing", operation_id = "copy",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the copy")),
    responses((status = 200, description = "The copy", body = Copy)))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    id: web::Path<String>,
) -> Result<web::Json<Copy>, Problem> {
    let server = app.clone().into_inner();
    let find = move |conn: &mut _| {
        let row = copies::visible(conn, &id, &account)?;
        Copy::of(conn, &server, row)
    };
    Ok(web::Json(app.db.read(find).await?))
}

/// A file of a copy, byte for byte as it was issued.
#[utoipa::path(get, path = "/v1/copies/{id}/file", tag = "sharing", operation_id = "copy_file",
    security(("session" = [])),
    params(
        ("id" = String, Path, description = "Id of the copy"),
        ("format" = Option<Format>, Query, description = "`pdf`, or `png`; `pdf` where it is not said")),
    responses((status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png")))))]
pub async fn file(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
    query: web::Query<As>,
) -> Result<HttpResponse, Problem> {
    let format = query.format;
    if format == Format::Svg {
        return Err(Code::BadQuery.into());
    }
    let (server, by) = (app.clone().into_inner(), account.clone());
    let find = move |conn: &mut _| {
        let row = copies::visible(conn, &id, &by)?;
        let file = copies::file(conn, &server, &row.id, format)?;
        Ok::<_, Problem>((row, file))
    };
    let (row, file) = app.db.read(find).await?;
    if account.role != Role::Holder {
        let entry = Entry::new(Action::CopyRead, context.by(&account)).on("copy", row.id.as_str());
        app.audit.record(entry.in_division(row.division).detail("format", format.word())).await?;
    }
    let name = format!("attachment; filename=\"{}.{}\"", row.serial, format.word());
    let answer = HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(file.to_vec());
    Ok(answer)
}

/// Decides about a copy with what this server knows now: whether it is as it was issued, and what has become of the
/// certificate since. There is a limit for each address, as for verifications.
#[utoipa::path(post, path = "/v1/copy-verifications", tag = "verification", operation_id = "verify_copy",
    request_body = ScannedCopy, security((), ("session" = [])),
    responses(
        (status = 200, description = "The verdict, as docs/protocol.md §11 describes it", body = Object),
        (status = 422, description = "`unfit_value`: the digest is none"),
        (status = 429, description = "`too_many_attempts`")))]
pub async fn check(
    app: web::Data<App>,
    request: HttpRequest,
    signed_in: Option<SignedIn>,
    Json(scanned): Json<ScannedCopy>,
) -> Result<web::Json<Checked>, Problem> {
    verifications::limit_others(&app, &request, signed_in.as_ref()).await?;
    copies::check(&app, scanned.code, scanned.file_digest).await.map(web::Json)
}
