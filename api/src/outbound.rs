//! Requests to other services: WeChat, the real-name service, the ministry, other provinces. Over TLS with the certificates
//! this machine trusts, with a time-out, and with answers of a bounded size.
//!
//! - `outbound/signed.rs`: requests that this site signs
//!
//! An address may carry a secret and an answer a person, so neither is ever part of a [`Failure`]. What is not here:
//! what a service says.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode};
use zeroize::Zeroizing;

mod signed;

pub use signed::RequestSigner;

/// Most bytes of an answer: what these services say is short.
const LONGEST_ANSWER: usize = 64 << 10;

/// Makes requests to other services.
#[derive(Clone)]
pub struct Outbound(Client);

impl Outbound {
    /// Ready to ask, with `seconds` for each request, from its beginning to the end of its answer.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn new(seconds: u64) -> Result<Self, Failure> {
        crate::tls::prepare();
        let client = Client::builder()
            .timeout(Duration::from_secs(seconds.max(1)))
            .redirect(reqwest::redirect::Policy::none())
            .build();
        client.map(Self).map_err(|error| Failure::of(&error))
    }

    /// What requests are made with.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Sends a request and reads its answer to the end.
///
/// # Errors
/// When there is no answer in time, or one that is too long or not 200.
pub async fn ask(request: RequestBuilder) -> Result<Zeroizing<Vec<u8>>, Failure> {
    ask_for(request, LONGEST_ANSWER).await
}

/// As [`ask`], for an answer of at most so many bytes.
///
/// # Errors
/// As [`ask`].
pub async fn ask_for(request: RequestBuilder, longest: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut answer = request.send().await.map_err(|error| Failure::of(&error))?;
    if answer.status() != StatusCode::OK {
        return Err(Failure::Status(answer.status().as_u16()));
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(bytes) = answer.chunk().await.map_err(|error| Failure::of(&error))? {
        if body.len() + bytes.len() > longest {
            return Err(Failure::TooLong);
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

/// A client for servers that are reached without TLS: no certificate is read for it.
pub fn plain() -> ClientBuilder {
    crate::tls::prepare();
    Client::builder().tls_certs_only([])
}

/// Why a service gave no answer that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It took too long.
    TimedOut,
    /// It cannot be reached, or the connection broke off.
    Unreachable,
    /// It answered with this HTTP status.
    Status(u16),
    /// Its answer is longer than any of its kind.
    TooLong,
    /// Its answer is not of its form.
    Unreadable,
}

impl Failure {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::TimedOut } else { Self::Unreachable }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::Status(status) => write!(f, "HTTP status {status}"),
            Self::TooLong => f.write_str("answer too long"),
            Self::Unreadable => f.write_str("answer not of its form"),
        }
    }
}
