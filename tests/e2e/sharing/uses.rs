//! What is given under a grant: its items and no others, encrypted, counted, recorded and shown to the holder.

use base64::Engine as _;
use diesel::RunQueryDsl;
use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::sm2::PublicKey;
use yzt_api::audit::Action;
use yzt_api::auth::Role;
use yzt_api::store::StoreError;
use yzt_api::store::audit as rows;
use yzt_tests::Answer;
use yzt_tests::app::PASSWORD;
use yzt_tests::recipient::{opened, registration};
use yzt_tests::service::Unsigned;

use super::grants::Ground;

async fn use_of(ground: &Ground, grant: &str) -> Answer {
    let wanted = json!({ "certificate_id": ground.issued.id });
    ground.recipient.person.post(&format!("/v1/grants/{grant}/uses"), &wanted).await
}

#[tokio::test]
async fn the_recipient_and_nobody_else_reads_the_items_of_the_grant_and_no_others() {
    let ground = Ground::new().await;
    let grant = ground.granted(2).await;
    let given = use_of(&ground, &grant).await.json(201);
    assert_eq!(given["uses_left"], 1);
    let number = ground.issued.record.number().as_str();
    assert!(!given.to_string().contains(number));
    let content = ground.recipient.open(&given);
    let items = content["certificate"]["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["certificateNumber", "validTo", "holderName"]);
    assert_eq!(items[0]["value"], number);
    assert_eq!((&content["use"], &content["grant"]), (&given["id"], &json!(grant)));
    assert_eq!(content["certificate"]["status"], "valid");
    let wrong_key = std::panic::catch_unwind(|| {
        let der = base64::engine::general_purpose::STANDARD.decode(given["envelope"].as_str().unwrap());
        opened(&der.unwrap(), &[7; 32])
    });
    assert!(wrong_key.is_err());
}

#[tokio::test]
async fn an_answer_is_signed_by_a_key_of_the_trust_list() {
    let ground = Ground::new().await;
    let given = use_of(&ground, &ground.granted(1).await).await.json(201);
    let kid = given["signature"]["kid"].as_str().unwrap();
    let keys = ground.app.running.app().signer.keys();
    let key = keys.iter().find(|key| key.kid == kid && key.key_use == "presentation").unwrap();
    let key = PublicKey::from_compressed(&key.public_key).unwrap();
    let hex = given["signature"]["value"].as_str().unwrap();
    let signature = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap();
    let der = base64::engine::general_purpose::STANDARD.decode(given["envelope"].as_str().unwrap()).unwrap();
    let id = given["id"].as_str().unwrap();
    assert!(key.verifies(&[b"yzt-grant-answer:", id.as_bytes(), b":", &der].concat(), &signature));
    assert!(!key.verifies(&[b"yzt-grant-answer:", id.as_bytes(), b";", &der].concat(), &signature));
}

#[tokio::test]
async fn each_use_is_shown_to_the_holder_and_audited_without_what_was_given() {
    let ground = Ground::new().await;
    let grant = ground.granted(2).await;
    let given = use_of(&ground, &grant).await.json(201);
    let own = ground.holder.get("/v1/me/grant-uses").await.json(200);
    assert_eq!(own["uses"][0]["id"], given["id"]);
    assert_eq!(own["uses"][0]["recipient_id"], ground.recipient.id.as_str());
    for who in [&*ground.holder, &*ground.recipient.person, &*ground.app.operator().await] {
        assert_eq!(who.get(&format!("/v1/grants/{grant}/uses")).await.json(200), own);
    }
    let none = ground.holder.get("/v1/me/grant-uses?until=2020-01-01T00:00:00Z").await.json(200);
    assert_eq!(none["uses"], json!([]));
    let audited: Result<Vec<rows::AuditRow>, StoreError> =
        ground.app.running.app().db.read(|conn| rows::after(conn, 0, 100_000)).await;
    let audited = audited.unwrap();
    let used: Vec<_> = audited.iter().filter(|row| row.action == Action::GrantUsed.word()).collect();
    assert_eq!(used.len(), 1);
    assert_eq!(used[0].object_id.as_deref(), Some(grant.as_str()));
    assert!(!format!("{audited:?}").contains(ground.issued.record.number().as_str()));
}

#[tokio::test]
async fn a_grant_is_used_as_often_as_it_says_and_never_more_however_many_servers_are_asked_at_once() {
    let ground = Ground::new().await;
    let grant = ground.granted(3).await;
    let neighbour = ground.app.neighbour().await;
    let there = ground.recipient.person.moved_to(format!("http://{}", neighbour.address()));
    let wanted = json!({ "certificate_id": ground.issued.id });
    let path = format!("/v1/grants/{grant}/uses");
    let asked = (0..8).map(|number| {
        let person = if number % 2 == 0 { (*ground.recipient.person).clone() } else { there.clone() };
        let (path, wanted) = (path.clone(), wanted.clone());
        tokio::spawn(async move { person.post(&path, &wanted).await })
    });
    let asked: Vec<_> = asked.collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    let given = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(given, 3);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status != 201)
            .all(|answer| answer.problem() == "grant_used_up")
    );
    let seen = ground.holder.get(&format!("/v1/grants/{grant}")).await.json(200);
    assert_eq!((&seen["uses_taken"], &seen["state"]), (&json!(3), &json!("used_up")));
    let uses = ground.holder.get("/v1/me/grant-uses").await.json(200);
    assert_eq!(uses["uses"].as_array().unwrap().len(), 3);
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_revoked_over_or_not_begun_gives_nothing() {
    let ground = Ground::new().await;
    let revoked = ground.granted(1).await;
    let _ = ground.holder.post(&format!("/v1/grants/{revoked}/revocation"), &json!({})).await.json(200);
    assert_eq!(use_of(&ground, &revoked).await.problem(), "grant_revoked");
    let mut coming = ground.wanted(1);
    coming["valid_from"] = json!(ground.at(3600));
    let coming = ground.holder.post("/v1/grants", &coming).await.json(201);
    let coming = coming["id"].as_str().unwrap();
    assert_eq!(use_of(&ground, coming).await.problem(), "grant_not_begun");
    ground.app.pass(7200);
    let _ = use_of(&ground, coming).await.json(201);
    let over = ground.granted(1).await;
    ground.app.pass(2 * 86_400);
    let login = format!("third_party-{}", ground.recipient.id);
    let again = ground.app.visitor().sign_in(&login, PASSWORD).await;
    let wanted = json!({ "certificate_id": ground.issued.id });
    assert_eq!(again.post(&format!("/v1/grants/{over}/uses"), &wanted).await.problem(), "grant_ended");
}

