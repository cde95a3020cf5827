//! The log as audit administrators see it.

use serde_json::Value;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;

use super::write;

fn entries(page: &Value) -> Vec<&Value> {
    page["entries"].as_array().unwrap().iter().collect()
}

#[tokio::test]
async fn audit_administrators_find_who_did_what_and_nobody_else_does() {
    let app = TestApp::spawn().await;
    let auditor = app.audit_admin().await;
    let login = app.account(Role::SystemAdmin, None).await;
    app.visitor().try_sign_in(&login, "another password").await;
    let found = auditor.get("/v1/audit?action=session.begun&result=refused").await.json(200);
    let [failed] = entries(&found).try_into().unwrap();
    assert_eq!((&failed["reason"], &failed["address"]), (&"sign_in_failed".into(), &"127.0.0.1".into()));
    assert!(found.get("next_before").is_none());

    let account = failed["object_id"].as_str().unwrap();
    app.visitor().sign_in(&login, PASSWORD).await;
    let found = auditor.get(&format!("/v1/audit?actor={account}")).await.json(200);
    assert_eq!(entries(&found).len(), 1);
    for other in [app.system_admin().await.0, app.security_admin().await.0, app.officer().await.0] {
        assert_eq!(other.get("/v1/audit").await.problem(), "wrong_role");
    }
}

#[tokio::test]
async fn that_the_log_was_searched_is_in_the_log() {
    let app = TestApp::spawn().await;
    let auditor = app.audit_admin().await;
    let _ = auditor.get("/v1/audit?object_kind=account&object_id=a").await.json(200);
    let found = auditor.get("/v1/audit?action=audit.read").await.json(200);
    let details: Vec<_> = entries(&found).into_iter().map(|entry| entry["details"].to_string()).collect();
    assert_eq!(details, [r#"{"action":"audit.read"}"#, r#"{"object_id":"a","object_kind":"account"}"#]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let app = TestApp::spawn().await;
    write(&app, 150).await;
    let auditor = app.audit_admin().await;
    let first = auditor.get("/v1/audit?action=key.made").await.json(200);
    let before = &first["next_before"];
    let second = auditor.get(&format!("/v1/audit?action=key.made&before={before}")).await.json(200);
    let places: Vec<_> =
        [&first, &second].into_iter().flat_map(entries).map(|entry| entry["seq"].as_i64().unwrap()).collect();
    assert_eq!(places.len(), 150);
    assert!(places.windows(2).all(|pair| pair[0] == pair[1] + 1), "{places:?}");
    assert!(second.get("next_before").is_none());
}

#[tokio::test]
async fn time_bounds_hold_and_what_can_never_be_found_is_refused() {
    let app = TestApp::spawn().await;
    let auditor = app.audit_admin().await;
    write(&app, 1).await;
    app.pass(60);
    write(&app, 1).await;
    let found = auditor.get("/v1/audit?action=key.made&since=2026-06-15T10:00:30%2B08:00").await.json(200);
    assert_eq!(entries(&found).len(), 1);
    let found = auditor.get("/v1/audit?action=key.made&until=2026-06-15T10:00:30%2B08:00").await.json(200);
    assert_eq!(entries(&found).len(), 1);
    for query in ["action=nothing", "result=perhaps", "division=2%25", "since=yesterday", "what=else"] {
        assert_eq!(auditor.get(&format!("/v1/audit?{query}")).await.problem(), "bad_query", "{query}");
    }
}
