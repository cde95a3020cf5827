//! Requests that a service signed: taken when they are what was signed, now, for the first time, by a key that may.
//!
//! - `signed_requests/bodies.rs`: small and large bodies, and those that are not what was signed
//! - `signed_requests/access.rs`: what a service may
//! - `signed_requests/keys.rs`: its keys, and who registers and revokes them
//! - `signed_requests/document.rs`: the document's example and the second implementation

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use yzt_api::audit::Action;
use yzt_api::auth::{Role, signed_request};
use yzt_api::generate::Generator;
use yzt_api::record::Day;
use yzt_api::store::{Conn, StoreError, service_keys};
use yzt_tests::TestApp;
use yzt_tests::service::{Service, Unsigned};

mod access;
mod bodies;
mod document;
mod keys;

fn me(app: &TestApp) -> Unsigned {
    Unsigned::new(app, Method::GET, "/v1/me")
}

/// As many invented certificates.
fn certificates(count: usize) -> String {
    let records = Generator::new(3, Day::parse("20260601").unwrap());
    records.take(count).map(|record| String::from_utf8(record.to_line()).unwrap() + "\n").collect()
}

/// The same on lines made long by spaces: more than stays in memory, and no more work.
fn long_certificates(count: usize) -> String {
    certificates(count).lines().map(|line| format!("{line}{:10000}\n", "")).collect()
}

fn ingest(app: &TestApp, body: String) -> Unsigned {
    Unsigned::new(app, Method::POST, "/v1/ingest").with_body("application/x-ndjson", body)
}

/// What the audit log has of an action.
async fn audited(app: &TestApp, action: Action) -> Vec<Value> {
    let auditor = app.audit_admin().await;
    let found = auditor.get(&format!("/v1/audit?action={}", action.word())).await.json(200);
    found["entries"].as_array().unwrap().clone()
}

async fn problem(service: &Service, request: &Unsigned, headers: HeaderMap) -> String {
    service.send_with(request, headers).await.problem()
}

#[tokio::test]
async fn a_service_is_known_by_its_signature() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let answer = service.send(&me(&app)).await.json(200);
    assert_eq!((&answer["role"], &answer["name"]), (&json!("third_party"), &json!("省运政系统")));
}

#[tokio::test]
async fn whatever_is_signed_cannot_be_altered() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let request = Unsigned::new(&app, Method::GET, "/v1/ingest/none?after_line=1");
    let headers = service.sign(&request, &request.components());
    for altered in [
        Unsigned { method: Method::HEAD, ..request.clone() },
        Unsigned { target: "/v1/ingest/other?after_line=1".to_owned(), ..request.clone() },
        Unsigned { target: "/v1/ingest/none?after_line=2".to_owned(), ..request.clone() },
        Unsigned { target: "/v1/ingest/none".to_owned(), ..request.clone() },
    ] {
        let answer = service.send_with(&altered, headers.clone()).await;
        assert_eq!(answer.status, 401, "{altered:?}");
    }
    let request = ingest(&app, certificates(1));
    let headers = service.sign(&request, &request.components());
    for (name, value) in [
        ("content-type", "text/csv"),
        ("content-digest", "sm3=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"),
        ("idempotency-key", "added"),
        ("content-encoding", "gzip"),
    ] {
        let mut headers = headers.clone();
        headers.insert(name, HeaderValue::from_static(value));
        assert_eq!(problem(&service, &request, headers).await, "signature_invalid", "{name}");
    }
    // As it was signed it is taken: none of that used it up.
    let _ = service.send_with(&request, headers).await.json(200);
}

#[tokio::test]
async fn everything_that_matters_must_be_signed() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let request = ingest(&app, certificates(1));
    for (left_out, code) in [
        ("@method", "signature_invalid"),
        ("@path", "signature_invalid"),
        ("@query", "signature_invalid"),
        ("content-type", "signature_invalid"),
        ("content-digest", "content_digest_mismatch"),
    ] {
        let kept: Vec<_> = request.components().into_iter().filter(|name| name != left_out).collect();
        let headers = service.sign(&request, &kept);
        assert_eq!(problem(&service, &request, headers).await, code, "{left_out}");
    }
}

