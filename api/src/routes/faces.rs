//! The face of a certificate, as a picture.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::audit::Context;
use crate::auth::SignedIn;
use crate::certificates;
use crate::faces::Format;
use crate::limits::Limit;
use crate::problem::Problem;

/// The window in which drawings are counted, in seconds.
const WINDOW: u32 = 60;

/// A picture holds nothing that is fetched or run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/// As what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct As {
    /// `svg`, `png` or `pdf`.
    #[serde(default)]
    format: Format,
}

/// The face of a certificate (证照样式), for its holder, and with personal items masked for the officers, issuers and
/// operators of its division. One that is not in force, and a specimen, bear that across them.
#[utoipa::path(get, path = "/v1/certificates/{id}/face", tag = "certificates", operation_id = "certificate_face",
    security(("session" = [])), 
    params(
        ("id" = String, Path, description = "Id of the certificate"),
        ("format" = Option<Format>, Query, description = "`svg` for a page, `png` for an image, `pdf` for print")),
    responses(
        (status = 200, description = "The picture", content(
            (String = "image/svg+xml"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf"))),
        (status = 403, description = "`wrong_role`, `other_division`"),
        (status = 429, description = "`record_limit`: staff may look at so many a day; `too_many_attempts`: so many are drawn a minute")))]
pub async fn one(
    app: web::Data<App>,
    SignedIn(account): SignedIn,
    context: Context,
    id: web::Path<String>,
    query: web::Query<As>,
) -> Result<HttpResponse, Problem> {
    app.faces.ready().await?;
    if query.format != Format::Svg {
        let most = app.config.drawings_per_minute;
        Limit { name: "drawings", most, window: WINDOW }.count(&app, &account.id).await?;
    }
    let sheet = certificates::face(&app, context, account, id.into_inner()).await?;
    let file = app.faces.draw(sheet, query.format).await?;
    Ok(picture(file, query.format))
}

/// An answer that is a picture.
pub(super) fn picture(file: Vec<u8>, format: Format) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(file)
}
