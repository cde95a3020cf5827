//! How long sessions last, used and unused.

use yzt_api::auth::Role;
use yzt_tests::TestApp;

use super::{Phone, spawn_with_usual_limits, usual_limits};
use verifier_core::ids::Kind;
use yzt_tests::app::PASSWORD;

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

#[tokio::test]
async fn an_access_token_is_good_for_ten_minutes() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    app.pass(10 * MINUTE - 1);
    let _ = phone.use_it().await.json(200);
    app.pass(1);
    assert_eq!(phone.use_it().await.problem(), "session_expired");
}

#[tokio::test]
async fn a_session_of_staff_ends_after_half_an_hour_without_use() {
    let app = spawn_with_usual_limits().await;
    let phone = Phone::of(&app, Role::Officer).await;
    app.pass(30 * MINUTE - 1);
    let phone = phone.refreshed().await;
    let _ = phone.use_it().await.json(200);
    app.pass(30 * MINUTE);
    assert_eq!(phone.ask_for_refresh().await.problem(), "session_expired");
}

#[tokio::test]
async fn a_page_that_only_refreshes_does_not_keep_a_session_of_staff_alive() {
    let app = spawn_with_usual_limits().await;
    let mut phone = Phone::of(&app, Role::Officer).await;
    for _ in 0..2 {
        app.pass(10 * MINUTE);
        phone = phone.refreshed().await;
    }
    app.pass(10 * MINUTE);
    assert_eq!(phone.ask_for_refresh().await.problem(), "session_expired");
}

#[tokio::test]
async fn a_session_of_staff_ends_after_twelve_hours_however_it_is_used() {
    let app = spawn_with_usual_limits().await;
    let mut phone = Phone::of(&app, Role::Officer).await;
    for _ in 0..12 * 6 - 1 {
        app.pass(10 * MINUTE);
        phone = phone.refreshed().await;
        let _ = phone.use_it().await.json(200);
    }
    app.pass(10 * MINUTE - 1);
    let phone = phone.refreshed().await;
    assert_eq!(phone.session["expires_at"], "2026-06-15T14:00:00Z");
    let _ = phone.use_it().await.json(200);
    app.pass(1);
    assert_eq!(phone.use_it().await.problem(), "session_expired");
    assert_eq!(phone.ask_for_refresh().await.problem(), "session_expired");
}

#[tokio::test]
async fn a_driver_stays_signed_in_for_weeks_and_not_for_ever() {
    let app = spawn_with_usual_limits().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let login = app.account(Role::Holder, Some(&issued.holder_id)).await;
    let mut phone = Phone::signed_in(&app, &login).await;
    for _ in 0..3 {
        app.pass(29 * DAY);
        phone = phone.refreshed().await;
        let _ = phone.use_it().await.json(200);
    }
    app.pass(3 * DAY);
    assert_eq!(phone.ask_for_refresh().await.problem(), "session_expired");
}

#[tokio::test]
async fn with_one_session_more_than_staff_may_have_the_oldest_ends() {
    let app = TestApp::spawn_with(|config| {
        usual_limits(config);
        config.staff_sessions = 2;
    })
    .await;
    let login = app.account(Role::Officer, None).await;
    let mut phones = Vec::new();
    for _ in 0..3 {
        phones.push(Phone::signed_in(&app, &login).await);
        app.pass(1);
    }
    assert_eq!(phones[0].use_it().await.problem(), "session_ended");
    for phone in &phones[1..] {
        let _ = phone.use_it().await.json(200);
    }
}

#[tokio::test]
async fn a_device_is_named_as_its_owner_named_it() {
    let app = spawn_with_usual_limits().await;
    let login = app.account(Role::Officer, None).await;
    let visitor = app.visitor();
    let sign_in = async |device: &str| {
        let body = serde_json::json!({ "login": login, "password": PASSWORD, "device": device });
        visitor.post("/v1/sessions", &body).await
    };
    assert_eq!(sign_in("").await.problem(), "unfit_value");
    let phone = Phone::with(&visitor, sign_in("执法一队的手机").await.json(201));
    let list = phone.person.get("/v1/sessions").await.json(200);
    assert_eq!(list["sessions"][0]["device"], "执法一队的手机");
}
