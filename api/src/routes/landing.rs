//! Where a code leads that a phone's own camera opened: a page that has the code verified here and shows the verdict.
//!
//! The server does nothing with the code in the address: the page's script sends it in a body, where no log, proxy
//! or `Referer` keeps it, and takes it out of the address bar.

use actix_web::HttpResponse;
use actix_web::http::header;

const PAGE: &str = include_str!("../../../web/landing/landing.html");
const SCRIPT: &str = include_str!("../../../web/landing/landing.js");
const STYLE: &str = include_str!("../../../web/landing/landing.css");

/// Only what this server itself sends, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page behind a code.
#[utoipa::path(get, path = "/V/{tail}", tag = "pages", operation_id = "landing",
    params(("tail" = String, Path, description = "Version and token of a code")),
    responses((status = 200, description = "A page that shows the verdict", body = str, content_type = "text/html")))]
pub async fn page() -> HttpResponse {
    landing()
}

/// The page behind the code of an annotated copy: the same page, which has its script ask for another verdict.
#[utoipa::path(get, path = "/C/{tail}", tag = "pages", operation_id = "copy_landing",
    params(("tail" = String, Path, description = "Version and token of a copy's code")),
    responses((status = 200, description = "A page that shows the verdict", body = str, content_type = "text/html")))]
pub async fn copy_page() -> HttpResponse {
    landing()
}

fn landing() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header(("X-Robots-Tag", "noindex, nofollow"))
        .body(PAGE)
}

/// Its script.
#[utoipa::path(get, path = "/landing/landing.js", tag = "pages", operation_id = "landing_script",
    responses((status = 200, description = "JavaScript", body = str, content_type = "text/javascript")))]
pub async fn script() -> HttpResponse {
    file("text/javascript; charset=utf-8", SCRIPT)
}

/// Its looks.
#[utoipa::path(get, path = "/landing/landing.css", tag = "pages", operation_id = "landing_style",
    responses((status = 200, description = "A style sheet", body = str, content_type = "text/css")))]
pub async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", STYLE)
}

fn file(media_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(content)
}
