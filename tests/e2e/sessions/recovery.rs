//! When the phone is gone: recovery codes, and a reset.

use serde_json::json;
use yzt_api::auth::Role;

use super::{Enrolled, Phone, code, confirm, offered, prove, spawn_with_second_factor};
use yzt_tests::app::PASSWORD;

#[tokio::test]
async fn a_recovery_code_is_good_once_and_leads_to_a_new_phone() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Operator).await;
    assert_eq!(enrolled.recovery_codes.len(), 10);
    // People type them as they like.
    let typed = enrolled.recovery_codes[3].to_lowercase().replace('-', " ");
    let pending = enrolled.pending(&app).await;
    let session = prove(&app, &pending, json!({ "recovery_code": typed })).await.json(201);
    let pending = enrolled.pending(&app).await;
    let again = prove(&app, &pending, json!({ "recovery_code": enrolled.recovery_codes[3] })).await;
    assert_eq!(again.problem(), "second_factor_invalid");

    let phone = Phone::with(&app.visitor(), session);
    let totp = offered(&phone).await;
    let confirmed = confirm(&phone, &code(&app, &totp)).await.json(200);
    app.pass(30);
    let pending = enrolled.pending(&app).await;
    let lost = prove(&app, &pending, json!({ "totp": code(&app, &enrolled.totp) })).await;
    assert_eq!(lost.problem(), "second_factor_invalid");
    // The codes from before went with the phone; those that came with the new one are good.
    let old = prove(&app, &pending, json!({ "recovery_code": enrolled.recovery_codes[4] })).await;
    assert_eq!(old.problem(), "second_factor_invalid");
    let _ = prove(&app, &pending, json!({ "recovery_code": confirmed["recovery_codes"][0] })).await.json(201);
}

#[tokio::test]
async fn new_recovery_codes_make_the_old_ones_void() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Operator).await;
    let renewed =
        enrolled.phone.person.post("/v1/me/second-factors/recovery-codes", &json!({})).await.json(201);
    let pending = enrolled.pending(&app).await;
    let old = prove(&app, &pending, json!({ "recovery_code": enrolled.recovery_codes[0] })).await;
    assert_eq!(old.problem(), "second_factor_invalid");
    let _ = prove(&app, &pending, json!({ "recovery_code": renewed["recovery_codes"][0] })).await.json(201);
}

#[tokio::test]
async fn after_a_reset_the_account_enrols_as_at_its_first_sign_in() {
    let app = spawn_with_second_factor().await;
    let enrolled = Enrolled::of(&app, Role::Officer).await;
    let id = enrolled.phone.session["account"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/accounts/{id}/factor-resets");
    let system = Enrolled::of(&app, Role::SystemAdmin).await.phone.person;
    let security = Enrolled::of(&app, Role::SecurityAdmin).await.phone.person;
    assert_eq!(system.post(&path, &json!({ "reason": " " })).await.problem(), "unfit_value");
    let asked = system.post(&path, &json!({ "reason": "手机遗失，已当面核实身份" })).await.json(202);
    let _ = enrolled.phone.use_it().await;
    let decision = format!("/v1/approvals/{}/decision", asked["id"].as_str().unwrap());
    let approve = json!({ "decision": "approve" });
    assert_eq!(system.post(&decision, &approve).await.problem(), "wrong_role");
    assert_eq!(security.post(&decision, &approve).await.json(200)["state"], "approved");
    assert_eq!(enrolled.phone.use_it().await.problem(), "session_ended");
    let session = app.visitor().try_sign_in(&enrolled.login, PASSWORD).await.json(201);
    assert_eq!(session["duty"], "enrol_second_factor");
}
