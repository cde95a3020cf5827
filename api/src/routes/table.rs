//! How the route table becomes services, OpenAPI paths and a list.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::guard::{Any, Get, Method as IsMethod};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpResponse, Resource, ResponseError, Route, web};

use super::access::{self, Access};
use crate::problem::{Code, Problem};

/// Makes the services, the OpenAPI paths and the list of routes from one table.
macro_rules! routes {
    ($( $path:literal [ $( $method:ident => $($handler:ident)::+ ),+ ] )*) => {
        /// Every route: method, pattern.
        pub const TABLE: &[(&str, &str)] = &[$( $( (stringify!($method), $path), )+ )*];

        /// Adds every route to a server.
        pub fn configure(services: &mut actix_web::web::ServiceConfig) {
            use actix_web::http::Method;
            $( services.service(
                table::resource($path, &[$( stringify!($method) ),+])
                    $( .route(table::guarded(
                        table::on(&Method::$method).to($($handler)::+), stringify!($method), $path,
                    )) )+
                    .wrap(actix_web::middleware::from_fn(crate::budget::in_time))
            ); )*
            documents::add_pages(services);
        }

        #[derive(utoipa::OpenApi)]
        #[openapi(paths($( $( $($handler)::+ ),+ ),*))]
        struct Documented;
    };
}

/// What answers where no route is.
///
/// # Errors
/// Always: that is its answer.
pub async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Code::NotFound.into())
}

/// An address that answers other methods than its own with 405 and the methods it takes.
pub(super) fn resource(path: &str, methods: &'static [&'static str]) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        let mut response = Problem::new(Code::MethodNotAllowed).error_response();
        let allow = methods.join(", ").replace("GET", "GET, HEAD");
        if let Ok(allow) = header::HeaderValue::from_str(&allow) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }))
}

/// A route that asks the table of access before its handler.
pub(super) fn guarded(route: Route, method: &str, path: &str) -> Route {
    let access = Access::of(method, path);
    route.wrap(from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
        access::guard(access, request, next)
    }))
}

/// A route for `method`; what may be got may also be asked for by its head alone.
pub(super) fn on(method: &Method) -> Route {
    if method == Method::GET {
        web::route().guard(Any(Get()).or(IsMethod(Method::HEAD)))
    } else {
        web::method(method.clone())
    }
}
