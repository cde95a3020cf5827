//! What a service may: what the table of access grants its role, in its division, as for a session.

use reqwest::Method;
use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;
use yzt_tests::service::Unsigned;

use super::{certificates, ingest, me, problem};

#[tokio::test]
async fn a_service_may_what_its_role_may_and_no_password_opens_its_account() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = ingest(&app, certificates(1));
    assert_eq!(service.send(&request).await.problem(), "wrong_role");
    assert_eq!(app.visitor().try_sign_in(&service.login, "").await.problem(), "sign_in_failed");
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
async fn a_service_of_a_division_touches_nothing_beyond_it() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let city = issued.record.division().as_str()[..4].to_owned();
    let far = if city == "2114" { "2101" } else { "2114" };
    let near = app.service_of(Role::Issuer, 1, Some(&city)).await;
    let far = app.service_of(Role::Issuer, 2, Some(far)).await;
    let path = format!("/v1/certificates/{}", issued.id);
    let read = || Unsigned::new(&app, Method::GET, &path);
    let _ = near.send(&read()).await.json(200);
    assert_eq!(far.send(&read()).await.problem(), "other_division");
    let event = || {
        let request = Unsigned::new(&app, Method::POST, &format!("{path}/events"));
        request.with_body("application/json", json!({ "event": "suspended" }).to_string())
    };
    assert_eq!(far.send(&event()).await.problem(), "other_division");
    let _ = near.send(&event()).await.json(201);
    let line = String::from_utf8(issued.record.to_line()).unwrap() + "\n";
    let report = far.send(&ingest(&app, line)).await.json(200);
    assert_eq!(
        (&report["rejected"], &report["findings"][0]["rule"]),
        (&json!(1), &json!("outside_jurisdiction"))
    );
}

#[tokio::test]
async fn a_batch_of_another_service_is_hidden() {
    let app = TestApp::spawn().await;
    let (own, other) = (app.service(Role::Issuer, 1).await, app.service(Role::Issuer, 2).await);
    let report = own.send(&ingest(&app, certificates(1))).await.json(200);
    let path = format!("/v1/ingest/{}?after_line=0", report["batch"].as_str().unwrap());
    let read = || Unsigned::new(&app, Method::GET, &path);
    let _ = own.send(&read()).await.json(200);
    assert_eq!(other.send(&read()).await.problem(), "not_found");
}

#[tokio::test]
async fn a_token_and_a_signature_together_are_refused_whatever_each_is_worth() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let login = app.account(Role::Issuer, None).await;
    let token =
        app.visitor().try_sign_in(&login, PASSWORD).await.json(201)["token"].as_str().unwrap().to_owned();
    let request = me(&app);
    let mut headers = service.sign(&request, &request.components());
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    assert_eq!(problem(&service, &request, headers).await, "signature_invalid");
    // It was not used up.
    let _ = service.send(&request).await.json(200);
}

#[tokio::test]
async fn what_is_about_sessions_is_not_for_services() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let post = |path: &str, body: serde_json::Value| {
        Unsigned::new(&app, Method::POST, path).with_body("application/json", body.to_string())
    };
    let passwords = json!({ "old_password": "", "new_password": "a new password of 2026" });
    for request in [
        Unsigned::new(&app, Method::DELETE, "/v1/sessions/current"),
        post("/v1/me/password", passwords),
        post("/v1/me/second-factors/recovery-codes", json!({})),
    ] {
        assert_eq!(service.send(&request).await.problem(), "needs_session", "{request:?}");
    }
    let sessions = service.send(&Unsigned::new(&app, Method::GET, "/v1/sessions")).await.json(200);
    assert_eq!(sessions["sessions"], json!([]));
}
