//! Bodies of signed requests: taken whole or not at all, small or large.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::json;
use yzt_api::audit::Action;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::service::Unsigned;

use super::{audited, certificates, ingest, long_certificates, problem};

/// The files of a directory, by name: those of the database grow as they like.
fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// No batch and no record did.
async fn nothing_came_in(app: &TestApp) {
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(!metrics.contains("yzt_ingest_records_total{outcome=\"created\"}"), "{metrics}");
    assert!(audited(app, Action::BatchIngested).await.is_empty());
}

#[tokio::test]
async fn a_batch_that_is_signed_comes_in_small_or_large() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let small = service.send(&ingest(&app, certificates(2))).await.json(200);
    assert_eq!(small["created"], 2, "{small}");
    // More than stays in memory.
    let body = long_certificates(220);
    assert!(body.len() > 2 << 20, "{}", body.len());
    let large = service.send(&ingest(&app, body)).await.json(200);
    assert_eq!((&large["lines"], &large["rejected"]), (&json!(220), &json!(0)), "{}", large["findings"]);
}

#[tokio::test]
async fn a_large_table_comes_in_as_csv() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let lines = (0..250).map(|number| format!("013,{number:0>9000}\n"));
    let body: String = std::iter::once("kind,certificate_number\n".to_owned()).chain(lines).collect();
    assert!(body.len() > 2 << 20, "{}", body.len());
    let request = Unsigned::new(&app, Method::POST, "/v1/ingest").with_body("text/csv", body);
    // None of these is a certificate, and each is judged.
    let report = service.send(&request).await.json(200);
    assert_eq!((&report["lines"], &report["rejected"]), (&json!(250), &json!(250)), "{report}");
}

#[tokio::test]
async fn a_body_that_is_not_the_one_signed_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    for body in [certificates(2), long_certificates(220)] {
        let request = ingest(&app, body);
        let headers = service.sign(&request, &request.components());
        let mut altered = request.clone();
        altered.body[0] = b' ';
        assert_eq!(problem(&service, &altered, headers).await, "content_digest_mismatch");
    }
    nothing_came_in(&app).await;
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
async fn a_body_larger_than_may_be_sent_is_refused_and_nothing_of_it_kept() {
    let app = TestApp::spawn_with(|config| config.upload_limit = 2 << 20).await;
    let service = app.service(Role::Issuer, 1).await;
    let before = files(app.database().directory());
    let too_large = ingest(&app, long_certificates(220));
    assert!(too_large.body.len() > 2 << 20);
    let answer = service.send(&too_large).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (413, "body_too_large"));
    assert_eq!(files(app.database().directory()), before);
    nothing_came_in(&app).await;
    // What is no upload is read whole by its handler, and so may be no larger for being signed.
    let path = "/v1/certificates/018f3c4e-0000-7000-8000-000000000001/events";
    let request = Unsigned::new(&app, Method::POST, path);
    let large = vec![b' '; app.running.app().config.body_limit + 1];
    let answer = service.send(&request.with_body("application/json", large)).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (413, "body_too_large"));
}
