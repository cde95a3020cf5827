//! An SM2 key as second factor: a phone's or a UKey's.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use verifier_core::sm2::SigningKey;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;

use super::{Phone, prove, spawn_with_second_factor};

fn ukey(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32]).unwrap()
}

fn signed(key: &SigningKey, domain: &str, challenge: &str) -> String {
    let challenge = HEXLOWER.decode(challenge.as_bytes()).unwrap();
    HEXLOWER.encode(&key.sign(&[domain.as_bytes(), &challenge].concat()))
}

/// The answer of a key to what waits.
fn answer(key: &SigningKey, pending: &Value) -> Value {
    json!({ "signature": signed(key, "yzt-sign-in:", pending["challenge"].as_str().unwrap()) })
}

/// Registers a key in a session.
async fn register(phone: &Phone, key: &SigningKey) -> String {
    let challenge = phone.person.post("/v1/device-challenges", &json!({})).await.json(201);
    let challenge = challenge["challenge"].as_str().unwrap();
    let registration = json!({
        "public_key": HEXLOWER.encode(&key.public_key().compressed()),
        "label": "UKey",
        "challenge": challenge,
        "signature": signed(key, "yzt-device-registration:", challenge),
    });
    let device = phone.person.post("/v1/devices", &registration).await.json(201);
    device["id"].as_str().unwrap().to_owned()
}

/// An administrator whose second factor is a key. The login, and the id of the device.
async fn with_key(app: &TestApp, key: &SigningKey) -> (String, String) {
    let login = app.account(Role::SecurityAdmin, None).await;
    let phone = Phone::signed_in(app, &login).await;
    assert_eq!(phone.session["duty"], "enrol_second_factor");
    let device = register(&phone, key).await;
    let _ = phone.person.get("/v1/devices").await.json(200);
    (login, device)
}

async fn pending(app: &TestApp, login: &str) -> Value {
    app.visitor().try_sign_in(login, PASSWORD).await.json(200)
}

#[tokio::test]
async fn a_registered_key_completes_a_sign_in() {
    let app = spawn_with_second_factor().await;
    let (login, _) = with_key(&app, &ukey(1)).await;
    let pending = pending(&app, &login).await;
    assert_eq!(pending["factors"], json!(["key"]));
    let session = prove(&app, &pending, answer(&ukey(1), &pending)).await.json(201);
    let phone = Phone::with(&app.visitor(), session);
    let _ = phone.person.get("/v1/devices").await.json(200);
}

#[tokio::test]
async fn no_other_key_and_no_other_challenge_will_do() {
    let app = spawn_with_second_factor().await;
    let (login, _) = with_key(&app, &ukey(1)).await;
    let (other, _) = with_key(&app, &ukey(2)).await;
    let foreign = pending(&app, &other).await;
    let earlier = pending(&app, &login).await;
    let answers: [&dyn Fn(&Value) -> Value; 4] = [
        &|pending| answer(&ukey(2), pending),
        &|_| answer(&ukey(1), &foreign),
        &|_| answer(&ukey(1), &earlier),
        &|_| json!({ "signature": "00" }),
    ];
    for wrong in answers {
        let pending = pending(&app, &login).await;
        assert_eq!(prove(&app, &pending, wrong(&pending)).await.problem(), "second_factor_invalid");
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once() {
    let app = spawn_with_second_factor().await;
    let (login, _) = with_key(&app, &ukey(1)).await;
    let waiting = pending(&app, &login).await;
    let right = answer(&ukey(1), &waiting);
    let _ = prove(&app, &waiting, right.clone()).await.json(201);
    assert_eq!(prove(&app, &waiting, right).await.problem(), "sign_in_not_pending");
    // After a wrong answer, the right one to the same challenge comes too late.
    let waiting = pending(&app, &login).await;
    let wrong = prove(&app, &waiting, answer(&ukey(2), &waiting)).await;
    assert_eq!(wrong.problem(), "second_factor_invalid");
    let late = prove(&app, &waiting, answer(&ukey(1), &waiting)).await;
    assert_eq!(late.problem(), "second_factor_invalid");
}

#[tokio::test]
async fn the_signature_of_a_registration_is_none_of_a_sign_in() {
    let app = spawn_with_second_factor().await;
    let (login, _) = with_key(&app, &ukey(1)).await;
    let waiting = pending(&app, &login).await;
    let signature = signed(&ukey(1), "yzt-device-registration:", waiting["challenge"].as_str().unwrap());
    let refused = prove(&app, &waiting, json!({ "signature": signature })).await;
    assert_eq!(refused.problem(), "second_factor_invalid");
}

#[tokio::test]
async fn a_revoked_key_is_no_factor_and_no_way_back_to_the_password_alone() {
    let app = spawn_with_second_factor().await;
    let (login, device) = with_key(&app, &ukey(1)).await;
    let waiting = pending(&app, &login).await;
    let session = prove(&app, &waiting, answer(&ukey(1), &waiting)).await.json(201);
    let phone = Phone::with(&app.visitor(), session);
    assert_eq!(phone.person.delete(&format!("/v1/devices/{device}")).await.status, 204);
    let waiting = pending(&app, &login).await;
    assert_eq!(waiting["factors"], json!([]));
    assert!(waiting["challenge"].is_null());
}
