//! Keys in a signing service that is reached by HTTP (签名验签服务器, a key management system). The form of its
//! requests is in `docs/signer.md`; a service with another one gets a small translator in front.
//!
//! What is not here: reading and verifying the signature (`keys/module.rs`).

use std::io::Read;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use verifier_core::sm2::PublicKey;
use zeroize::Zeroizing;

use super::Custody;
use super::module::{ModuleError, ModuleKey};
use super::signature::Input;
use crate::config::Config;

mod client;

/// Longer than any answer of the form is, in bytes.
const ANSWER_MAX: u64 = 16 * 1024;
/// How often a request is made that may not have arrived. Signing the same message twice does no harm.
const TRIES: u8 = 2;

/// A signing service.
pub(super) struct Service {
    http: Client,
    /// Without a slash at its end.
    url: String,
    bearer: Option<Zeroizing<String>>,
    /// From the first try to the last answer.
    patience: Duration,
    input: Input,
}

#[derive(Serialize)]
struct NewKey<'a> {
    label: &'a str,
}

#[derive(Deserialize)]
struct Key {
    public_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ToSign {
    Message(String),
    Digest(String),
}

#[derive(Deserialize)]
struct Signed {
    signature: String,
}

impl Service {
    /// The service the settings name; `None` when they name none. Nothing is sent to it yet. Not for async threads.
    pub(super) fn open(config: &Config) -> Result<Option<Self>, ModuleError> {
        if config.signing_service_url.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            http: client::of(config)?,
            url: config.signing_service_url.trim_end_matches('/').to_owned(),
            bearer: client::bearer(config)?,
            patience: Duration::from_millis(config.signing_service_timeout),
            input: config.signing_service_input,
        }))
    }

    /// The public half of the key of this name.
    pub(super) fn public_key(&self, label: &str) -> Result<PublicKey, ModuleError> {
        let answer = self.send(|| self.request(Method::GET, &format!("keys/{label}")))?;
        let key: Key = read(expect(answer, StatusCode::OK, label)?)?;
        point(&key, label)
    }

    /// Has a key made.
    pub(super) fn generate(&self, label: &str) -> Result<PublicKey, ModuleError> {
        // Once only: a second request could find the name taken by the first.
        let request = self.request(Method::POST, "keys").json(&NewKey { label }).timeout(self.patience);
        let answer = request.send().map_err(failed)?;
        if matches!(
            answer.status(),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
        ) {
            return Err(ModuleError::MakesNoKeys(Custody::Service));
        }
        let key: Key = read(expect(answer, StatusCode::CREATED, label)?)?;
        point(&key, label)
    }

    /// What the service answers when it is asked to sign.
    pub(super) fn sign(&self, key: &ModuleKey, message: &[u8]) -> Result<Vec<u8>, ModuleError> {
        let data = STANDARD.encode(self.input.of(&key.public, message));
        let body = match self.input {
            Input::Message => ToSign::Message(data),
            Input::Digest => ToSign::Digest(data),
        };
        let path = format!("keys/{}/signatures", key.label);
        let answer = self.send(|| self.request(Method::POST, &path).json(&body))?;
        let signed: Signed = read(expect(answer, StatusCode::OK, &key.label)?)?;
        STANDARD.decode(signed.signature).map_err(|_| ModuleError::NoSignature)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/{path}", self.url));
        match &self.bearer {
            Some(bearer) => request.bearer_auth(bearer.as_str()),
            None => request,
        }
    }

    /// Sends a request, and again while there is time when it may not have arrived or the service said it could not
    /// for the moment.
    fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, ModuleError> {
        let begun = Instant::now();
        let mut tries = 1;
        loop {
            let left = self.patience.saturating_sub(begun.elapsed());
            let sent = request().timeout(left).send();
            let again = tries < TRIES && begun.elapsed() < self.patience;
            match sent {
                Err(error) if again && !error.is_timeout() => {}
                Ok(answer) if again && is_passing(answer.status()) => {}
                answer => return answer.map_err(failed),
            }
            tries += 1;
        }
    }
}

fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

fn expect(answer: Response, status: StatusCode, label: &str) -> Result<Response, ModuleError> {
    match answer.status() {
        is if is == status => Ok(answer),
        StatusCode::NOT_FOUND => Err(ModuleError::NoKey(label.to_owned())),
        other => Err(ModuleError::Failed(format!("the signing service answered {other}"))),
    }
}

fn read<T: for<'a> Deserialize<'a>>(answer: Response) -> Result<T, ModuleError> {
    let mut body = Vec::new();
    let cut = answer.take(ANSWER_MAX).read_to_end(&mut body);
    cut.map_err(|error| ModuleError::Failed(error.to_string()))?;
    serde_json::from_slice(&body)
        .map_err(|_| ModuleError::Failed("the signing service answered in another form".to_owned()))
}

fn point(key: &Key, label: &str) -> Result<PublicKey, ModuleError> {
    let bytes = STANDARD.decode(&key.public_key).ok();
    let point = bytes.and_then(|bytes| PublicKey::from_sec1(&bytes).ok());
    point.ok_or_else(|| ModuleError::NotSm2(label.to_owned()))
}

fn failed(error: reqwest::Error) -> ModuleError {
    // Without the address, which may name a host that is nobody's business.
    if error.is_timeout() {
        ModuleError::TimedOut
    } else {
        ModuleError::Failed(error.without_url().to_string())
    }
}
