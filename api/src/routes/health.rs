//! Whether this server lives, whether it can work, and what it counted.

use std::sync::Arc;

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, Responder, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::keys::Use;
use crate::store::migrate;
use crate::watch;

/// Whether this server can work, part by part.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Whether every part does without which it cannot.
    ready: bool,
    /// Each part.
    parts: Vec<Part>,
}

/// One part a server needs.
#[derive(Serialize, ToSchema)]
pub struct Part {
    /// Its name.
    #[schema(example = "database")]
    name: &'static str,
    /// Whether it works.
    ready: bool,
    /// Whether this server goes on without it, in a lesser way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    degraded: bool,
    /// More about it, such as its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "schema 20261125180000")]
    detail: Option<String>,
}

/// Lives: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "Lives", body = str, content_type = "text/plain")))]
pub async fn alive() -> impl Responder {
    "ok\n"
}

/// Ready: every part this server needs works.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready; the parts that are down say so", body = Readiness)))]
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    let database = app.db.read(migrate::fit_schema).await;
    let now = app.clock.now();
    let signing = [Use::Seal, Use::Presentation, Use::Status];
    let signer = Arc::clone(&app.signer);
    let answers = web::block(move || signer.answers(&signing, now)).await;
    let mut parts = vec![
        Part {
            ready: database.is_ok(),
            detail: database.ok().map(|version| format!("schema {version}")),
            ..part("database", false)
        },
        part("signing_keys", signing.iter().all(|key| app.signer.active(*key, now).is_ok())),
        part("signer", answers.unwrap_or(false)),
    ];
    if let Some(redis) = app.ephemeral.redis() {
        parts.push(dispensable("redis", redis.answers().await));
    }
    let ready = parts.iter().all(|part| part.ready || part.degraded);
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.json(Readiness { ready, parts })
}

/// Metrics in Prometheus' text form.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Metrics", body = str, content_type = "text/plain")))]
pub async fn metrics(app: web::Data<App>) -> HttpResponse {
    watch::look(&app);
    HttpResponse::Ok().content_type(ContentType::plaintext()).body(app.metrics.text())
}

/// A part without which nothing goes.
fn part(name: &'static str, ready: bool) -> Part {
    Part { name, ready, degraded: false, detail: None }
}

/// A part without which the rest goes on.
fn dispensable(name: &'static str, ready: bool) -> Part {
    Part { name, ready, degraded: !ready, detail: None }
}
