//! The page behind a code that a phone's own camera opened.

use serde_json::json;
use verifier_core::ids::Kind;
use yzt_tests::TestApp;

#[tokio::test]
async fn any_code_leads_to_one_page_that_keeps_it_to_itself() {
    let app = TestApp::spawn().await;
    let page = app.visitor().get("/V/1QRMJSECRET").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-store"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("SECRET"), "the server does nothing with the code");
    for other in ["/V/2ANY", "/C/1QRMJSECRET"] {
        assert_eq!(app.visitor().get(other).await.text, page.text);
    }
}

#[tokio::test]
async fn the_page_needs_nothing_but_its_own_two_files() {
    let app = TestApp::spawn().await;
    let page = app.visitor().get("/V/1").await.text;
    let named: Vec<_> =
        page.split(['"', '\'']).filter(|text| text.starts_with('/') || text.contains("://")).collect();
    assert_eq!(named, ["/landing/landing.css", "/landing/landing.js"]);
    for path in named {
        let file = app.visitor().get(path).await;
        assert_eq!((file.status.as_u16(), file.header("x-content-type-options")), (200, "nosniff"));
        assert!(!file.text.contains("innerHTML"));
    }
    assert!(
        !page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick="),
        "all inline is refused"
    );
}

#[tokio::test]
async fn the_code_of_the_pages_own_address_is_the_one_that_is_shown() {
    // Given a code, whose address a phone writes in lower case before it opens the page …
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let path = format!("/v1/certificates/{}/presentations", issued.id);
    let shown = app.holder_of(&issued).await.post(&path, &json!({})).await.json(201);
    let address = shown["code"].as_str().unwrap().replace("HTTP://", "http://");
    // … when the script of the page sends that address, without a sign-in, then it is valid.
    let verdict = app.visitor().post("/v1/verifications", &json!({ "code": address })).await.json(200);
    assert_eq!(verdict["display"], "green");
    for part in ["explanations", "certificate"] {
        assert!(!verdict[part].is_null(), "the page shows it");
    }
}
