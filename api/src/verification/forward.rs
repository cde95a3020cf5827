//! A code of another issuer, passed on to whoever can say more: by a province to the ministry, by the ministry to the
//! province that issued it. It is passed on twice at most: whoever passes it says so.
//!
//! What does not come back in time, or is no verdict, is as if nobody had been asked.

use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use verifier_core::trust::TrustList;
use verifier_core::{Outcome, UnverifiedReference};

use super::Asked;
use crate::app::{App, StartError};
use crate::collection;
use crate::config::{Config, SiteRole};
use crate::keys::Keystore;
use crate::outbound::{Failure, Outbound, RequestSigner, ask};

const PATH: &str = "/v1/verifications";

/// Passes codes on.
#[derive(Clone)]
pub struct Forwarder {
    outbound: Outbound,
    signer: RequestSigner,
    patience: Duration,
}

impl Forwarder {
    /// What passes codes on with these settings; `None` where nobody is passed any. Blocks.
    ///
    /// # Errors
    /// When the key of this site cannot be read.
    pub fn open(config: &Config, keystore: &Keystore) -> Result<Option<Self>, StartError> {
        if config.role == SiteRole::Province && config.ministry_url.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            outbound: Outbound::new(config.outbound_timeout)?,
            signer: collection::signer(keystore)?,
            patience: Duration::from_millis(config.forward_timeout),
        }))
    }

    async fn ask(&self, app: &App, address: Url, asked: &Asked) -> Result<Map<String, Value>, Failure> {
        // The same scan is the same there too.
        let scan =
            asked.scan.digest().first_chunk::<16>().map(|bytes| uuid::Builder::from_custom_bytes(*bytes));
        let scan = scan.map(uuid::Builder::into_uuid).unwrap_or_else(Uuid::nil);
        let by = app.config.role.to_string();
        let body = json!({ "code": asked.code, "scan": scan, "forwarded_by": by }).to_string().into_bytes();
        let nonce = app.new_id().simple().to_string();
        let once = (app.clock.now(), nonce.as_str());
        let request = self.signer.request(&self.outbound, (Method::POST, address), Some(body), once);
        let answer = ask(request.timeout(self.patience)).await?;
        verdict(&answer).ok_or(Failure::Unreadable)
    }
}

/// What another site says of the code; `None` when none is asked, or none answers.
pub(super) async fn pass_on(
    app: &App,
    trust: &TrustList,
    reference: Option<&UnverifiedReference>,
    asked: &Asked,
) -> Option<Map<String, Value>> {
    let forwarder = app.forwarder.as_ref()?;
    let address = whom(app, trust, reference?, asked.forwarded_by)?;
    match forwarder.ask(app, address, asked).await {
        Ok(mut answer) => {
            // Whoever issued it answers for itself; the ministry says who answered.
            if app.config.role == SiteRole::Ministry {
                answer.insert("answered_by".to_owned(), Value::from("province"));
            }
            Some(answer)
        }
        Err(failure) => {
            tracing::warn!(%failure, "a code of another site could not be passed on");
            None
        }
    }
}

fn whom(
    app: &App,
    trust: &TrustList,
    reference: &UnverifiedReference,
    forwarded_by: Option<SiteRole>,
) -> Option<Url> {
    let issuer = trust.issuer_of(&reference.certificate.iss);
    match (app.config.role, forwarded_by) {
        (SiteRole::Ministry, None | Some(SiteRole::Province)) => Url::parse(&issuer?.verify_url).ok(),
        (SiteRole::Province, None) if issuer.is_none() => {
            Url::parse(&app.config.ministry_url).ok()?.join(PATH).ok()
        }
        _ => None,
    }
}

/// What was answered, when it is a verdict.
fn verdict(answer: &[u8]) -> Option<Map<String, Value>> {
    let answer: Map<String, Value> = serde_json::from_slice(answer).ok()?;
    let outcome = answer.get("outcome")?.as_str()?;
    let outcomes = [Outcome::Valid, Outcome::Invalid, Outcome::Undetermined];
    outcomes.into_iter().any(|known| known.code() == outcome).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_verdict_is_no_answer() {
        for text in ["", "[]", "{}", r#"{"outcome":1}"#, r#"{"outcome":"green"}"#] {
            assert!(verdict(text.as_bytes()).is_none(), "{text}");
        }
        assert!(verdict(br#"{"outcome":"valid"}"#).is_some());
    }
}