#[tokio::test]
async fn without_a_key_or_for_a_certificate_outside_it_nothing_is_given_and_no_use_counted() {
    let ground = Ground::new().await;
    let grant = ground.granted(1).await;
    let keys = ground.recipient.person.get("/v1/encryption-keys").await.json(200);
    let wanted = json!({ "certificate_id": "018f3c4e-0000-7000-8000-000000000001" });
    let path = format!("/v1/grants/{grant}/uses");
    assert_eq!(ground.recipient.person.post(&path, &wanted).await.problem(), "certificate_not_granted");
    let key = keys["keys"][0]["id"].as_str().unwrap();
    let _ = ground.recipient.person.delete(&format!("/v1/encryption-keys/{key}")).await;
    assert_eq!(use_of(&ground, &grant).await.problem(), "no_encryption_key");
    assert_eq!(ground.holder.get(&format!("/v1/grants/{grant}")).await.json(200)["uses_taken"], 0);
    let stranger = ground.app.recipient(8).await;
    assert_eq!(stranger.person.post(&path, &wanted).await.problem(), "not_found");
}

#[tokio::test]
async fn a_grant_that_was_written_by_other_means_is_not_used() {
    let ground = Ground::new().await;
    let grant = ground.granted(1).await;
    let widen = |conn: &mut yzt_api::store::Conn| {
        diesel::sql_query("UPDATE grants SET items = 'certificateNumber holderAddress holderCode'")
            .execute(conn)?;
        Ok::<_, StoreError>(())
    };
    ground.app.running.app().db.write(widen).await.unwrap();
    assert_eq!(use_of(&ground, &grant).await.problem(), "integrity_broken");
}

#[tokio::test]
async fn a_face_changed_since_gives_the_new_items() {
    let ground = Ground::new().await;
    let grant = ground.granted(2).await;
    let mut line: Value = serde_json::from_slice(&ground.issued.record.to_line()).unwrap();
    line["event"] = json!("change");
    line["holderAddress"] = json!("沈阳市和平区示例路 2 号");
    ground.app.issuer().await.send_in(&[line]).await;
    let content = ground.recipient.open(&use_of(&ground, &grant).await.json(201));
    assert_eq!(content["certificate"]["version"], 2);
}

#[tokio::test]
async fn a_service_that_signs_its_requests_registers_its_key_and_uses_its_grant() {
    let ground = Ground::new().await;
    let service = ground.app.service(Role::ThirdParty, 20).await;
    let ask = async |path: &str, body: Value| {
        let request = Unsigned::new(&ground.app, Method::POST, path);
        service.send(&request.with_body("application/json", body.to_string())).await.json(201)
    };
    let challenge = ask("/v1/encryption-key-challenges", json!({})).await;
    let _ =
        ask("/v1/encryption-keys", registration(&[21; 32], challenge["challenge"].as_str().unwrap())).await;
    let recipients = ground.holder.get("/v1/recipients?name=运政").await.json(200);
    let mut wanted = ground.wanted(1);
    wanted["recipient_id"] = recipients["recipients"][0]["id"].clone();
    let grant = ground.holder.post("/v1/grants", &wanted).await.json(201);
    let path = format!("/v1/grants/{}/uses", grant["id"].as_str().unwrap());
    let given = ask(&path, json!({ "certificate_id": ground.issued.id })).await;
    let envelope = base64::engine::general_purpose::STANDARD.decode(given["envelope"].as_str().unwrap());
    let content: Value = serde_json::from_slice(&opened(&envelope.unwrap(), &[21; 32])).unwrap();
    assert_eq!(content["grant"], grant["id"]);
}
