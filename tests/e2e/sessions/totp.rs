//! An authenticator app: enrolled at the first sign-in, asked for at every other.

use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_api::config::SecondFactor;
use yzt_tests::TestApp;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;

use super::{Enrolled, Phone, code, confirm, offered, prove, spawn_with_second_factor};

#[tokio::test]
async fn without_a_second_factor_staff_can_do_nothing_but_enrol_one() {
    let app = spawn_with_second_factor().await;
    let phone = Phone::of(&app, Role::Operator).await;
    assert_eq!(phone.session["duty"], "enrol_second_factor");
    let figures = "/v1/kpi/activation?year=2026";
    assert_eq!(phone.person.get(figures).await.problem(), "second_factor_enrolment_required");
    let totp = offered(&phone).await;
    let _ = confirm(&phone, &code(&app, &totp)).await.json(200);
    let _ = phone.person.get(figures).await.json(200);
    let factors = phone.person.get("/v1/me/second-factors").await.json(200);
    assert_eq!(factors, json!({ "required": true, "totp": true, "keys": 0, "recovery_codes": 10 }));
}

#[tokio::test]
async fn a_holder_is_not_asked_for_a_second_factor() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let login = app.account(Role::Holder, Some(&issued.holder_id)).await;
    let strict = app.neighbour_with(|config| config.second_factor = SecondFactor::Required).await;
    let holder = Person::at(format!("http://{}", strict.address())).sign_in(&login, PASSWORD).await;
    let _ = holder.get("/v1/certificates").await.json(200);
    strict.stop().await.unwrap();
}

#[tokio::test]
async fn a_right_code_completes_a_sign_in_and_a_wrong_one_may_be_followed_by_it() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    app.pass(30);
    let pending = enrolled.pending(&app).await;
    assert_eq!(pending["factors"], json!(["totp", "recovery_code"]));
    assert!(pending["token"].is_null() && pending["challenge"].is_null());
    let right = code(&app, &enrolled.totp);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(prove(&app, &pending, json!({ "totp": wrong })).await.problem(), "second_factor_invalid");
    let session = prove(&app, &pending, json!({ "totp": right })).await.json(201);
    let phone = Phone::with(&app.visitor(), session);
    assert!(phone.session["duty"].is_null());
    let _ = phone.person.get("/v1/devices").await.json(200);
    // What waited has been used up.
    assert_eq!(prove(&app, &pending, json!({ "totp": right })).await.problem(), "sign_in_not_pending");
}

#[tokio::test]
async fn a_code_is_good_once_on_all_servers() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    app.pass(30);
    let shown = code(&app, &enrolled.totp);
    let pendings = [enrolled.pending(&app).await, enrolled.pending(&app).await, enrolled.pending(&app).await];
    let asking = pendings.iter().map(|pending| prove(&app, pending, json!({ "totp": shown })));
    let answers = futures_util::future::join_all(asking).await;
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(begun, 1);
    let refused = answers.iter().filter(|answer| answer.status != 201);
    assert!(refused.into_iter().all(|answer| answer.problem() == "second_factor_invalid"));
}

#[tokio::test]
async fn the_code_that_enrolled_is_used_up_and_older_ones_with_it() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    let pending = enrolled.pending(&app).await;
    let older = enrolled.totp.generate(app.clock.now().seconds().0 - 30).to_string();
    for used in [code(&app, &enrolled.totp), older] {
        assert_eq!(prove(&app, &pending, json!({ "totp": used })).await.problem(), "second_factor_invalid");
    }
}

#[tokio::test]
async fn a_phone_s_clock_may_be_half_a_minute_off_and_no_more() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    for (drift, status) in [(-30_i64, 201), (30, 201), (-60, 401), (60, 401)] {
        app.pass(300);
        let pending = enrolled.pending(&app).await;
        let at = app.clock.now().plus_seconds(drift).seconds().0;
        let answer = prove(&app, &pending, json!({ "totp": enrolled.totp.generate(at).to_string() })).await;
        assert_eq!(answer.status, status, "{drift}");
    }
}

#[tokio::test]
async fn wrong_codes_lock_as_wrong_passwords_do_and_a_right_password_forgives_none() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    app.pass(30);
    for _ in 0..5 {
        let pending = enrolled.pending(&app).await;
        assert_eq!(
            prove(&app, &pending, json!({ "totp": "12345" })).await.problem(),
            "second_factor_invalid"
        );
    }
    let locked = app.visitor().try_sign_in(&enrolled.login, PASSWORD).await;
    assert_eq!(locked.problem(), "too_many_attempts");
    app.pass(1800);
    let _ = enrolled.sign_in(&app).await.json(201);
}

#[tokio::test]
async fn whoever_has_only_the_password_cannot_enrol_once_somebody_did() {
    let app = spawn_with_second_factor().await;
    let login = app.account(Role::Officer, None).await;
    let (owner, thief) = (Phone::signed_in(&app, &login).await, Phone::signed_in(&app, &login).await);
    let totp = offered(&owner).await;
    let _ = confirm(&owner, &code(&app, &totp)).await.json(200);
    let totp = offered(&thief).await;
    assert_eq!(confirm(&thief, &code(&app, &totp)).await.problem(), "second_factor_required");
    assert_eq!(app.visitor().try_sign_in(&login, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_sign_in_does_not_wait_for_ever() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    let pending = enrolled.pending(&app).await;
    app.pass(300);
    let late = prove(&app, &pending, json!({ "totp": code(&app, &enrolled.totp) })).await;
    assert_eq!(late.problem(), "sign_in_not_pending");
}
