//! Requests that a service signed (`docs/service-accounts.md`): HTTP Message Signatures (RFC 9421) with SM2 and SM3, the
//! body by its `Content-Digest` (RFC 9530).
//!
//! - `signed_request/fields.rs`: what the two header fields say
//! - `signed_request/base.rs`: the octets that are signed
//! - `signed_request/spool.rs`: the body, read to its end before anything is done with it
//! - `signed_request/sweep.rs`: forgetting used nonces
//!
//! In this order: is it signed by a key that may, now, with a body that is the one signed, and for the first time. Only
//! then does a handler see it, and then as it sees every request: from a [`Caller`]. What is not here: what a service
//! may do (`routes/access.rs`).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use verifier_core::sm2::PublicKey;

use super::service_keys::is_service;
use super::{Caller, accounts};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::budget;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::limits::Limit;
use crate::problem::{Code, Problem};
use crate::store::StoreError;
use crate::store::accounts::AccountRow;
use crate::store::service_keys::{self as rows, ServiceKeyRow};

mod base;
mod fields;
mod spool;
mod sweep;

pub use sweep::sweep;

use fields::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, Signed};
use spool::Body;

/// How far the clock of a service may be from this server's, in seconds.
const ALLOWANCE: i64 = 300;
/// How much longer than it could be accepted a nonce is remembered, in seconds: servers' clocks differ too.
const MARGIN: i64 = 60;
/// Headers that say how a body is to be taken: where they are, they are signed.
const MEANING: [&str; 3] = ["content-type", "content-encoding", "idempotency-key"];
/// The first refusal of a key in so many seconds is audited: whoever goes on trying must not fill the log.
const SAID: Limit = Limit { name: "signed_request_refused", most: 1, window: 15 * 60 };

