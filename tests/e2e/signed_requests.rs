//! Requests that a service signed: taken when they are what was signed, now, for the first time, by a key that may.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_api::clock::Clock;
use yzt_api::config::Secret;
use yzt_api::generate::Generator;
use yzt_api::record::Day;
use yzt_api::server;
use yzt_tests::TestApp;
use yzt_tests::service::{Service, Unsigned};

fn me(app: &TestApp) -> Unsigned {
    Unsigned::new(app, Method::GET, "/v1/me")
}

/// As many invented certificates.
fn certificates(count: usize) -> String {
    let records = Generator::new(3, Day::parse("20260601").unwrap());
    records.take(count).map(|record| String::from_utf8(record.to_line()).unwrap() + "\n").collect()
}

fn ingest(app: &TestApp, body: String) -> Unsigned {
    Unsigned::new(app, Method::POST, "/v1/ingest").with_body("application/x-ndjson", body)
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
async fn a_batch_that_is_signed_comes_in_small_or_large() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let small = service.send(&ingest(&app, certificates(2))).await.json(200);
    assert_eq!(small["created"], 2, "{small}");
    // More than stays in memory.
    let body = certificates(3_000);
    assert!(body.len() > 2 << 20, "{}", body.len());
    let large = service.send(&ingest(&app, body)).await.json(200);
    assert_eq!((&large["lines"], &large["rejected"]), (&json!(3_000), &json!(0)), "{}", large["findings"]);
}

#[tokio::test]
async fn a_body_that_is_not_the_one_signed_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    for count in [2, 3_000] {
        let request = ingest(&app, certificates(count));
        let headers = service.sign(&request, &request.components());
        let mut altered = request.clone();
        let last = altered.body.len() - 2;
        altered.body[last] = b' ';
        assert_eq!(problem(&service, &altered, headers).await, "content_digest_mismatch");
    }
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(!metrics.contains("yzt_ingest_records_total{outcome=\"created\"}"), "{metrics}");
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
    assert_eq!(problem(&service, &request, without).await, "not_signed_in");
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
    let mut config = app.running.app().config.clone();
    config.bind = "127.0.0.1:0".to_owned();
    config.database_url = Secret::from(app.database().url().to_owned());
    let other = server::spawn(config, Clock::fixed(app.clock.now())).await.unwrap();
    let there = service.at(format!("http://{}", other.address()));
    assert_eq!(there.send(&request).await.problem(), "signature_replayed");
    let _ = there.send(&me(&app)).await.json(200);
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
async fn a_key_that_is_not_known_and_one_that_is_anothers_are_answered_alike() {
    let app = TestApp::spawn().await;
    let _ = app.service(Role::ThirdParty, 1).await;
    let stranger = app.stranger_service(2);
    let unknown = stranger.send(&me(&app)).await;
    assert_eq!(unknown.problem(), "signature_invalid");

    let request = me(&app);
    let mut forged = stranger.sign(&request, &request.components());
    let own = app.stranger_service(1).sign(&request, &request.components());
    forged.insert("signature-input", own["signature-input"].clone());
    let forged = stranger.send_with(&request, forged).await;
    assert_eq!(forged.text, unknown.text);
}

#[tokio::test]
async fn a_key_that_was_revoked_or_has_ended_signs_nothing() {
    let app = TestApp::spawn().await;
    let (revoked, ended) = (app.service(Role::ThirdParty, 1).await, app.service(Role::Issuer, 2).await);
    app.revoke_key_of(&revoked).await;
    assert_eq!(revoked.send(&me(&app)).await.problem(), "service_key_not_valid");
    let _ = ended.send(&me(&app)).await.json(200);
    app.pass(366 * 86_400);
    assert_eq!(ended.send(&me(&app)).await.problem(), "service_key_not_valid");
}

#[tokio::test]
async fn a_service_may_what_its_role_may_and_no_password_opens_its_account() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = ingest(&app, certificates(1));
    assert_eq!(service.send(&request).await.problem(), "wrong_role");
    assert_eq!(app.visitor().try_sign_in(&service.login, "").await.problem(), "sign_in_failed");
}

