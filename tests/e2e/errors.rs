//! Whatever is wrong with a request, the answer is a problem of the table.

use reqwest::Method;
use yzt_tests::TestApp;

#[tokio::test]
async fn an_address_that_is_not_there_is_not_found() {
    let app = TestApp::spawn().await;
    for path in ["/", "/v1", "/v1/nothing", "/V", "/problems/nothing", "/%ff", "/v1/sessions/"] {
        assert_eq!(app.visitor().get(path).await.problem(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn another_method_is_answered_with_those_that_are_taken() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let invented = Method::from_bytes(b"INVENTED").unwrap();
    for method in [Method::DELETE, Method::PATCH, Method::TRACE, Method::OPTIONS, invented] {
        let answer = visitor.send(visitor.request(method, "/v1/me")).await;
        assert_eq!(answer.problem(), "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
    let answer = visitor.delete("/v1/sessions").await;
    assert_eq!(
        (answer.problem().as_str(), answer.header("allow")),
        ("method_not_allowed", "GET, HEAD, POST")
    );
}

#[tokio::test]
async fn a_body_that_is_not_the_json_asked_for_is_said_to_be_so_without_repeating_it() {
    let app = TestApp::spawn().await;
    let bodies = [
        "",
        "{",
        "[]",
        "{\"login\":\"a\"}",
        "{\"login\":\"a\",\"password\":\"b\",\"机密\":1}",
        "{\"login\":\"机密\",\"password\":7}",
        "\"机密\"",
    ];
    for body in bodies {
        let answer = post(&app, "application/json", body.to_owned()).await;
        assert_eq!(answer.problem(), "bad_json", "{body}");
        assert!(!answer.text.contains("机密"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_body_of_another_media_type_is_refused() {
    let app = TestApp::spawn().await;
    let answer = post(&app, "text/plain", "{\"login\":\"a\",\"password\":\"b\"}".to_owned()).await;
    assert_eq!(answer.problem(), "unsupported_media_type");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_and_the_server_lives() {
    let app = TestApp::spawn().await;
    let body = format!("{{\"login\":\"{}\",\"password\":\"b\"}}", "a".repeat(2 << 20));
    let answer = post(&app, "application/json", body).await;
    assert_eq!(answer.problem(), "body_too_large");
    assert_eq!(app.visitor().get("/healthz").await.text, "ok\n");
}

#[tokio::test]
async fn every_problem_explains_itself() {
    let app = TestApp::spawn().await;
    let explained = app.visitor().get("/problems/sign_in_failed").await.json(200);
    assert_eq!(explained["status"], 401);
    assert_eq!(explained["type"], "/problems/sign_in_failed");
}

async fn post(app: &TestApp, media_type: &str, body: String) -> yzt_tests::Answer {
    let visitor = app.visitor();
    let request = visitor.request(Method::POST, "/v1/sessions");
    visitor.send(request.header("content-type", media_type).body(body)).await
}
