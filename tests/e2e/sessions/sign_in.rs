//! Signing in with login and password.

use serde_json::json;
use yzt_api::auth::{Role, accounts};
use yzt_tests::TestApp;
use yzt_tests::app::{BEGINNING, PASSWORD};

#[tokio::test]
async fn whoever_has_the_password_gets_a_session_for_the_account() {
    let app = TestApp::spawn().await;
    let officer = app.officer().await;
    let me = officer.get("/v1/me").await.json(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("officer"), &json!("测试账号")));
}

#[tokio::test]
async fn an_unknown_login_a_wrong_password_and_a_disabled_account_are_answered_alike() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let disabled = app.account(Role::Officer, None).await;
    disable(&app, &disabled).await;
    let visitor = app.visitor();
    let wrong = visitor.try_sign_in(&login, "another password").await;
    let unknown = visitor.try_sign_in("nobody", PASSWORD).await;
    let disabled = visitor.try_sign_in(&disabled, PASSWORD).await;
    assert_eq!(wrong.problem(), "sign_in_failed");
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(wrong.text, disabled.text);
}

#[tokio::test]
async fn after_too_many_failures_even_the_right_password_waits() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let visitor = app.visitor();
    for _ in 0..5 {
        let failed = visitor.try_sign_in(&login, "another password").await;
        assert_eq!(failed.problem(), "sign_in_failed");
    }
    let limited = visitor.try_sign_in(&login, PASSWORD).await;
    assert_eq!(limited.problem(), "too_many_attempts");
    assert_eq!(limited.header("retry-after"), "1800");

    app.pass(1800);
    visitor.sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn signing_in_often_is_not_limited() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    for _ in 0..10 {
        app.visitor().sign_in(&login, PASSWORD).await;
    }
}

#[tokio::test]
async fn failures_for_many_logins_from_one_address_are_limited_too() {
    let app = TestApp::spawn_with(|config| config.sign_in_attempts_address = 3).await;
    let visitor = app.visitor();
    for login in ["a", "b", "c"] {
        assert_eq!(visitor.try_sign_in(login, PASSWORD).await.problem(), "sign_in_failed");
    }
    assert_eq!(visitor.try_sign_in("d", PASSWORD).await.problem(), "too_many_attempts");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let officer = app.visitor().sign_in(&login, PASSWORD).await;
    disable(&app, &login).await;
    assert_eq!(officer.get("/v1/me").await.problem(), "not_signed_in");
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_no_session() {
    let app = TestApp::spawn().await;
    let other = TestApp::spawn().await;
    let foreign = other.visitor().sign_in(&other.account(Role::Operator, None).await, PASSWORD).await;
    let _ = foreign.get("/v1/me").await.json(200);
    for token in ["", "x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIiLCJpYXQiOjAsImV4cCI6OTk5OTk5OTk5OX0."] {
        let answer = app.visitor().with_token(token).get("/v1/me").await;
        assert_eq!(answer.problem(), "not_signed_in");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(app.visitor().get("/v1/me").await.problem(), "not_signed_in");
}

async fn disable(app: &TestApp, login: &str) {
    let (login, integrity) = (login.to_owned(), app.running.app().integrity.clone());
    let work = move |conn: &mut _| {
        let row = yzt_api::store::accounts::find_by_login(conn, &login)?.unwrap();
        accounts::disable(conn, &integrity, row, BEGINNING)
    };
    assert!(app.running.app().db.write(work).await.unwrap());
}
