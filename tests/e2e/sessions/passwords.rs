//! Passwords: initial ones, old ones, changed ones.

use serde_json::json;
use yzt_api::audit::Context;
use yzt_api::auth::{Password, Role, password};
use yzt_api::store::{Db, StoreError, accounts};
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

use super::Phone;

/// Passwords that will do.
const NEW: [&str; 6] = [
    "Tian-gao.yun9dan",
    "Hai-kuo.yu7yue",
    "Shan-qing.shui3xiu",
    "Feng-he.ri8li",
    "Chun-hua.qiu4shi",
    "Ri-chu.er6zuo",
];

async fn change(phone: &Phone, old: &str, new: &str) -> Answer {
    phone.person.post("/v1/me/password", &json!({ "old_password": old, "new_password": new })).await
}

/// Gives an account an initial password, as an administrator does.
async fn give_initial(app: &TestApp, phone: &Phone, text: &str) {
    let id = phone.session["account"]["id"].as_str().unwrap();
    let password = Password::hash(text, 1).unwrap();
    assert!(password::give_initial(app.running.app(), Context::system(), id, password).await.unwrap());
}

async fn rounds(db: &Db, login: &str) -> u32 {
    let login = login.to_owned();
    let found: Result<_, StoreError> = db.read(move |conn| accounts::find_by_login(conn, &login)).await;
    Password::parse(found.unwrap().unwrap().password_hash.as_deref().unwrap()).unwrap().rounds()
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions_and_is_the_one_that_counts() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let (one, two) = (Phone::signed_in(&app, &login).await, Phone::signed_in(&app, &login).await);
    assert_eq!(change(&two, PASSWORD, NEW[0]).await.status, 204);
    let _ = two.use_it().await.json(200);
    assert_eq!(one.use_it().await.problem(), "session_ended");
    assert_eq!(app.visitor().try_sign_in(&login, PASSWORD).await.problem(), "sign_in_failed");
    app.visitor().sign_in(&login, NEW[0]).await;
}

#[tokio::test]
async fn a_new_password_keeps_the_rules_and_the_old_one_must_be_known() {
    let app = TestApp::spawn().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let refused = change(&phone, PASSWORD, "officer-1").await;
    assert_eq!(refused.problem(), "password_unfit");
    let findings = &refused.json(422)["findings"];
    let rules: Vec<_> = findings.as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["too_short", "contains_login"]);
    assert!(!refused.text.contains("officer-1"), "{}", refused.text);
    assert_eq!(change(&phone, "another password", NEW[0]).await.problem(), "wrong_password");
    assert_eq!(change(&phone, PASSWORD, NEW[0]).await.status, 204);
}

#[tokio::test]
async fn guessing_the_old_password_from_a_session_locks_as_guessing_it_at_the_door_does() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let phone = Phone::signed_in(&app, &login).await;
    for _ in 0..5 {
        assert_eq!(change(&phone, "another password", NEW[0]).await.problem(), "wrong_password");
    }
    assert_eq!(change(&phone, PASSWORD, NEW[0]).await.problem(), "too_many_attempts");
    assert_eq!(app.visitor().try_sign_in(&login, PASSWORD).await.problem(), "too_many_attempts");
}

#[tokio::test]
async fn none_of_the_last_five_passwords_comes_back() {
    let app = TestApp::spawn().await;
    let phone = Phone::of(&app, Role::Officer).await;
    let mut present = PASSWORD;
    for new in &NEW[..5] {
        assert_eq!(change(&phone, present, new).await.status, 204);
        present = new;
    }
    for used in &NEW[..5] {
        let refused = change(&phone, present, used).await;
        assert_eq!(refused.json(422)["findings"][0]["rule"], "used_before", "{used}");
    }
    assert_eq!(change(&phone, present, NEW[5]).await.status, 204);
    // The sixth before it may.
    assert_eq!(change(&phone, NEW[5], NEW[0]).await.status, 204);
}

#[tokio::test]
async fn an_initial_password_is_good_for_changing_it_and_for_nothing_else() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let before = Phone::signed_in(&app, &login).await;
    give_initial(&app, &before, NEW[0]).await;
    assert_eq!(before.use_it().await.problem(), "session_ended");

    let visitor = app.visitor();
    let phone = Phone::with(&visitor, visitor.try_sign_in(&login, NEW[0]).await.json(201));
    assert_eq!(phone.session["duty"], "change_password");
    let _ = phone.use_it().await.json(200);
    for path in ["/v1/devices", "/v1/sessions", "/v1/receipts/none"] {
        assert_eq!(phone.person.get(path).await.problem(), "password_change_required", "{path}");
    }
    assert_eq!(change(&phone, NEW[0], NEW[1]).await.status, 204);
    let _ = phone.person.get("/v1/devices").await.json(200);
    assert!(phone.refreshed().await.session["duty"].is_null());
}

#[tokio::test]
async fn a_password_of_staff_is_too_old_after_ninety_days() {
    let app = TestApp::spawn_with(|config| config.password_lifetime = 90).await;
    let login = app.account(Role::Officer, None).await;
    app.pass(90 * 86_400 - 1);
    let phone = Phone::signed_in(&app, &login).await;
    let _ = phone.person.get("/v1/devices").await.json(200);
    app.pass(1);
    let phone = Phone::signed_in(&app, &login).await;
    assert_eq!(phone.person.get("/v1/devices").await.problem(), "password_change_required");
    assert_eq!(change(&phone, PASSWORD, NEW[0]).await.status, 204);
    let _ = phone.person.get("/v1/devices").await.json(200);
}

#[tokio::test]
async fn a_password_is_hashed_with_more_rounds_at_the_next_sign_in_once_the_setting_grew() {
    let app = TestApp::spawn_with(|config| config.password_rounds = 3).await;
    let login = app.account(Role::Officer, None).await;
    let phone = Phone::signed_in(&app, &login).await;
    give_initial(&app, &phone, NEW[0]).await;
    let db = app.running.app().db.clone();
    assert_eq!(rounds(&db, &login).await, 1);
    app.visitor().sign_in(&login, NEW[0]).await;
    assert_eq!(rounds(&db, &login).await, 3);
    app.visitor().sign_in(&login, NEW[0]).await;
}

#[tokio::test]
async fn the_last_sign_in_is_kept_on_the_account() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    app.pass(60);
    app.visitor().sign_in(&login, PASSWORD).await;
    let db = app.running.app().db.clone();
    let found: Result<_, StoreError> = db.read(move |conn| accounts::find_by_login(conn, &login)).await;
    assert_eq!(found.unwrap().unwrap().last_sign_in_at, Some(app.clock.now().millis()));
}
