//! A service that signs its requests, as `docs/service-accounts.md` says. Written apart from the server's own code.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use verifier_core::sm2::{SigningKey, sm3};
use yzt_api::auth::Role;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::service_keys::{self, NewKey};
use yzt_api::outbound;
use yzt_api::problem::Problem;

use crate::app::BEGINNING;
use crate::{Answer, TestApp};

/// A service, its key, and where it sends.
pub struct Service {
    /// Its login.
    pub login: String,
    key: SigningKey,
    base: String,
    http: Client,
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Unsigned {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Headers that say how the body is to be taken.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Unix seconds.
    pub created: i64,
    /// Used once.
    pub nonce: String,
}

impl Unsigned {
    /// A request of now.
    #[must_use]
    pub fn new(app: &TestApp, method: Method, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            created: app.clock.now().millis() / 1000,
            nonce: uuid::Uuid::now_v7().simple().to_string(),
        }
    }

    /// The same with a body of this type.
    #[must_use]
    pub fn with_body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.headers.push(("content-type", media_type.to_owned()));
        self.body = body.into();
        self
    }

    /// What is signed, in its order: all of it, or all but one component.
    #[must_use]
    pub fn components(&self) -> Vec<String> {
        let mut names = vec!["@method".to_owned(), "@path".to_owned(), "@query".to_owned()];
        names.extend(self.headers.iter().map(|(name, _)| (*name).to_owned()));
        names.push("content-digest".to_owned());
        names
    }

    fn digest(&self) -> String {
        format!("sm3=:{}:", BASE64.encode(sm3(&self.body)))
    }

    fn value(&self, name: &str) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        match name {
            "@method" => self.method.to_string(),
            "@path" => path.to_owned(),
            "@query" => format!("?{query}"),
            "content-digest" => self.digest(),
            name => self.headers.iter().find(|(own, _)| *own == name).unwrap().1.clone(),
        }
    }
}

impl Service {
    /// The headers of a request, signed over these components.
    #[must_use]
    pub fn sign(&self, request: &Unsigned, components: &[String]) -> HeaderMap {
        let names: Vec<_> = components.iter().map(|name| format!("\"{name}\"")).collect();
        let params = format!(
            "({});created={};nonce=\"{}\";keyid=\"{}\";alg=\"sm2-sm3\"",
            names.join(" "),
            request.created,
            request.nonce,
            self.kid(),
        );
        let lines: String =
            components.iter().map(|name| format!("\"{name}\": {}\n", request.value(name))).collect();
        let signature = self.key.sign(format!("{lines}\"@signature-params\": {params}").as_bytes());
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, value: String| {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
        };
        for (name, value) in &request.headers {
            add(name, value.clone());
        }
        add("content-digest", request.digest());
        add("signature-input", format!("sig1={params}"));
        add("signature", format!("sig1=:{}:", BASE64.encode(signature)));
        headers
    }

    /// Signs a request as it should be and sends it.
    pub async fn send(&self, request: &Unsigned) -> Answer {
        let headers = self.sign(request, &request.components());
        self.send_with(request, headers).await
    }

    /// Sends a request with these headers, however they came to be.
    pub async fn send_with(&self, request: &Unsigned, headers: HeaderMap) -> Answer {
        let address = format!("{}{}", self.base, request.target);
        let sent = self.http.request(request.method.clone(), address).headers(headers);
        let sent = if request.body.is_empty() { sent } else { sent.body(request.body.clone()) };
        Answer::read(sent.send().await.unwrap()).await
    }

    /// Id of its key.
    #[must_use]
    pub fn kid(&self) -> String {
        self.key.public_key().id().to_string()
    }

    /// The same service with the key it is going to have next.
    #[must_use]
    pub fn with_next_key(&self) -> Self {
        let key = SigningKey::from_bytes(&[0x77; 32]).unwrap();
        Self { login: self.login.clone(), key, base: self.base.clone(), http: self.http.clone() }
    }

    /// What asks for its key to be registered.
    #[must_use]
    pub fn wanted_key(&self) -> Value {
        json!({
            "login": self.login, "public_key": hex(&self.key), "label": "2027", "days": 366, "reason": "换发密钥",
        })
    }

    /// The same service at another server.
    #[must_use]
    pub fn at(&self, base: String) -> Self {
        Self { login: self.login.clone(), key: self.key.clone(), base, http: self.http.clone() }
    }
}

fn hex(key: &SigningKey) -> String {
    data_encoding::HEXLOWER.encode(&key.public_key().compressed())
}

impl TestApp {
    /// A service of this role, with this number as its private key, registered for a year.
    pub async fn service(&self, role: Role, number: u8) -> Service {
        self.service_of(role, number, None).await
    }

    /// The same of a division.
    pub async fn service_of(&self, role: Role, number: u8, division: Option<&str>) -> Service {
        self.registered(self.stranger_service(number), role, division).await
    }

    /// A service of this role whose private key is this.
    pub async fn service_with_key(&self, role: Role, key: [u8; 32]) -> Service {
        let key = SigningKey::from_bytes(&key).unwrap();
        self.registered(Service { key, ..self.stranger_service(100) }, role, None).await
    }

    async fn registered(&self, service: Service, role: Role, division: Option<&str>) -> Service {
        let app = self.running.app();
        let new = NewAccount {
            id: app.new_id().to_string(),
            login: service.login.clone(),
            role,
            name: "省运政系统".to_owned(),
            password: None,
            password_initial: false,
            holder_id: None,
            division: division.map(str::to_owned),
        };
        let key = NewKey {
            login: service.login.clone(),
            public_key: hex(&service.key),
            label: "2026".to_owned(),
            days: 366,
        };
        let integrity = app.integrity.clone();
        let work = move |conn: &mut _| -> Result<_, Problem> {
            assert!(accounts::add(conn, &integrity, new, BEGINNING)?);
            service_keys::register(conn, &integrity, key, None, BEGINNING)
        };
        app.db.write(work).await.unwrap();
        service
    }

    /// A service that nobody registered.
    #[must_use]
    pub fn stranger_service(&self, number: u8) -> Service {
        let http = outbound::plain().pool_max_idle_per_host(0).build().unwrap();
        let key = SigningKey::from_bytes(&[number; 32]).unwrap();
        Service { login: format!("service-{number}"), key, base: self.base(), http }
    }

    /// Revokes the key of a service.
    pub async fn revoke_key_of(&self, service: &Service) {
        let (app, kid) = (self.running.app(), service.kid());
        let (integrity, now) = (app.integrity.clone(), app.clock.now());
        let work = move |conn: &mut _| service_keys::revoke(conn, &integrity, &kid, now);
        assert!(app.db.write(work).await.unwrap());
    }
}
