//! The keys of third parties: registered with a proof, one account's only, revoked at once.

use serde_json::json;
use yzt_tests::TestApp;
use yzt_tests::device;
use yzt_tests::recipient::{challenge, registration};

#[tokio::test]
async fn a_key_is_registered_by_who_proves_to_hold_it_and_listed() {
    let app = TestApp::spawn().await;
    let recipient = app.recipient(9).await;
    let listed = recipient.person.get("/v1/encryption-keys").await.json(200);
    let key = &listed["keys"][0];
    assert_eq!(key["label"], "核保系统");
    let id = key["id"].as_str().unwrap();
    let other = app.recipient_without_key(8).await;
    assert_eq!(other.person.delete(&format!("/v1/encryption-keys/{id}")).await.problem(), "not_found");
    assert_eq!(recipient.person.delete(&format!("/v1/encryption-keys/{id}")).await.status, 204);
    assert!(recipient.person.get("/v1/encryption-keys").await.json(200)["keys"][0]["revoked_at"].is_string());
}

#[tokio::test]
async fn a_proof_by_another_key_or_for_another_use_is_refused_and_its_challenge_used_up() {
    let app = TestApp::spawn().await;
    let recipient = app.recipient_without_key(9).await;
    let asked = challenge(&recipient.person).await;
    let mut forged = registration(&[8; 32], &asked);
    forged["public_key"] = registration(&[9; 32], &asked)["public_key"].clone();
    let keys = "/v1/encryption-keys";
    assert_eq!(recipient.person.post(keys, &forged).await.problem(), "key_proof_invalid");
    let again = registration(&[9; 32], &asked);
    assert_eq!(recipient.person.post(keys, &again).await.problem(), "challenge_invalid");

    let asked = challenge(&recipient.person).await;
    let mut as_device = device::registration(&device::phone(9), &asked);
    as_device["label"] = json!("设备签名");
    assert_eq!(recipient.person.post(keys, &as_device).await.problem(), "key_proof_invalid");
}

#[tokio::test]
async fn a_key_is_of_one_account_only_even_when_revoked() {
    let app = TestApp::spawn().await;
    let first = app.recipient(9).await;
    let second = app.recipient_without_key(9).await;
    let asked = challenge(&second.person).await;
    let wanted = registration(&second.secret, &asked);
    assert_eq!(second.person.post("/v1/encryption-keys", &wanted).await.problem(), "key_known");
    let asked = challenge(&first.person).await;
    let mut unfit = registration(&first.secret, &asked);
    unfit["public_key"] = json!("04");
    assert_eq!(first.person.post("/v1/encryption-keys", &unfit).await.problem(), "unfit_value");
}
