//! The octets that are signed (RFC 9421 §2.5): a line for each component, then the parameters of the signature.

use std::fmt::Write;

use actix_web::dev::ServiceRequest;

use super::fields::{Signed, field};

/// The signature base of a request.
pub(super) fn of(signed: &Signed, request: &ServiceRequest) -> Result<String, &'static str> {
    let mut base = String::new();
    for name in &signed.components {
        let value = component(name, request).ok_or("a component is not there, or not known here")?;
        let _ = writeln!(base, "\"{name}\": {value}");
    }
    let _ = write!(base, "\"@signature-params\": {}", signed.params);
    Ok(base)
}

fn component(name: &str, request: &ServiceRequest) -> Option<String> {
    match name {
        "@method" => Some(request.method().as_str().to_owned()),
        "@path" => Some(request.uri().path().to_owned()),
        // Without a query it is a question mark alone (§2.2.7).
        "@query" => Some(format!("?{}", request.uri().query().unwrap_or_default())),
        "@authority" => field(request.headers(), "host").map(|host| host.to_ascii_lowercase()),
        name if name.starts_with('@') => None,
        name => field(request.headers(), name),
    }
}
