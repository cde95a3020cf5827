//! What `docs/service-accounts.md` says is enough: a second implementation made from it alone, and its worked example.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use reqwest::header::HeaderMap;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::service::Unsigned;

use super::{certificates, ingest};

const DOCUMENT: &str = include_str!("../../../docs/service-accounts.md");

/// The text between the fences under a heading of the document.
fn block(heading: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(heading).unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    rest.split_once("\n```").unwrap().0
}

/// Header fields, a line each.
fn fields(text: &str) -> HeaderMap {
    let lines = text.lines().map(|line| line.split_once(": ").unwrap());
    lines
        .map(|(name, value)| (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_worked_example_is_taken_by_a_server_once() {
    let app = TestApp::spawn().await;
    let secret = data_encoding::HEXLOWER.decode(block("### The key").as_bytes()).unwrap();
    let service = app.service_with_key(Role::Issuer, secret.try_into().unwrap()).await;
    let (head, body) = block("### The request").split_once("\n\n").unwrap();
    let (first, head) = head.split_once('\n').unwrap();
    let (method, target) = first.split_once(' ').unwrap();
    let request = Unsigned::new(&app, method.parse::<Method>().unwrap(), target);
    let request = Unsigned { body: body.into(), ..request };
    // The clock of tests stands at the example's time. The certificate it is about is not here.
    let answer = service.send_with(&request, fields(head)).await;
    assert_eq!(answer.problem(), "not_found");
    assert_eq!(service.send_with(&request, fields(head)).await.problem(), "signature_replayed");
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
    let headers = fields(&String::from_utf8(signed.stdout).unwrap());
    let report = service.send_with(&ingest(&app, body), headers).await.json(200);
    assert_eq!(report["created"], 1, "{report}");
}
