//! What is seen of a request from outside its handler: its log line, its metrics, its id, the headers every answer
//! carries, and that every error is a problem of the table.
//!
//! The log names the route's pattern, never the path, the query or the body: a path may carry a code, and a code
//! carries a person.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};
use prometheus::IntGauge;
use tracing::Instrument;
use uuid::Uuid;

use crate::app::App;
use crate::audit::RequestId;
use crate::problem::{Code, Problem};

/// The id of a request, in the log and in its answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request without a route is called.
const NO_ROUTE: &str = "none";

/// What browsers may let our pages do: see codes, know where a check takes place. All else is off.
const PERMISSIONS: &str = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), bluetooth=(), \
    display-capture=(), serial=(), hid=()";
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    object-src 'none'; frame-ancestors 'none'; base-uri 'none'";
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The middleware around every request.
///
/// # Errors
/// None of its own: an error below has already become an answer, or becomes one here.
pub async fn observe(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let _in_flight = InFlight::enter(&app.metrics.in_flight);
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id));
    let method = method_name(request.method());
    let span = tracing::info_span!("request", request_id = %id);
    let response = next.call(request).instrument(span.clone()).await?;
    let mut response = as_problem(response.map_into_boxed_body());

    let route = response.request().match_pattern();
    let route = route.as_deref().unwrap_or(NO_ROUTE);
    let status = response.status();
    let took = began.elapsed();
    span.in_scope(|| {
        log_fault(&response);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(method, route, status = status.as_u16(), micros, "answered");
    });
    let labels = [route, method, status.as_str()];
    app.metrics.requests.with_label_values(&labels).inc();
    let seconds = app.metrics.request_seconds.with_label_values(&[route]);
    seconds.observe(took.as_secs_f64());

    let is_page = route.starts_with("/docs/");
    let secure = app.config.public_url.starts_with("https://");
    protect(response.headers_mut(), is_page, secure);
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    Ok(response)
}

/// The id a proxy in front gave the request, when it is a UUID, or a new one.
fn request_id(headers: &HeaderMap) -> Uuid {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    given.and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_else(Uuid::now_v7)
}

/// The method, of those this server knows: a client can invent others without end.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    let known = KNOWN.iter().find(|known| **known == method.as_str());
    known.copied().unwrap_or("other")
}

/// Turns an error that the framework made by itself into a problem of the table.
fn as_problem(response: ServiceResponse) -> ServiceResponse {
    let foreign = response.response().error().filter(|error| error.as_error::<Problem>().is_none());
    let Some(error) = foreign else {
        return response;
    };
    let problem = match response.status() {
        StatusCode::NOT_FOUND => Code::NotFound.into(),
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge.into(),
        status if status.is_client_error() => Code::BadQuery.into(),
        _ => Problem::internal(error),
    };
    let (request, _) = response.into_parts();
    ServiceResponse::from_err(problem, request)
}

/// Says why an answer is 5xx: the client is not told.
fn log_fault(response: &ServiceResponse) {
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    if let Some(problem) = problem.filter(|problem| problem.status_code().is_server_error()) {
        let (code, cause) = (problem.code().name(), problem.cause().unwrap_or_default());
        tracing::error!(code, cause, "request failed");
    }
}

/// The headers every answer carries, unless its handler set its own.
fn protect(headers: &mut HeaderMap, is_page: bool, secure: bool) {
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CACHE_CONTROL, "no-store");
    set(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    set(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    set(header::PERMISSIONS_POLICY, PERMISSIONS);
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// Counts a request as in flight, also when its client goes away in the middle.
struct InFlight(IntGauge);

impl InFlight {
    fn enter(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
