//! What those who run a server look at: health, metrics, documents, headers.

use std::collections::BTreeSet;

use yzt_api::routes::TABLE;
use yzt_tests::{Backend, TestApp};

#[tokio::test]
async fn a_server_that_has_just_started_is_ready_in_every_part() {
    let app = TestApp::spawn().await;
    let ready = app.visitor().get("/readyz").await.json(200);
    let parts = ready["parts"].as_array().unwrap();
    let names: Vec<_> = parts.iter().map(|part| part["name"].as_str().unwrap()).collect();
    let shared = (Backend::of_this_run() == Backend::Postgres).then_some("redis");
    assert_eq!(names, ["database", "signing_keys", "signer"].into_iter().chain(shared).collect::<Vec<_>>());
    assert!(parts.iter().all(|part| part["ready"] == true));
}

#[tokio::test]
async fn metrics_name_patterns_and_never_paths() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.get("/problems/not_found").await;
    visitor.get("/V/1SECRET").await;
    let metrics = visitor.get("/metrics").await.text;
    assert!(metrics.contains(r#"route="/problems/{code}",status="200"} 1"#), "{metrics}");
    assert!(!metrics.contains("SECRET"));
}

#[tokio::test]
async fn the_open_api_document_has_every_route_and_no_other() {
    let app = TestApp::spawn().await;
    let document = app.visitor().get("/openapi.json").await.json(200);
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                operation["responses"]["500"]["content"]["application/problem+json"].is_object(),
                "{path}"
            );
            documented.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table = TABLE.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(documented, table.collect());
}

#[tokio::test]
async fn the_page_to_try_the_api_is_there_and_asks_no_other_host() {
    let app = TestApp::spawn().await;
    let page = app.visitor().get("/docs/").await;
    assert!(page.text.contains("swagger-ui"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    let script = app.visitor().get("/docs/swagger-initializer.js").await;
    assert!(script.text.contains("/openapi.json"), "{}", script.text);
}

#[tokio::test]
async fn every_answer_carries_protecting_headers_and_its_id() {
    let app = TestApp::spawn().await;
    for path in ["/healthz", "/nothing"] {
        let answer = app.visitor().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(answer.header("permissions-policy").contains("microphone=()"));
        assert_eq!(answer.header("strict-transport-security"), "", "not over plain HTTP");
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn a_server_reached_over_https_says_that_it_always_is() {
    let app = TestApp::spawn_with(|config| config.public_url = "https://dzzz.example.cn".to_owned()).await;
    let answer = app.visitor().get("/healthz").await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn a_request_keeps_the_id_its_proxy_gave_it_when_it_is_one() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let id = "018f3c4e-0000-7000-8000-000000000001";
    let request = visitor.request(reqwest::Method::GET, "/healthz").header("x-request-id", id);
    assert_eq!(visitor.send(request).await.header("x-request-id"), id);
    let request =
        visitor.request(reqwest::Method::GET, "/healthz").header("x-request-id", "210102199001011234");
    assert_ne!(visitor.send(request).await.header("x-request-id"), "210102199001011234");
}
