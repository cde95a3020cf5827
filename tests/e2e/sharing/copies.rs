//! Annotated copies: what stands on them, that the same serial gives the same bytes, and what their code says later.

use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::copy::{Since, verify_copy};
use verifier_core::sm2::sm3;
use verifier_core::{Outcome, State};
use yzt_api::auth::Role;
use yzt_api::qr::read_codes;
use yzt_tests::actors::Person;

use super::grants::Ground;

const DAY: i64 = 86_400;

async fn made(ground: &Ground, wanted: &Value) -> Value {
    let path = format!("/v1/certificates/{}/copies", ground.issued.id);
    ground.holder.post(&path, wanted).await.json(201)
}

fn wanted() -> Value {
    json!({ "recipient": "示例财产保险公司沈阳分公司", "purpose": "办理车辆保险" })
}

async fn file(who: &Person, copy: &Value, format: &str) -> Vec<u8> {
    let path = format!("/v1/copies/{}/file?format={format}", copy["id"].as_str().unwrap());
    let answer = who.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

/// The code on the image of a copy, as a camera's library reads it.
async fn code(ground: &Ground, copy: &Value) -> String {
    let codes = read_codes(&file(&ground.holder, copy, "png").await).unwrap();
    codes.into_iter().find(|code| code.contains("/C/1")).expect("the code of a copy is on it")
}

async fn checked(ground: &Ground, code: &str) -> Value {
    ground.app.visitor().post("/v1/copy-verifications", &json!({ "code": code })).await.json(200)
}

#[tokio::test]
async fn a_copy_says_who_it_is_for_and_its_code_leads_back_to_what_was_issued() {
    let ground = Ground::new().await;
    let copy = made(&ground, &wanted()).await;
    let code = code(&ground, &copy).await;
    let verdict = checked(&ground, &code).await;
    assert_eq!((&verdict["outcome"], &verdict["since"]), (&json!("valid"), &json!("unchanged")));
    assert_eq!((&verdict["display"], &verdict["on_record"]), (&json!("green"), &json!(true)));
    assert_eq!(verdict["copy"]["serial"], copy["serial"]);
    assert_eq!(verdict["copy"]["recipient"], wanted()["recipient"]);
    assert_eq!(verdict["copy"]["purpose"], wanted()["purpose"]);
    assert_eq!(verdict["certificate"]["holder"], ground.issued.record.holder().name());
    // … and the same without network, from what an officer carries.
    let bundle = ground.app.bundle().await;
    let now = ground.app.clock.now().seconds();
    let offline = verify_copy(&code, Ok(&bundle), now, &State::default());
    assert_eq!((offline.outcome, offline.since), (Outcome::Valid, Some(Since::Unchanged)));
}

#[tokio::test]
async fn the_same_serial_gives_the_same_bytes_and_a_file_is_compared_by_its_digest() {
    let ground = Ground::new().await;
    let copy = made(&ground, &wanted()).await;
    for format in ["pdf", "png"] {
        let first = file(&ground.holder, &copy, format).await;
        assert_eq!(first, file(&*ground.app.operator().await, &copy, format).await);
        let digest = data_encoding::HEXLOWER.encode(&sm3(&first));
        assert_eq!(copy["digests"][format], digest.as_str());
        let body = json!({ "code": code(&ground, &copy).await, "file_digest": digest });
        let same = ground.app.visitor().post("/v1/copy-verifications", &body).await.json(200);
        assert_eq!(same["file"], "as_issued");
    }
    let body = json!({ "code": code(&ground, &copy).await, "file_digest": "00".repeat(32) });
    let other = ground.app.visitor().post("/v1/copy-verifications", &body).await.json(200);
    assert_eq!(other["file"], "other");
    let unfit = json!({ "code": "x", "file_digest": "00" });
    assert_eq!(ground.app.visitor().post("/v1/copy-verifications", &unfit).await.problem(), "unfit_value");
    let path = format!("/v1/copies/{}/file?format=svg", copy["id"].as_str().unwrap());
    assert_eq!(ground.holder.get(&path).await.problem(), "bad_query");
}

#[tokio::test]
async fn a_copy_tells_when_the_certificate_has_changed_or_ended_since() {
    let ground = Ground::new().await;
    let code = code(&ground, &made(&ground, &wanted()).await).await;
    let mut line: Value = serde_json::from_slice(&ground.issued.record.to_line()).unwrap();
    line["event"] = json!("change");
    line["holderAddress"] = json!("沈阳市和平区示例路 2 号");
    ground.app.issuer().await.send_in(&[line]).await;
    let changed = checked(&ground, &code).await;
    assert_eq!((&changed["since"], &changed["display"]), (&json!("changed"), &json!("amber")));
    let event = json!({ "event": "revoked" });
    let path = format!("/v1/certificates/{}/events", ground.issued.id);
    let _ = ground.app.issuer().await.post(&path, &event).await.json(201);
    let ended = checked(&ground, &code).await;
    assert_eq!((&ended["since"], &ended["outcome"]), (&json!("ended"), &json!("valid")));
    let refused =
        ground.holder.post(&format!("/v1/certificates/{}/copies", ground.issued.id), &wanted()).await;
    assert_eq!(refused.problem(), "copy_not_allowed");
}

#[tokio::test]
async fn a_code_that_is_altered_or_of_another_kind_is_no_copy() {
    let ground = Ground::new().await;
    let code = code(&ground, &made(&ground, &wanted()).await).await;
    let at = code.len() - 20;
    let other = if code.as_bytes()[at] == b'A' { "B" } else { "A" };
    let altered = format!("{}{other}{}", &code[..at], &code[at + 1..]);
    let verdict = checked(&ground, &altered).await;
    assert_eq!((&verdict["reason"], &verdict["certificate"]), (&json!("copy_forged"), &Value::Null));
    let path = format!("/v1/certificates/{}/presentations", ground.issued.id);
    let shown = ground.holder.post(&path, &json!({})).await.json(201);
    assert_eq!(checked(&ground, shown["code"].as_str().unwrap()).await["reason"], "not_a_copy");
    // The token of one kind behind the address of the other is neither.
    let as_presentation = code.replace("/C/1", "/V/1");
    let verdict =
        ground.app.visitor().post("/v1/verifications", &json!({ "code": as_presentation })).await.json(200);
    assert_eq!(verdict["reason"], "malformed");
    let as_copy = shown["code"].as_str().unwrap().replace("/V/1", "/C/1");
    assert_eq!(checked(&ground, &as_copy).await["reason"], "malformed");
    let scanned = ground.app.visitor().post("/v1/verifications", &json!({ "code": code })).await.json(200);
    assert_eq!(
        (&scanned["reason"], &scanned["seems"]),
        (&json!("not_a_presentation"), &json!("annotated_copy"))
    );
}

#[tokio::test]
async fn a_holder_makes_so_many_copies_a_day() {
    let ground = Ground::with(|config| config.copies_per_day = 1).await;
    let _ = made(&ground, &wanted()).await;
    let path = format!("/v1/certificates/{}/copies", ground.issued.id);
    assert_eq!(ground.holder.post(&path, &wanted()).await.problem(), "too_many_attempts");
}

#[tokio::test]
async fn a_copy_with_an_end_is_over_then() {
    let ground = Ground::new().await;
    let mut limited = wanted();
    limited["valid_until"] = json!(ground.at(DAY));
    let code = code(&ground, &made(&ground, &limited).await).await;
    assert_eq!(checked(&ground, &code).await["outcome"], "valid");
    ground.app.pass(DAY);
    assert_eq!(checked(&ground, &code).await["reason"], "copy_ended");
}

#[tokio::test]
async fn under_a_grant_a_copy_is_for_its_recipient_and_purpose_and_has_its_items() {
    let ground = Ground::new().await;
    let grant = ground.granted(1).await;
    let copy = made(&ground, &json!({ "grant_id": grant })).await;
    assert_eq!((&copy["purpose"], &copy["grant_id"]), (&json!("办理车辆保险"), &json!(grant)));
    assert_eq!(copy["items"], json!(["certificateNumber", "holderName", "validTo"]));
    let path = format!("/v1/certificates/{}/copies", ground.issued.id);
    let both = json!({ "grant_id": grant, "recipient": "另一家" });
    assert_eq!(ground.holder.post(&path, &both).await.problem(), "unfit_value");
    let _ = ground.holder.post(&format!("/v1/grants/{grant}/revocation"), &json!({})).await;
    assert_eq!(ground.holder.post(&path, &json!({ "grant_id": grant })).await.problem(), "grant_revoked");
}

#[tokio::test]
async fn copies_are_listed_to_the_holder_and_the_authority_whoever_made_them() {
    let ground = Ground::new().await;
    let own = made(&ground, &wanted()).await;
    ground.app.pass(1);
    let operator = ground.app.operator().await;
    let path = format!("/v1/certificates/{}/copies", ground.issued.id);
    let archived = json!({ "recipient": "沈阳市交通运输局档案室", "purpose": "电子档案留存" });
    let theirs = operator.post(&path, &archived).await.json(201);
    assert_eq!(theirs["maker"], "authority");
    for who in [&*ground.holder, &*operator] {
        let listed = who.get("/v1/copies").await.json(200);
        assert_eq!(listed["copies"], json!([theirs, own]));
        let by = who.get("/v1/copies?maker=holder").await.json(200);
        assert_eq!(by["copies"], json!([own]));
    }
    let serial = format!("/v1/copies?serial={}", own["serial"].as_str().unwrap());
    assert_eq!(operator.get(&serial).await.json(200)["copies"], json!([own]));
    let one = format!("/v1/copies/{}", own["id"].as_str().unwrap());
    let elsewhere = ground.app.staff_of(Role::Operator, "2114").await;
    assert_eq!(elsewhere.get(&one).await.problem(), "other_division");
    let unfit = operator.post(&path, &json!({ "recipient": "甲" })).await;
    assert_eq!(unfit.problem(), "unfit_value");
}
