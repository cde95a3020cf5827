//! Whom a request comes from, as far as the network tells: for limits, for the list of sessions, for the audit log.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};

use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};

use super::address::client_address;
use crate::app::App;
use crate::problem::{Code, Finding, Problem};

/// Longest name of a client, in characters.
const LONGEST_NAME: usize = 64;
const NAMELESS: &str = "?";

/// The client of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address. Personal: masked before it is kept.
    pub address: Option<IpAddr>,
    /// What it calls itself.
    pub device: String,
}

impl Client {
    /// The same client under the name that a person gave it, if one did.
    ///
    /// # Errors
    /// [`Code::UnfitValue`] when it is not one.
    pub fn named(self, name: Option<String>) -> Result<Self, Problem> {
        match name {
            None => Ok(self),
            Some(name) if is_name(&name) => Ok(Self { device: name, ..self }),
            Some(_) => Err(Problem::new(Code::UnfitValue).findings(vec![Finding {
                item: "device".into(),
                rule: "not_1_to_64_characters".into(),
                source: None,
            }])),
        }
    }

    /// The address without what tells one household from another.
    #[must_use]
    pub fn masked_address(&self) -> Option<String> {
        self.address.map(masked)
    }
}

impl FromRequest for Client {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<web::Data<App>>();
        let trusted = app.is_some_and(|app| app.config.trust_forwarded_for);
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let device = agent.unwrap_or(NAMELESS).chars().take(LONGEST_NAME).collect();
        ready(Ok(Self { address: client_address(request, trusted), device }))
    }
}

fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=LONGEST_NAME).contains(&length) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn masked(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.*")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_names_a_network_and_no_machine() {
        let masked = |text: &str| masked(text.parse().unwrap());
        assert_eq!(masked("203.0.113.9"), "203.0.113.*");
        assert_eq!(masked("::ffff:203.0.113.9"), "203.0.113.*");
        assert_eq!(masked("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
    }

    #[test]
    fn a_client_takes_the_name_it_was_given_if_it_is_one() {
        let client = Client { address: None, device: "agent".to_owned() };
        assert_eq!(client.clone().named(None).unwrap().device, "agent");
        assert_eq!(client.clone().named(Some("我的手机".to_owned())).unwrap().device, "我的手机");
        for name in ["", " ", "a\nb", &"x".repeat(65)] {
            assert!(client.clone().named(Some(name.to_owned())).is_err(), "{name:?}");
        }
    }
}
