//! Certificates coming in over the network.

use reqwest::{Body, Method};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use yzt_api::generate::Generator;
use yzt_api::record::Day;
use yzt_tests::actors::Person;
use yzt_tests::{Answer, TestApp};

mod events;
mod single;

const NDJSON: &str = "application/x-ndjson";

/// So many invented certificates, a line each.
fn lines(count: usize) -> String {
    let today = Day::parse("20260615").unwrap();
    let line = |record: yzt_api::record::Record| String::from_utf8(record.to_line()).unwrap() + "\n";
    Generator::new(1, today).take(count).map(line).collect()
}

async fn send(who: &Person, media_type: &str, key: Option<&str>, body: impl Into<Body>) -> Answer {
    let mut request = who.request(Method::POST, "/v1/ingest").header("content-type", media_type).body(body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    who.send(request).await
}

fn counts(report: &Value) -> [i64; 5] {
    ["lines", "created", "changed", "unchanged", "rejected"].map(|name| report[name].as_i64().unwrap())
}

#[tokio::test]
async fn an_issuer_sends_certificates_and_gets_a_report_that_stays() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let report = send(&issuer, NDJSON, None, lines(30) + "{\"kind\":\"999\"}").await.json(200);
    assert_eq!(counts(&report), [31, 30, 0, 0, 1]);
    let finding = &report["findings"][0];
    assert_eq!((&finding["line"], &finding["severity"]), (&31.into(), &"error".into()));
    for text in ["item", "rule", "source", "message_zh", "message_en"] {
        assert!(finding[text].as_str().is_some_and(|text| !text.is_empty()), "{finding}");
    }
    let path = format!("/v1/ingest/{}", report["batch"].as_str().unwrap());
    assert_eq!(issuer.get(&path).await.json(200), report);
    assert_eq!(app.operator().await.get(&path).await.json(200), report);
}

#[tokio::test]
async fn a_report_is_its_senders_and_certificates_come_from_issuers_only() {
    let app = TestApp::spawn().await;
    let report = send(&app.issuer().await.0, NDJSON, None, lines(1)).await.json(200);
    let path = format!("/v1/ingest/{}", report["batch"].as_str().unwrap());
    assert_eq!(app.issuer().await.get(&path).await.problem(), "not_found");
    assert_eq!(app.officer().await.get(&path).await.problem(), "wrong_role");
    assert_eq!(send(&app.officer().await.0, NDJSON, None, lines(1)).await.problem(), "wrong_role");
    assert_eq!(send(&app.visitor(), NDJSON, None, lines(1)).await.problem(), "not_signed_in");
}

#[tokio::test]
async fn a_batch_sent_twice_under_one_name_is_one_batch() {
    let app = TestApp::spawn().await;
    let (issuer, another) = (app.issuer().await, app.issuer().await);
    let first = send(&issuer, NDJSON, Some("batch-1"), lines(20)).await.json(200);
    assert_eq!(send(&issuer, NDJSON, Some("batch-1"), lines(20)).await.json(200), first);
    let other = send(&issuer, NDJSON, Some("batch-1"), lines(21)).await;
    assert_eq!(other.problem(), "idempotency_key_reused");
    // Another sender's names are its own, and the certificates are known by now.
    let others = send(&another, NDJSON, Some("batch-1"), lines(20)).await.json(200);
    assert_eq!(counts(&others), [20, 0, 0, 20, 0]);
    assert_eq!(send(&issuer, NDJSON, Some("no name"), lines(1)).await.problem(), "bad_idempotency_key");
}

#[tokio::test]
async fn a_body_that_cannot_be_taken_as_a_whole_is_refused() {
    let app = TestApp::spawn_with(|config| config.upload_limit = 100_000).await;
    let issuer = app.issuer().await;
    assert_eq!(send(&issuer, "application/json", None, lines(1)).await.problem(), "unsupported_media_type");
    assert_eq!(send(&issuer, NDJSON, None, "\n\n").await.problem(), "empty_body");
    assert_eq!(
        send(&issuer, "text/csv; charset=utf-8", None, "a,b\n1,2\n").await.problem(),
        "bad_csv_header"
    );
    assert_eq!(send(&issuer, NDJSON, None, lines(300)).await.problem(), "body_too_large");
    let parts =
        lines(300).into_bytes().chunks(1000).map(|part| Ok::<_, String>(part.to_vec())).collect::<Vec<_>>();
    let without_length = Body::wrap_stream(futures_util::stream::iter(parts));
    assert_eq!(send(&issuer, NDJSON, None, without_length).await.problem(), "body_too_large");
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_keeps_what_was_committed_and_the_next_try_makes_the_rest() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let body = lines(700);
    let request = issuer.request(Method::POST, "/v1/ingest").build().unwrap();
    let session = request.headers()["authorization"].to_str().unwrap();
    let head = format!(
        "POST /v1/ingest HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: {session}\r\n\
         content-type: {NDJSON}\r\nidempotency-key: lost\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(app.running.address()).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&body.as_bytes()[..body.len() - 10]).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = String::new();
    let _ = connection.read_to_string(&mut answer).await;

    let created = &app.running.app().metrics.ingest_records.with_label_values(&["created"]);
    while created.get() < 500 {
        tokio::task::yield_now().await;
    }
    let report = send(&issuer, NDJSON, Some("lost"), body).await.json(200);
    assert_eq!(counts(&report), [700, 200, 0, 500, 0]);
}

#[tokio::test]
async fn findings_without_end_come_in_pages() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let report = send(&issuer, NDJSON, None, "{}\n[]\n".repeat(900)).await.json(200);
    assert_eq!(counts(&report), [1_800, 0, 0, 0, 1_800]);
    let path = format!("/v1/ingest/{}", report["batch"].as_str().unwrap());
    let (mut page, mut seen) = (report, Vec::new());
    loop {
        let findings = page["findings"].as_array().unwrap();
        assert!(findings.len() <= 1_000);
        seen.extend(findings.iter().map(|finding| finding["line"].as_i64().unwrap()));
        let Some(after) = page["next_after_line"].as_i64() else { break };
        page = issuer.get(&format!("{path}?after_line={after}")).await.json(200);
    }
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen, (1..=1_800).collect::<Vec<_>>());
}
