//! What one request may cost: how many at once, how large a head, how slow a body, how long the work.
//!
//! What the framework limits by itself is set in `server.rs`: connections, the time for a head, idle connections.
//! How large a body may be is the extractors' (`extract.rs`), how often someone may try something the handlers'.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::app::App;
use crate::config::Config;
use crate::problem::{Code, Problem};

mod body;

/// What must be answered above all when there is too much to do: without it a server that is merely busy is taken
/// for dead.
const NEVER_SHED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Bodies that may be compressed and may come for hours: their handler counts what they unfold to as it comes.
const UPLOADS: [&str; 1] = ["/v1/ingest"];

/// Seconds after which someone who was turned away may come again.
const COME_AGAIN: u32 = 2;

/// The middleware that turns away what costs too much, with a problem.
///
/// # Errors
/// What the handler's own error is.
pub async fn limit(
    app: web::Data<App>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let settings = app.live.now();
    let route = request.match_pattern().unwrap_or_default();
    let upload = is_upload(&route);
    if let Err(problem) = admit(&app, &settings, &request, &route, upload) {
        return Ok(refused(request, problem));
    }
    let patience = Duration::from_secs(settings.body_timeout.into());
    let payload = request.take_payload();
    request.set_payload(match payload {
        Payload::None => Payload::None,
        payload => body::timely(payload, patience),
    });
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The middleware of each route that gives a request up when it takes too long; uploads may.
///
/// # Errors
/// What the handler's own error is.
pub async fn in_time(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let route = request.match_pattern().unwrap_or_default();
    if is_upload(&route) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let asked = request.request().clone();
    let time = Duration::from_secs(app.live.now().request_timeout.into());
    match tokio::time::timeout(time, next.call(request)).await {
        Ok(answer) => Ok(answer?.map_into_boxed_body()),
        Err(_) => {
            let problem = Problem::new(Code::TookTooLong).retry_after(COME_AGAIN).because(route);
            Ok(ServiceResponse::from_err(problem, asked))
        }
    }
}

/// Whether bodies at this route are uploads: as large as `upload_limit`, and not taken at once.
#[must_use]
pub fn is_upload(route: &str) -> bool {
    UPLOADS.contains(&route)
}

/// Whether the request may go on, by its head alone.
fn admit(
    app: &App,
    settings: &Config,
    request: &ServiceRequest,
    route: &str,
    upload: bool,
) -> Result<(), Problem> {
    let in_flight = usize::try_from(app.metrics.in_flight.get()).unwrap_or(0);
    if in_flight > settings.in_flight_limit && !NEVER_SHED.contains(&route) {
        app.metrics.shed.inc();
        return Err(Problem::new(Code::Overloaded).retry_after(COME_AGAIN).because(in_flight));
    }
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if head_length(request.headers()).saturating_add(address) > settings.head_limit {
        return Err(Code::HeadTooLarge.into());
    }
    if is_compressed(request.headers()) && !upload {
        return Err(Code::UnsupportedEncoding.into());
    }
    Ok(())
}

fn head_length(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum()
}

/// A few kilobytes may unfold to gigabytes, so only those who count as they unfold take them.
fn is_compressed(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(CONTENT_ENCODING);
    encodings.into_iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn refused(request: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    let (request, _) = request.into_parts();
    ServiceResponse::from_err(problem, request)
}
