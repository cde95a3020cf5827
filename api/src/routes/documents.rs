//! Documents about this server: the OpenAPI description, a page to try it, and what each problem means.

use std::sync::LazyLock;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi as Document, PathItem, path::Operation};
use utoipa_swagger_ui::{Config as UiConfig, SwaggerUi};

use super::Documented;
use crate::problem::{Code, Finding, Problem, ProblemDocument};

mod answers;

/// The name of the session token among the document's security schemes: handlers that need a sign-in say
/// `security(("session" = []))`.
const SESSION: &str = "session";

static DOCUMENT: LazyLock<Document> = LazyLock::new(document);

/// The OpenAPI description of this server.
#[utoipa::path(get, path = "/openapi.json", tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn openapi() -> impl Responder {
    web::Json(&*DOCUMENT)
}

/// What a problem means and what to do about it.
#[utoipa::path(get, path = "/problems/{code}", tag = "documents",
    params(("code" = String, Path, description = "The code of a problem")),
    responses((status = 200, description = "The problem, as it would be answered", body = ProblemDocument)))]
pub async fn problem(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let known = Code::ALL.iter().find(|known| known.name() == *code);
    let described = Problem::new(*known.ok_or(Code::NotFound)?);
    Ok(HttpResponse::Ok().json(ProblemDocument::from(&described)))
}

/// Adds the page to try the API.
pub(super) fn add_pages(services: &mut ServiceConfig) {
    services
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(UiConfig::from("/openapi.json")));
}

fn document() -> Document {
    let mut document = Documented::openapi();
    document.info = InfoBuilder::new()
        .title("道路运输电子证照 Electronic road-transport certificates")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let components = document.components.get_or_insert_default();
    let session = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A service signs its requests instead (RFC 9421): docs/service-accounts.md"))
        .build();
    components.add_security_scheme(SESSION, SecurityScheme::Http(session));
    for (name, schema) in [
        (<ProblemDocument as utoipa::ToSchema>::name(), <ProblemDocument as utoipa::PartialSchema>::schema()),
        (<Finding as utoipa::ToSchema>::name(), <Finding as utoipa::PartialSchema>::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    document.paths.paths.values_mut().flat_map(operations).for_each(answers::complete);
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
