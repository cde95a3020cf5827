//! Phones with a key of their own: registering them, and certificates bound to them.

use data_encoding::{HEXLOWER, HEXUPPER};
use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::sm2::SigningKey;
use verifier_core::{Outcome, Reason, token};
use yzt_tests::actors::Person;
use yzt_tests::certificates::Issued;
use yzt_tests::device::{self, challenge, registration};
use yzt_tests::{Answer, TestApp};

const DRIVER: Kind = Kind::PractitionerQualification;

async fn spawn_with_switch() -> TestApp {
    TestApp::spawn_with(|config| config.device_credentials = true).await
}

fn phone(number: u8) -> SigningKey {
    device::phone(number)
}

async fn register(who: &Person, phone: &SigningKey) -> Answer {
    let challenge = challenge(who).await;
    who.post("/v1/devices", &registration(phone, &challenge)).await
}

async fn registered(who: &Person, phone: &SigningKey) -> String {
    register(who, phone).await.json(201)["id"].as_str().unwrap().to_owned()
}

async fn bind(who: &Person, issued: &Issued, device: &str) -> Answer {
    who.post(&format!("/v1/certificates/{}/credentials", issued.id), &json!({ "device_id": device })).await
}

async fn revoke(who: &Person, device: &str) -> Answer {
    who.send(who.request(Method::DELETE, &format!("/v1/devices/{device}"))).await
}

/// A code as a phone makes it, without network.
fn code(app: &TestApp, bound: &Value, phone: &SigningKey) -> String {
    let credential = HEXLOWER.decode(bound["credential"].as_str().unwrap().as_bytes()).unwrap();
    let made = app.clock.now().seconds();
    let lifetime = bound["presentation_lifetime"].as_u64().unwrap();
    let presentation = Presentation { made, expires: made.plus(lifetime), cti: Cti([7; 8]) };
    let Ok(signed) = presentation.sign(&credential, Maker::Device, phone);
    token::format(bound["public_address"].as_str().unwrap(), &signed)
}

#[tokio::test]
async fn a_registered_phone_makes_codes_without_network_until_its_credential_ends() {
    let app = spawn_with_switch().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let device = registered(&holder, &phone(1)).await;
    let bound = bind(&holder, &issued, &device).await.json(201);
    assert_eq!(bound["expires_at"], "2026-06-29T02:00:00Z");
    app.pass(3600);
    let verdict = app.verdict(&code(&app, &bound, &phone(1)), &app.bundle().await);
    assert_eq!((verdict.outcome, verdict.presentation.unwrap().by), (Outcome::Valid, Maker::Device));
    let stolen = app.verdict(&code(&app, &bound, &phone(2)), &app.bundle().await);
    assert_eq!(
        stolen.reason,
        Some(Reason::PresentationForged),
        "the credential is nothing without the phone"
    );
    app.pass(14 * 86_400);
    let verdict = app.verdict(&code(&app, &bound, &phone(1)), &app.bundle().await);
    assert_eq!(verdict.reason, Some(Reason::CredentialExpired));
}

#[tokio::test]
async fn a_cancellation_reaches_the_codes_of_phones() {
    let app = spawn_with_switch().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let device = registered(&holder, &phone(1)).await;
    let bound = bind(&holder, &issued, &device).await.json(201);
    let path = format!("/v1/certificates/{}/events", issued.id);
    let _ = app.issuer().await.post(&path, &json!({ "event": "cancelled" })).await.json(201);
    app.pass(10);
    let verdict = app.verdict(&code(&app, &bound, &phone(1)), &app.bundle().await);
    assert_eq!(verdict.reason, Some(Reason::Cancelled));
    assert_eq!(bind(&holder, &issued, &device).await.problem(), "certificate_cancelled");
}

#[tokio::test]
async fn without_the_switch_only_staff_register_devices() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    assert_eq!(holder.post("/v1/device-challenges", &json!({})).await.problem(), "device_credentials_off");
    assert_eq!(
        holder.post("/v1/devices", &registration(&phone(1), "")).await.problem(),
        "device_credentials_off"
    );
    assert_eq!(bind(&holder, &issued, "any").await.problem(), "device_credentials_off");
    let officer = app.officer().await;
    let device = register(&officer, &phone(1)).await.json(201);
    assert_eq!(device["kid"], phone(1).public_key().id().to_string());
    assert_eq!(officer.get("/v1/devices").await.json(200)["devices"][0], device);
    let _ = register(&app.issuer().await.0, &phone(2)).await.json(201);
}

#[tokio::test]
async fn a_challenge_is_good_once_for_its_account_and_not_for_long() {
    let app = spawn_with_switch().await;
    let (one, two) = (app.officer().await, app.officer().await);
    let challenge_of_one = challenge(&one).await;
    let proof = registration(&phone(1), &challenge_of_one);
    assert_eq!(two.post("/v1/devices", &proof).await.problem(), "challenge_invalid");
    let _ = one.post("/v1/devices", &proof).await.json(201);
    assert_eq!(one.post("/v1/devices", &proof).await.problem(), "challenge_invalid");

    let late = registration(&phone(2), &challenge(&one).await);
    app.pass(300);
    assert_eq!(one.post("/v1/devices", &late).await.problem(), "challenge_invalid");
}

