//! Who does something, from where, in which request.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use uuid::Uuid;

use crate::app::App;
use crate::auth::{self, Account};
use crate::problem::Problem;

/// What this program does by itself.
pub const SYSTEM: &str = "system";

/// Longest description of a device, in bytes.
const MAX_DEVICE: usize = 160;

/// The id of a request, for whoever handles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

/// Who does something, from where, in which request. As an extractor it knows the request; [`Self::by`] adds who.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    pub(super) actor: Option<String>,
    pub(super) role: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) device: Option<String>,
    pub(super) request: Option<Uuid>,
}

impl Context {
    /// What this program does by itself.
    #[must_use]
    pub fn system() -> Self {
        Self { actor: Some(SYSTEM.to_owned()), role: Some(SYSTEM.to_owned()), ..Self::default() }
    }

    /// What somebody does on the machine itself, with a command: known by their name there.
    #[must_use]
    pub fn command() -> Self {
        let names = ["SUDO_USER", "LOGNAME", "USER"];
        let name =
            names.into_iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
        Self { actor: Some(format!("os:{}", name.as_deref().unwrap_or("unknown"))), ..Self::system() }
    }

    /// The same, done by this account.
    #[must_use]
    pub fn by(self, account: &Account) -> Self {
        Self { actor: Some(account.id.clone()), role: Some(account.role.word().to_owned()), ..self }
    }

    /// The same, on this device, where more is known of it than what it calls itself.
    #[must_use]
    pub fn on_device(self, device: impl Into<String>) -> Self {
        Self { device: Some(device.into()), ..self }
    }

    /// Who does it: an account's id, or a person's name at the machine itself.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// The client's address.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// What is known of a request before who asks.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let app = request.app_data::<web::Data<App>>();
        let trusts_proxy = app.is_some_and(|app| app.config.trust_forwarded_for);
        Self {
            actor: None,
            role: None,
            address: auth::client_address(request, trusts_proxy),
            device: device(request),
            request: request.extensions().get::<RequestId>().map(|id| id.0),
        }
    }
}

impl FromRequest for Context {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// What the client calls itself, without anything that is no plain text, cut where it gets long.
fn device(request: &HttpRequest) -> Option<String> {
    let name = request.headers().get(USER_AGENT)?.to_str().ok()?;
    let plain = name.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(MAX_DEVICE);
    Some(plain.collect::<String>()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::auth::Role;

    #[test]
    fn a_request_gives_address_device_and_id_and_the_account_who() {
        let id = Uuid::now_v7();
        let request = TestRequest::default()
            .peer_addr("192.0.2.1:443".parse().unwrap())
            .insert_header((USER_AGENT, "phone/1"))
            .to_http_request();
        request.extensions_mut().insert(RequestId(id));
        let account = Account {
            id: "a".to_owned(),
            role: Role::Officer,
            name: "测试账号".to_owned(),
            holder_id: None,
            division: None,
        };
        let expected = Context {
            actor: Some("a".to_owned()),
            role: Some("officer".to_owned()),
            address: Some("192.0.2.1".parse().unwrap()),
            device: Some("phone/1".to_owned()),
            request: Some(id),
        };
        assert_eq!(Context::of(&request).by(&account), expected);
    }

    #[test]
    fn what_a_client_calls_itself_is_cut_where_it_gets_long() {
        let request = TestRequest::default().insert_header((USER_AGENT, "x".repeat(5_000))).to_http_request();
        assert_eq!(Context::of(&request).device.unwrap().len(), MAX_DEVICE);
    }
}
