//! Online verification: the same verdict, with what the server knows now.

use serde_json::{Value, json};
use yzt_tests::TestApp;
use yzt_tests::actors::Person;
use yzt_tests::check::vehicle;

async fn verify(person: &Person, code: &str) -> Value {
    person.post("/v1/verifications", &json!({ "code": code })).await.json(200)
}

#[tokio::test]
async fn a_code_shown_now_is_valid_for_anybody_who_asks() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let verdict = verify(&app.visitor(), &certificate.code().await).await;
    assert_eq!((&verdict["outcome"], &verdict["display"]), (&json!("valid"), &json!("green")), "{verdict}");
    assert_eq!(verdict["warnings"], json!([]));
    assert_eq!(verdict["established"]["status"], "valid");
}

#[tokio::test]
async fn a_change_of_status_holds_at_once() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let code = certificate.code().await;
    for (event, reason) in
        [("suspended", json!("suspended")), ("resumed", json!(null)), ("cancelled", json!("cancelled"))]
    {
        issuer.report(&certificate, event).await;
        assert_eq!(verify(&app.visitor(), &code).await["reason"], reason);
    }
}

#[tokio::test]
async fn an_old_version_is_superseded_and_stands() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let code = certificate.code().await;
    let changed = vehicle(0, &json!({ "event": "change", "validTo": "20310105" }));
    app.issuer().await.send_in(&[changed]).await;
    let verdict = verify(&app.visitor(), &code).await;
    assert_eq!((&verdict["outcome"], &verdict["warnings"]), (&json!("valid"), &json!(["superseded"])));
}

#[tokio::test]
async fn a_screenshot_is_out_of_date_and_nobody_is_called_unlicensed() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let code = certificate.code().await;
    app.pass(120);
    let verdict = verify(&app.visitor(), &code).await;
    assert_eq!((&verdict["outcome"], &verdict["reason"]), (&json!("undetermined"), &json!("code_expired")));
}

#[tokio::test]
async fn any_text_has_a_verdict() {
    let app = TestApp::spawn().await;
    let officer = app.officer().await;
    for (code, reason) in [
        ("", "malformed"),
        ("HTTPS://YZT.EXAMPLE/V/1QQ", "malformed"),
        ("HTTPS://YZT.EXAMPLE/V/2QQ", "unsupported_version"),
        ("134567890123456789", "not_a_presentation"),
        (&"长".repeat(3_000), "malformed"),
    ] {
        assert_eq!(verify(&officer, code).await["reason"], reason);
    }
}

#[tokio::test]
async fn a_code_of_another_province_cannot_be_told_here() {
    let other = TestApp::spawn().await;
    let code = other.certificate(&vehicle(0, &json!({}))).await.code().await;
    let app = TestApp::spawn_with(|config| config.iss = "22".to_owned()).await;
    let verdict = verify(&app.visitor(), &code).await;
    assert_eq!((&verdict["outcome"], &verdict["reason"]), (&json!("undetermined"), &json!("unknown_issuer")));
}

#[tokio::test]
async fn who_is_not_signed_in_has_a_limit_and_an_officer_has_none() {
    let app = TestApp::spawn_with(|config| config.verifications_address = 2).await;
    let (visitor, officer) = (app.visitor(), app.officer().await);
    for _ in 0..2 {
        verify(&visitor, "x").await;
    }
    let limited = visitor.post("/v1/verifications", &json!({ "code": "x" })).await;
    assert_eq!((limited.problem().as_str(), limited.header("retry-after")), ("too_many_attempts", "60"));
    verify(&officer, "x").await;
    app.pass(60);
    verify(&visitor, "x").await;
}

#[tokio::test]
async fn verdicts_are_counted_by_reason() {
    let app = TestApp::spawn().await;
    verify(&app.visitor(), "x").await;
    let metrics = app.visitor().get("/metrics").await.text;
    let line = r#"yzt_verdicts_total{outcome="invalid",reason="not_a_presentation",via="online"} 1"#;
    assert!(metrics.contains(line), "{metrics}");
}

#[tokio::test]
async fn a_code_checked_in_another_scan_was_seen_before_and_the_same_scan_may_ask_again() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let (code, visitor) = (certificate.code().await, app.visitor());
    let scans = ["018f3c4e-0000-7000-8000-000000000001", "018f3c4e-0000-7000-8000-000000000002"];
    for (scan, warnings) in [(0, json!([])), (0, json!([])), (1, json!(["seen_before"])), (0, json!([]))] {
        let asked = visitor.post("/v1/verifications", &json!({ "code": code, "scan": scans[scan] })).await;
        assert_eq!(asked.json(200)["warnings"], warnings);
    }
}