#[tokio::test]
async fn a_body_may_be_compressed_and_is_signed_as_it_is_sent() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let mut gzip =
        Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    gzip.stdin.take().unwrap().write_all(certificates(3).as_bytes()).unwrap();
    let compressed = gzip.wait_with_output().unwrap().stdout;
    let mut request = ingest(&app, String::new());
    request.headers.push(("content-encoding", "gzip".to_owned()));
    request.body = compressed;
    let report = service.send(&request).await.json(200);
    assert_eq!(report["created"], 3, "{report}");
}

#[tokio::test]
async fn a_body_larger_than_may_be_uploaded_is_refused() {
    let app = TestApp::spawn_with(|config| config.upload_limit = 10_000).await;
    let service = app.service(Role::Issuer, 1).await;
    assert_eq!(service.send(&ingest(&app, certificates(100))).await.problem(), "body_too_large");
}

#[tokio::test]
async fn an_event_is_reported_with_a_signature() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let service = app.service(Role::Issuer, 1).await;
    let path = format!("/v1/certificates/{}/events", issued.id);
    let request = Unsigned::new(&app, Method::POST, &path);
    let request = request.with_body("application/json", json!({ "event": "suspended" }).to_string());
    let _ = service.send(&request).await.json(201);
}

#[tokio::test]
async fn an_administrator_registers_the_next_key_and_revokes_the_last() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let admin = app.system_admin().await;
    let made = admin.post("/v1/service-keys", &service.next_key()).await.json(201);
    assert_eq!(made["state"], "good");
    let again = admin.post("/v1/service-keys", &service.next_key()).await;
    assert_eq!(again.problem(), "service_key_known");

    let path = format!("/v1/service-keys/{}", service.kid());
    let revoked = admin.send(admin.request(Method::DELETE, &path)).await;
    assert_eq!(revoked.status, 204);
    assert_eq!(admin.send(admin.request(Method::DELETE, &path)).await.problem(), "not_found");
    assert_eq!(service.send(&me(&app)).await.problem(), "service_key_not_valid");
    let keys = admin.get("/v1/service-keys").await.json(200);
    let states: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| &key["state"]).collect();
    assert_eq!(states, [&json!("revoked"), &json!("good")], "{keys}");
}

#[tokio::test]
async fn only_a_service_gets_a_key_and_only_one_that_is_a_key() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let admin = app.system_admin().await;
    let person = app.account(Role::Issuer, None).await;
    for (item, value, code) in [
        ("login", json!(person), "not_a_service"),
        ("login", json!("nobody"), "not_found"),
        ("public_key", json!("02".repeat(33)), "unfit_value"),
        ("public_key", json!("key"), "unfit_value"),
        ("label", json!(""), "unfit_value"),
        ("days", json!(0), "unfit_value"),
        ("days", json!(732), "unfit_value"),
    ] {
        let mut key = service.next_key();
        key[item] = value;
        assert_eq!(admin.post("/v1/service-keys", &key).await.problem(), code, "{key}");
    }
}

#[tokio::test]
async fn a_request_signed_by_the_second_implementation_is_taken() {
    let app = TestApp::spawn().await;
    // Registers the key whose private half is 32 times 0x05.
    let service = app.service(Role::Issuer, 5).await;
    let body = certificates(1);
    let created = (app.clock.now().millis() / 1000).to_string();
    let mut signer = Command::new("python3")
        .args(["-m", "conformance", "sign-request", "--key", &"05".repeat(32), "--created", &created])
        .args(["--header", "content-type: application/x-ndjson", "POST", "/v1/ingest"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    signer.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let signed = signer.wait_with_output().unwrap();
    let headers: HeaderMap = String::from_utf8(signed.stdout)
        .unwrap()
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    let report = service.send_with(&ingest(&app, body), headers).await.json(200);
    assert_eq!(report["created"], 1, "{report}");
}