/// The middleware before every handler. A request that carries no signature passes as it is.
///
/// # Errors
/// None of its own.
pub async fn admit(
    app: web::Data<App>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if ![SIGNATURE_INPUT, SIGNATURE].into_iter().any(|name| request.headers().contains_key(name)) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let admitted = judge(&app, &mut request).await;
    let outcome = admitted.as_ref().map_or_else(|problem| problem.code().name(), |_| "ok");
    app.metrics.signed_requests.with_label_values(&[outcome]).inc();
    match admitted {
        Ok((caller, body)) => {
            request.extensions_mut().insert(caller);
            request.set_payload(body.into_payload());
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(problem) => Ok(ServiceResponse::from_err(problem, request.into_parts().0)),
    }
}

/// Who signed the request, and the body that was signed.
async fn judge(app: &App, request: &mut ServiceRequest) -> Result<(Caller, Body), Problem> {
    let signed = fields::read(request.headers()).map_err(malformed)?;
    require(&signed, request.headers())?;
    let signer = Signer::of(app, &signed, request).await?;
    let judged = signer.judge(app, &signed, request).await;
    if let Err(problem) = &judged {
        signer.note(app, Context::of(request.request()), problem).await;
    }
    judged
}

/// What must be signed whatever is asked, and what only where it is there.
fn require(signed: &Signed, headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(AUTHORIZATION) {
        return Err(malformed("a signed request carries no Authorization"));
    }
    let missing = ["@method", "@path", "@query"].into_iter().find(|name| !signed.covers(name));
    let unsigned = MEANING.into_iter().find(|name| headers.contains_key(*name) && !signed.covers(name));
    match missing.or(unsigned) {
        Some(name) => Err(Problem::new(Code::SignatureInvalid).detail(format!("not covered: {name}"))),
        None => Ok(()),
    }
}

fn malformed(what: &'static str) -> Problem {
    Problem::new(Code::SignatureInvalid).detail(what)
}

/// Whoever signed a request for certain: what is wrong beyond that is told to nobody else.
struct Signer {
    key: ServiceKeyRow,
    account: AccountRow,
}

impl Signer {
    /// The owner of the key that a request was signed with.
    async fn of(app: &App, signed: &Signed, request: &ServiceRequest) -> Result<Self, Problem> {
        let kid = signed.key_id.clone();
        let found = app.db.read::<_, StoreError, _>(move |conn| rows::find(conn, &kid)).await?;
        // One answer for a key that is not known and a signature that is not its own.
        let (key, account) = found.ok_or(Code::SignatureInvalid)?;
        let public_key = PublicKey::from_compressed(&key.public_key).map_err(|_| Code::SignatureInvalid)?;
        let base = base::of(signed, request).map_err(malformed)?;
        if public_key.verifies(base.as_bytes(), &signed.signature) {
            Ok(Self { key, account })
        } else {
            Err(Code::SignatureInvalid.into())
        }
    }

    /// Whether the request may be taken: by the key, by the time, by the body, and for the first time.
    async fn judge(
        &self,
        app: &App,
        signed: &Signed,
        request: &mut ServiceRequest,
    ) -> Result<(Caller, Body), Problem> {
        let now = app.clock.now();
        self.require_key(&app.integrity, now)?;
        let account = accounts::open(&app.integrity, &self.account)?.filter(|_| is_service(&self.account));
        let account = account.ok_or(Code::ServiceKeyNotValid)?;
        in_time(signed, now)?;
        let body = spool::read(app, request.take_payload(), limit(app, request)).await?;
        if !body.is_empty() || signed.covers(CONTENT_DIGEST) {
            let digest = fields::digest(request.headers()).map_err(malformed)?;
            if !signed.covers(CONTENT_DIGEST) || body.digest() != digest {
                return Err(Code::ContentDigestMismatch.into());
            }
        }
        use_up(app, signed).await?;
        Ok((Caller::by_signature(account), body))
    }

    fn require_key(&self, integrity: &Integrity, now: Timestamp) -> Result<(), Problem> {
        integrity.check(&self.key)?;
        let within = (self.key.not_before..self.key.not_after).contains(&now.millis());
        if within && self.key.revoked_at.is_none() { Ok(()) } else { Err(Code::ServiceKeyNotValid.into()) }
    }

    /// Notes that a request was refused to somebody who has the key, or a copy of what was signed with it.
    async fn note(&self, app: &App, context: Context, problem: &Problem) {
        if SAID.count(app, &self.key.kid).await.is_ok() {
            let entry = Entry::new(Action::AccessRefused, context).on("service_key", self.key.kid.as_str());
            app.audit.note(entry.detail("account", self.account.id.as_str()).ended_in(problem)).await;
        }
    }
}

fn in_time(signed: &Signed, now: Timestamp) -> Result<(), Problem> {
    let seconds = now.millis().div_euclid(1000);
    let is_near = (seconds - signed.created).abs() <= ALLOWANCE;
    let is_expired = signed.expires.is_some_and(|expires| expires < seconds);
    if is_near && !is_expired {
        return Ok(());
    }
    Err(Problem::new(Code::SignatureOutOfTime).detail(format!("server time {seconds}")))
}

/// As much as the handler would read.
fn limit(app: &App, request: &ServiceRequest) -> u64 {
    if budget::is_upload(&request.match_pattern().unwrap_or_default()) {
        app.config.upload_limit
    } else {
        u64::try_from(app.config.body_limit).unwrap_or(u64::MAX)
    }
}

async fn use_up(app: &App, signed: &Signed) -> Result<(), Problem> {
    let (kid, nonce) = (signed.key_id.clone(), signed.nonce.clone());
    let expires = signed.created.saturating_add(ALLOWANCE + MARGIN).saturating_mul(1000);
    let first = move |conn: &mut _| rows::use_nonce(conn, &kid, &nonce, expires);
    let is_first = app.db.write::<_, StoreError, _>(first).await?;
    if is_first { Ok(()) } else { Err(Code::SignatureReplayed.into()) }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use data_encoding::HEXLOWER;
    use verifier_core::sm2::{SigningKey, sm3};

    use super::*;

    const DOCUMENT: &str = include_str!("../../../docs/service-accounts.md");

    /// The text between the fences under a heading of the document.
    fn block(heading: &str) -> &'static str {
        let (_, rest) = DOCUMENT.split_once(heading).unwrap();
        let (_, rest) = rest.split_once("```text\n").unwrap();
        rest.split_once("\n```").unwrap().0
    }

    fn request(text: &str) -> ServiceRequest {
        let (head, _) = text.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let request = TestRequest::with_uri(target).method(method.parse().unwrap());
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        headers.fold(request, |request, header| request.insert_header(header)).to_srv_request()
    }

    #[test]
    fn the_worked_example_of_the_document_is_met() {
        let secret = HEXLOWER.decode(block("### The key").as_bytes()).unwrap();
        let key = SigningKey::from_bytes(&secret.try_into().unwrap()).unwrap();
        let sent = block("### The request");
        let request = request(sent);
        let signed = fields::read(request.headers()).unwrap();
        let base = base::of(&signed, &request).unwrap();
        assert_eq!(base, block("### What is signed"));
        assert_eq!(signed.key_id, key.public_key().id().to_string());
        assert_eq!(key.sign(base.as_bytes()), signed.signature);
        let body = sent.split_once("\n\n").unwrap().1;
        assert_eq!(fields::digest(request.headers()).unwrap(), sm3(body.as_bytes()));
        assert!(require(&signed, request.headers()).is_ok());
    }
}
