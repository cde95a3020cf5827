//! The address a request comes from, for limits only. It is personal and never logged.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The client's address: the connection's, or, behind a proxy that is trusted to set it, the last entry of
/// `X-Forwarded-For`, which is the one that proxy saw itself.
#[must_use]
pub fn client_address(request: &HttpRequest, trust_forwarded_for: bool) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    if !trust_forwarded_for {
        return peer;
    }
    let last = request.headers().get_all("x-forwarded-for").last();
    let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).or(peer)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn request() -> HttpRequest {
        TestRequest::default()
            .peer_addr("192.0.2.1:443".parse().unwrap())
            .insert_header(("X-Forwarded-For", "203.0.113.9, 198.51.100.7"))
            .to_http_request()
    }

    #[test]
    fn a_client_cannot_choose_its_address() {
        let connection: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(client_address(&request(), false), Some(connection));
    }

    #[test]
    fn behind_a_trusted_proxy_the_address_it_saw_counts() {
        let seen: IpAddr = "198.51.100.7".parse().unwrap();
        assert_eq!(client_address(&request(), true), Some(seen));
    }
}