#[tokio::test]
async fn a_signature_that_is_not_of_its_form_is_refused() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = me(&app);
    let good = service.sign(&request, &request.components());
    let input = good["signature-input"].to_str().unwrap().to_owned();
    let nonce = format!("nonce=\"{}\"", request.nonce);
    let unfit = [
        ("signature-input", String::new()),
        ("signature-input", "sig1".to_owned()),
        ("signature-input", input.replace("sig1=", "sig2=")),
        ("signature-input", format!("{input}, {}", input.replace("sig1=", "sig2="))),
        ("signature-input", input.replace("sm2-sm3", "ed25519")),
        ("signature-input", input.replace(&nonce, "nonce=\"short\"")),
        ("signature-input", input.replace(&format!(";{nonce}"), "")),
        ("signature-input", input.replace("\"@query\"", "\"@query\" \"@query\"")),
        ("signature-input", input.replace("\"@query\"", "\"@query\" \"@status\"")),
        ("signature-input", input.replace("\"@query\"", "\"@query\";req")),
        ("signature", "sig1=:AAAA:".to_owned()),
        ("signature", "sig1=1".to_owned()),
        ("signature", "nothing".to_owned()),
        ("authorization", "Bearer whatever".to_owned()),
    ];
    for (name, value) in unfit {
        let mut headers = good.clone();
        headers.insert(name, HeaderValue::from_str(&value).unwrap());
        assert_eq!(problem(&service, &request, headers).await, "signature_invalid", "{name}: {value}");
    }
    let mut without = good.clone();
    without.remove("signature");
    assert_eq!(problem(&service, &request, without).await, "signature_invalid");
    let mut without = good;
    without.remove("signature-input");
    assert_eq!(problem(&service, &request, without).await, "signature_invalid");
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes_either_way() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    for (off, code) in
        [(-300, ""), (300, ""), (-301, "signature_out_of_time"), (301, "signature_out_of_time")]
    {
        let now = me(&app);
        let request = Unsigned { created: now.created + off, ..now };
        let answer = service.send(&request).await;
        let got = if answer.status == 200 { String::new() } else { answer.problem() };
        assert_eq!(got, code, "{off}");
    }
}

#[tokio::test]
async fn a_request_is_taken_once_on_all_servers_and_after_a_restart() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = me(&app);
    let _ = service.send(&request).await.json(200);
    assert_eq!(service.send(&request).await.problem(), "signature_replayed");

    // Another server over the same database, started later.
    let other = app.neighbour().await;
    let there = service.at(format!("http://{}", other.address()));
    assert_eq!(there.send(&request).await.problem(), "signature_replayed");
    let at_first_there = me(&app);
    let _ = there.send(&at_first_there).await.json(200);
    assert_eq!(service.send(&at_first_there).await.problem(), "signature_replayed");
    other.stop().await.unwrap();
}

#[tokio::test]
async fn of_many_with_one_nonce_at_once_one_is_taken() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = me(&app);
    let answers = futures_util::future::join_all((0..8).map(|_| service.send(&request))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn a_nonce_is_forgotten_once_its_request_is_too_old_and_not_before() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let now = me(&app);
    let request = Unsigned { created: now.created + 300, ..now };
    let _ = service.send(&request).await.json(200);
    for (later, code) in
        [(0, "signature_replayed"), (600, "signature_replayed"), (1, "signature_out_of_time")]
    {
        app.pass(later);
        signed_request::sweep(app.running.app()).await.unwrap();
        assert_eq!(service.send(&request).await.problem(), code, "{later}");
    }
    // A minute more, for servers whose clocks differ.
    app.pass(60);
    signed_request::sweep(app.running.app()).await.unwrap();
    let again = move |conn: &mut Conn| service_keys::use_nonce(conn, &service.kid(), &request.nonce, 0);
    assert!(app.running.app().db.write::<_, StoreError, _>(again).await.unwrap(), "it is forgotten");
}