#[tokio::test]
async fn whoever_does_not_hold_the_key_cannot_register_it() {
    let app = spawn_with_switch().await;
    let officer = app.officer().await;
    let given = challenge(&officer).await;
    let mut proof = registration(&phone(1), &given);
    proof["public_key"] = json!(HEXLOWER.encode(&phone(2).public_key().compressed()));
    assert_eq!(officer.post("/v1/devices", &proof).await.problem(), "device_proof_invalid");
    let again = registration(&phone(2), &given);
    assert_eq!(
        officer.post("/v1/devices", &again).await.problem(),
        "challenge_invalid",
        "a failed try uses it up"
    );
}

#[tokio::test]
async fn what_has_not_its_form_is_named_and_uses_no_challenge_up() {
    let app = spawn_with_switch().await;
    let officer = app.officer().await;
    let mut proof = registration(&phone(1), &challenge(&officer).await);
    let whole = proof.clone();
    proof["public_key"] = json!("00");
    proof["label"] = json!("");
    let refused = officer.post("/v1/devices", &proof).await;
    assert_eq!(refused.problem(), "unfit_value");
    let findings = &refused.json(422)["findings"];
    assert_eq!((&findings[0]["item"], &findings[1]["item"]), (&json!("public_key"), &json!("label")));
    let _ = officer.post("/v1/devices", &whole).await.json(201);
}

#[tokio::test]
async fn an_uncompressed_key_in_capitals_is_the_same_key() {
    let app = spawn_with_switch().await;
    let officer = app.officer().await;
    let mut proof = registration(&phone(1), &challenge(&officer).await);
    proof["public_key"] = json!(HEXUPPER.encode(&phone(1).public_key().uncompressed()));
    let device = officer.post("/v1/devices", &proof).await.json(201);
    assert_eq!(device["public_key"], HEXLOWER.encode(&phone(1).public_key().compressed()));
    assert_eq!(register(&app.officer().await.0, &phone(1)).await.problem(), "device_known");
}

#[tokio::test]
async fn a_revoked_phone_gets_no_more_credentials() {
    let app = spawn_with_switch().await;
    let (issued, other) = (app.issued(DRIVER).await, app.issued(Kind::TaxiDriver).await);
    let (holder, stranger) = (app.holder_of(&issued).await, app.holder_of(&other).await);
    let device = registered(&holder, &phone(1)).await;
    assert_eq!(revoke(&stranger, &device).await.problem(), "not_found");
    assert_eq!(bind(&stranger, &other, &device).await.problem(), "not_found");
    assert_eq!(bind(&holder, &other, &device).await.problem(), "not_found");
    let _ = bind(&holder, &issued, &device).await.json(201);
    assert_eq!(revoke(&holder, &device).await.status, 204);
    assert_eq!(revoke(&holder, &device).await.status, 204);
    assert_eq!(bind(&holder, &issued, &device).await.problem(), "device_revoked");
    assert!(holder.get("/v1/devices").await.json(200)["devices"][0]["revoked_at"].is_string());
    assert_eq!(register(&holder, &phone(1)).await.problem(), "device_known");
}

#[tokio::test]
async fn an_administrator_revokes_the_phone_of_whoever_lost_it() {
    let app = spawn_with_switch().await;
    let issued = app.issued(DRIVER).await;
    let holder = app.holder_of(&issued).await;
    let device = registered(&holder, &phone(1)).await;
    assert_eq!(revoke(&app.system_admin().await.0, &device).await.status, 204);
    assert_eq!(bind(&holder, &issued, &device).await.problem(), "device_revoked");
    assert_eq!(revoke(&app.issuer().await.0, &device).await.problem(), "not_found");
}

#[tokio::test]
async fn an_account_has_so_many_phones_and_no_more() {
    let app = spawn_with_switch().await;
    let officer = app.officer().await;
    let first = registered(&officer, &phone(1)).await;
    for number in 2..=8 {
        registered(&officer, &phone(number)).await;
    }
    assert_eq!(register(&officer, &phone(9)).await.problem(), "too_many_devices");
    revoke(&officer, &first).await;
    registered(&officer, &phone(9)).await;
}

#[tokio::test]
async fn a_registration_sent_again_by_who_did_not_hear_the_answer_is_the_same_device() {
    let app = spawn_with_switch().await;
    let officer = app.officer().await;
    let device = registered(&officer, &phone(1)).await;
    assert_eq!(registered(&officer, &phone(1)).await, device);
    assert_eq!(officer.get("/v1/devices").await.json(200)["devices"].as_array().unwrap().len(), 1);
}
