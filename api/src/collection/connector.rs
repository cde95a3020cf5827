//! How the ministry's system is reached. The interface text of JT/T 1049 could not be had (待标准文本核对): when it can,
//! this file and `message.rs` are what changes.
//!
//! Requests are signed with a key of this site, as a service's are (`docs/service-accounts.md`), or carry a token.

use reqwest::{Method, RequestBuilder, Url};
use serde::de::DeserializeOwned;
use verifier_core::sm2::SigningKey;

use super::message::{Collected, CollectedList, CollectionChanges};
use crate::app::StartError;
use crate::clock::Timestamp;
use crate::config::{Config, ConfigError, Secret};
use crate::keys::{Keystore, KeystoreError};
use crate::outbound::{Failure, Outbound, RequestSigner, ask_for};

/// The name of the secret in the keystore, and its use.
const SECRET: &str = "collection";
/// Most bytes of an answer.
const LONGEST_ANSWER: usize = 4 << 20;

/// The way to the ministry's system.
#[derive(Clone)]
pub struct Connector {
    outbound: Outbound,
    base: Url,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Signature(RequestSigner),
    Token(Secret),
}

impl Connector {
    /// The way the settings name; `None` when they name none. Blocks.
    ///
    /// # Errors
    /// When the address is none, or key or token cannot be read.
    pub fn open(config: &Config, keystore: &Keystore) -> Result<Option<Self>, StartError> {
        if config.ministry_url.is_empty() {
            return Ok(None);
        }
        let base = Url::parse(&config.ministry_url).map_err(|_| ConfigError::Unfit {
            name: "ministry_url".to_owned(),
            expected: "a URL without path".to_owned(),
        })?;
        let proof = if config.ministry_token_file.is_empty() {
            Proof::Signature(signer(keystore)?)
        } else {
            Proof::Token(config.secret_or_file(&Secret::default(), &config.ministry_token_file)?)
        };
        Ok(Some(Self { outbound: Outbound::new(config.collection_timeout)?, base, proof }))
    }

    /// Sends changes.
    ///
    /// # Errors
    /// When they were not taken, or nobody knows whether they were.
    pub async fn send(
        &self,
        changes: &CollectionChanges,
        now: Timestamp,
        nonce: &str,
    ) -> Result<Collected, Failure> {
        let body = serde_json::to_vec(changes).map_err(|_| Failure::Unreadable)?;
        self.ask((Method::POST, self.at("/v1/collections", None)), Some(body), (now, nonce)).await
    }

    /// A page of the list of what the ministry has of this province.
    ///
    /// # Errors
    /// When it is not to be had.
    pub async fn list(&self, after: &str, now: Timestamp, nonce: &str) -> Result<CollectedList, Failure> {
        let address = self.at("/v1/collections", (!after.is_empty()).then_some(("after", after)));
        self.ask((Method::GET, address), None, (now, nonce)).await
    }

    fn at(&self, path: &str, query: Option<(&str, &str)>) -> Url {
        let mut address = self.base.clone();
        address.set_path(path);
        if let Some((name, value)) = query {
            address.query_pairs_mut().append_pair(name, value);
        }
        address
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        target: (Method, Url),
        body: Option<Vec<u8>>,
        once: (Timestamp, &str),
    ) -> Result<T, Failure> {
        let request = match &self.proof {
            Proof::Signature(signer) => signer.request(&self.outbound, target, body, once),
            Proof::Token(token) => self.with_token(target, body, token),
        };
        let answer = ask_for(request, LONGEST_ANSWER).await?;
        serde_json::from_slice(&answer).map_err(|_| Failure::Unreadable)
    }

    fn with_token(
        &self,
        (method, address): (Method, Url),
        body: Option<Vec<u8>>,
        token: &Secret,
    ) -> RequestBuilder {
        let request = self.outbound.client().request(method, address).bearer_auth(token.reveal());
        match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        }
    }
}

/// What signs this site's requests, with a key that is made when it is missing. Blocks.
///
/// # Errors
/// When the keystore cannot.
pub fn signer(keystore: &Keystore) -> Result<RequestSigner, KeystoreError> {
    let secret = keystore.shared_secret(SECRET)?;
    let unusable = || KeystoreError::Unusable(SECRET.to_owned());
    let secret = <&[u8; 32]>::try_from(secret.as_slice()).map_err(|_| unusable())?;
    SigningKey::from_bytes(secret).map(RequestSigner::new).map_err(|_| unusable())
}
