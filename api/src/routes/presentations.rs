//! Showing a certificate: a code for the next minute, as JSON with the picture in it, or as the picture alone.

use actix_web::http::header::{self, Accept, Header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::presentation::Cti;

use crate::app::App;
use crate::auth::Holder;
use crate::clock::Timestamp;
use crate::present::{self, Shown};
use crate::problem::Problem;
use crate::qr::{self, DrawError, Medium};

/// Pixels for each module of a PNG: sharp on a phone's screen at any density.
const SCALE: u8 = 8;

/// A code to be shown. Nobody should keep it: it is good for a minute.
#[derive(Serialize, ToSchema)]
pub struct Presentation {
    /// The code's text.
    #[schema(example = "HTTPS://YZT.EXAMPLE.GOV.CN/V/1QRMJ…")]
    code: String,
    /// Its name, as receipts have it: 16 hexadecimal digits.
    #[schema(value_type = String, example = "0123456789abcdef")]
    cti: Cti,
    /// When it was made.
    made_at: Timestamp,
    /// Until when it is good.
    expires_at: Timestamp,
    /// After how many seconds the next one should be asked for.
    refresh_after: u64,
    /// The picture.
    qr: Picture,
}

/// The picture of a code.
#[derive(Serialize, ToSchema)]
pub struct Picture {
    /// SVG, with its quiet zone, of any size.
    svg: String,
}

/// What the answer is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Svg,
    Png,
}

/// Shows a certificate: makes a code for the next minute.
///
/// With `Accept: image/svg+xml` or `image/png` the answer is the picture alone, and the headers `Yzt-Cti`,
/// `Yzt-Made-At`, `Yzt-Expires-At` and `Yzt-Refresh-After` say the rest.
#[utoipa::path(post, path = "/v1/certificates/{id}/presentations", tag = "certificates", operation_id = "present",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the certificate")),
    responses(
        (status = 201, description = "The code", content(
            (Presentation = "application/json"), (String = "image/svg+xml"), (Vec<u8> = "image/png"))),
        (status = 409, description = "Why the certificate cannot be presented now: `certificate_cancelled`, …")))]
pub async fn create(
    app: web::Data<App>,
    holder: Holder,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let form = Form::asked(&request);
    let shown = present::show(&app, id.into_inner(), holder.holder_id).await?;
    // Drawing takes milliseconds, which other requests of this worker should not wait for.
    let drawn = tokio::task::spawn_blocking(move || draw(form, &shown.code).map(|bytes| (shown, bytes)));
    let (shown, bytes) = drawn.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    answer(form, shown, bytes)
}

fn draw(form: Form, code: &str) -> Result<Vec<u8>, DrawError> {
    let drawing = qr::Code::new(code, Medium::Screen)?;
    match form {
        Form::Json | Form::Svg => Ok(drawing.svg().into_bytes()),
        Form::Png => drawing.png(SCALE),
    }
}

fn answer(form: Form, shown: Shown, picture: Vec<u8>) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    response.insert_header((header::VARY, "Accept"));
    let media_type = match form {
        Form::Json => {
            let svg = String::from_utf8(picture).map_err(Problem::internal)?;
            return Ok(response.json(Presentation::of(shown, svg)));
        }
        Form::Svg => "image/svg+xml",
        Form::Png => "image/png",
    };
    Ok(response
        .content_type(media_type)
        .insert_header(("Yzt-Cti", shown.cti.to_string()))
        .insert_header(("Yzt-Made-At", shown.made_at.to_string()))
        .insert_header(("Yzt-Expires-At", shown.expires_at.to_string()))
        .insert_header(("Yzt-Refresh-After", shown.refresh_after))
        .body(picture))
}

impl Presentation {
    fn of(shown: Shown, svg: String) -> Self {
        Self {
            code: shown.code,
            cti: shown.cti,
            made_at: shown.made_at,
            expires_at: shown.expires_at,
            refresh_after: shown.refresh_after,
            qr: Picture { svg },
        }
    }
}

impl Form {
    /// What the client likes best of what there is; JSON when it likes none of it, or does not say.
    fn asked(request: &HttpRequest) -> Self {
        let ranked = Accept::parse(request).map(|accept| accept.ranked()).unwrap_or_default();
        let known = |essence: &str| match essence {
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            "image/svg+xml" | "image/*" => Some(Self::Svg),
            "image/png" => Some(Self::Png),
            _ => None,
        };
        ranked.iter().find_map(|mime| known(mime.essence_str())).unwrap_or(Self::Json)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(accept: &str) -> Form {
        Form::asked(&TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request())
    }

    #[test]
    fn the_answer_has_the_form_the_client_likes_best() {
        assert_eq!(Form::asked(&TestRequest::default().to_http_request()), Form::Json);
        assert_eq!(asked("*/*"), Form::Json);
        assert_eq!(asked("image/png"), Form::Png);
        assert_eq!(asked("image/svg+xml"), Form::Svg);
        assert_eq!(asked("application/json, image/png;q=0.5"), Form::Json);
        assert_eq!(asked("image/png;q=0.5, image/svg+xml"), Form::Svg);
        assert_eq!(asked("text/html"), Form::Json);
    }
}
