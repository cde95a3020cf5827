//! A client of the demonstration's server: what an app would send, sent over HTTP.

use std::net::SocketAddr;

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use super::super::Failure;
use super::accounts::DemoAccount;
use crate::outbound;

/// Somebody's app: the server's address, and who is signed in.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    /// Signs in.
    pub(super) async fn sign_in(address: SocketAddr, account: &DemoAccount) -> Result<Self, Failure> {
        let http = outbound::plain().build().map_err(Failure::new)?;
        let base = format!("http://{address}");
        let credentials = json!({ "login": account.login, "password": account.password });
        let session = json_of(http.post(format!("{base}/v1/sessions")).json(&credentials)).await?;
        let token = text(&session, "token")?;
        Ok(Self { http, base, token })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        json_of(self.signed_in(self.http.get(self.url(path)))).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        json_of(self.signed_in(self.http.post(self.url(path)).json(body))).await
    }

    /// Sends a body of another media type than JSON.
    pub(super) async fn upload(&self, path: &str, media_type: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let request = self.http.post(self.url(path)).header(CONTENT_TYPE, media_type).body(body);
        json_of(self.signed_in(request)).await
    }

    /// The stable code of the problem that a request is expected to meet.
    pub(super) async fn problem(&self, path: &str) -> Result<String, Failure> {
        let answer = self.signed_in(self.http.post(self.url(path))).send().await.map_err(Failure::new)?;
        let problem: Value = answer.json().await.map_err(Failure::new)?;
        text(&problem, "code")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn signed_in(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }
}

/// A text in an answer.
pub(super) fn text(value: &Value, name: &str) -> Result<String, Failure> {
    let found = value.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| Failure::new(format_args!("the answer has no {name}")))
}

async fn json_of(request: RequestBuilder) -> Result<Value, Failure> {
    let answer = good(request.send().await.map_err(Failure::new)?).await?;
    answer.json().await.map_err(Failure::new)
}

async fn good(answer: Response) -> Result<Response, Failure> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let path = answer.url().path().to_owned();
    let status = answer.status();
    let problem = answer.text().await.unwrap_or_default();
    Err(Failure::new(format_args!("{path}: {status} {problem}")))
}
