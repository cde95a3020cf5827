//! The province's real-name service, asked with a request under HMAC-SM3.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use verifier_core::ids::CitizenId;
use verifier_core::sm2::sm3;
use zeroize::Zeroizing;

use super::Finding;
use crate::app::{App, StartError};
use crate::config::{Config, ConfigError, Secret};
use crate::outbound::{self, Failure, Outbound};

/// Longest number of a record that is kept.
const LONGEST_REFERENCE: usize = 128;

/// The service, and what its requests are authenticated with.
pub struct Service {
    outbound: Outbound,
    address: String,
    app_id: String,
    secret: Secret,
}

/// Whom the service is asked about.
#[derive(Serialize)]
struct Question<'a> {
    name: &'a str,
    id_number: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    result: Word,
    #[serde(default)]
    reference: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Match,
    Mismatch,
    /// The service is there, and what it relies on is not.
    Unavailable,
}

impl Service {
    /// The service the settings name; `None` when they name none.
    pub(super) fn open(config: &Config) -> Result<Option<Self>, StartError> {
        if config.real_name_url.is_empty() {
            return Ok(None);
        }
        let secret = config.secret_or_file(&config.real_name_secret, &config.real_name_secret_file)?;
        if secret.is_empty() {
            return Err(ConfigError::Unfit {
                name: "real_name_url".to_owned(),
                expected: "a secret beside it, in real_name_secret_file or real_name_secret".to_owned(),
            }
            .into());
        }
        Ok(Some(Self {
            outbound: Outbound::new(config.outbound_timeout)?,
            address: config.real_name_url.clone(),
            app_id: config.real_name_app_id.clone(),
            secret,
        }))
    }

    /// Whether the person with this citizen id has this name.
    pub(super) async fn check(&self, app: &App, id: &CitizenId, name: &str) -> Result<Finding, Failure> {
        let question = Question { name, id_number: id.as_str() };
        let body = serde_json::to_vec(&question).map(Zeroizing::new).map_err(|_| Failure::Unreadable)?;
        let timestamp = app.clock.now().seconds().0.to_string();
        let nonce = app.new_id().simple().to_string();
        let signature = sign(self.secret.reveal(), [&self.app_id, &timestamp, &nonce], &body);
        let request = self
            .outbound
            .client()
            .post(&self.address)
            .header(CONTENT_TYPE, "application/json")
            .header("X-App-Id", &self.app_id)
            .header("X-Timestamp", timestamp)
            .header("X-Nonce", nonce)
            .header("X-Signature", signature)
            .body(body.to_vec());
        finding(&outbound::ask(request).await?)
    }
}

/// HMAC-SM3 over application, time, nonce and the body's SM3 in hexadecimal, a line each without the last line feed;
/// hexadecimal.
fn sign(secret: &str, named: [&str; 3], body: &[u8]) -> String {
    let signed = format!("{}\n{}", named.join("\n"), HEXLOWER.encode(&sm3(body)));
    let Ok(mut mac) = <Hmac<Sm3> as KeyInit>::new_from_slice(secret.as_bytes()) else {
        return String::new(); // HMAC takes keys of every length.
    };
    mac.update(signed.as_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// A match without the number of a record is none: it could not be shown to anyone later.
fn finding(body: &[u8]) -> Result<Finding, Failure> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Failure::Unreadable)?;
    let is_reference = (1..=LONGEST_REFERENCE).contains(&answer.reference.len());
    match answer.result {
        Word::Match if is_reference => Ok(Finding::Match(answer.reference)),
        Word::Mismatch => Ok(Finding::Mismatch),
        Word::Match | Word::Unavailable => Err(Failure::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart from this code, with Python's hmac over the second implementation's SM3.
    #[test]
    fn the_worked_example_of_the_document_is_met() {
        let body = r#"{"name":"张三","id_number":"110101199003074514"}"#;
        let signature =
            sign("a secret for examples", ["yzt", "1781488800", "00112233445566778899"], body.as_bytes());
        let document = include_str!("../../../../docs/wechat.md");
        assert!(document.contains(body) && document.contains(&signature), "{signature}");
    }

    #[test]
    fn only_a_match_with_the_number_of_its_record_counts() {
        let is_match = |body: &[u8]| matches!(finding(body), Ok(Finding::Match(_)));
        assert!(is_match(br#"{"result":"match","reference":"R-1"}"#));
        for body in [
            &br#"{"result":"match"}"#[..],
            br#"{"result":"match","reference":""}"#,
            br#"{"result":"mismatch","reference":"R-1"}"#,
            br#"{"result":"unavailable"}"#,
            br#"{"result":"yes","reference":"R-1"}"#,
            b"match",
            b"",
        ] {
            assert!(!is_match(body), "{}", String::from_utf8_lossy(body));
        }
    }
}
