//! A person bound to itself, and the accounts that act for a holder.

use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_tests::actors::Person;
use yzt_tests::certificates::Issued;

use super::{World, in_session};

/// A citizen id with a valid check that belongs to nobody here.
const STRANGER: &str = "210102199001010111";

impl World {
    /// A driver with a certificate whom the real-name service knows.
    async fn driver(&self) -> Issued {
        let issued = self.app.issued(Kind::PractitionerQualification).await;
        self.real_names.know(issued.record.holder().code(), issued.record.holder().name());
        issued
    }
}

fn wanted(driver: &Issued) -> Value {
    json!({ "code": driver.record.holder().code(), "name": driver.record.holder().name() })
}

async fn bind(user: &Person, wanted: &Value) -> Value {
    user.post("/v1/bindings", wanted).await.json(201)
}

#[tokio::test]
async fn a_driver_who_is_confirmed_sees_the_certificate_at_once_and_at_the_next_sign_in() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-driver").await;
    let bound = bind(&user, &wanted(&driver)).await;
    assert_eq!(
        (&bound["binding"]["state"], &bound["binding"]["code_type"]),
        (&json!("bound"), &json!("111"))
    );

    let (_, again) = world.comes("oTest-driver").await;
    for answer in [&bound, &again] {
        let mine = in_session(&world.app, answer).get("/v1/certificates").await.json(200);
        assert_eq!(mine["certificates"][0]["id"], driver.id, "{mine}");
    }
    assert_eq!(again["session"]["account"]["id"], bound["binding"]["id"]);
}

#[tokio::test]
async fn binding_again_makes_nothing_new() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-driver").await;
    let first = bind(&user, &wanted(&driver)).await;
    let second = bind(&user, &wanted(&driver)).await;
    assert_eq!(first["binding"]["id"], second["binding"]["id"]);
    let list = user.get("/v1/bindings").await.json(200);
    assert_eq!(list["bindings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_person_without_certificates_may_bind_and_sees_them_when_they_come() {
    let world = World::new().await;
    world.real_names.know(STRANGER, "张三");
    let (user, _) = world.comes("oTest-early").await;
    let bound = bind(&user, &json!({ "code": STRANGER, "name": "张三" })).await;
    let early = in_session(&world.app, &bound);
    assert_eq!(early.get("/v1/certificates").await.json(200)["certificates"], json!([]));

    let kind = Kind::PractitionerQualification;
    let issued = world
        .app
        .issued_with(kind, |line| {
            let holder =
                json!({ "holderCode": STRANGER, "holderName": "张三", "certificateNumber": STRANGER });
            for (item, value) in holder.as_object().unwrap() {
                line[item] = value.clone();
            }
            line["birthDate"] = json!("19900101");
            line["sexCode"] = json!("1");
        })
        .await;
    let mine = early.get("/v1/certificates").await.json(200);
    assert_eq!(mine["certificates"][0]["id"], issued.id, "{mine}");
}

#[tokio::test]
async fn a_wrong_name_is_answered_alike_whether_the_code_has_certificates_or_not() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-guess").await;
    let try_code =
        async |code: &str| user.post("/v1/bindings", &json!({ "code": code, "name": "李四" })).await;
    let known = try_code(driver.record.holder().code()).await;
    let unknown = try_code(STRANGER).await;
    assert_eq!(known.problem(), "real_name_mismatch");
    assert_eq!(known.text, unknown.text);
}

#[tokio::test]
async fn one_user_may_fail_five_times_a_day() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-guess").await;
    for _ in 0..5 {
        let wrong = json!({ "code": driver.record.holder().code(), "name": "李四" });
        assert_eq!(user.post("/v1/bindings", &wrong).await.problem(), "real_name_mismatch");
    }
    assert_eq!(user.post("/v1/bindings", &wanted(&driver)).await.problem(), "too_many_attempts");
    assert_eq!(world.real_names.asked(), 5);
    // Nor may another user go on with the same code.
    let (other, _) = world.comes("oTest-other").await;
    assert_eq!(other.post("/v1/bindings", &wanted(&driver)).await.problem(), "too_many_attempts");

    world.app.pass(86_400);
    let (user, _) = world.comes("oTest-guess").await;
    bind(&user, &wanted(&driver)).await;
}

#[tokio::test]
async fn what_is_not_of_its_form_is_named_and_not_repeated() {
    let world = World::new().await;
    let (user, _) = world.comes("oTest-form").await;
    let person = json!({ "code": STRANGER, "name": "张三" });
    for (wanted, item) in [
        (json!({ "code": "210102199001010112", "name": "张三" }), "code"),
        (json!({ "code": STRANGER, "name": " " }), "name"),
        (json!({ "code": STRANGER, "name": "张\n三" }), "name"),
        (json!({ "code": STRANGER, "name": "张三", "code_type": "414" }), "code_type"),
        (json!({ "code": STRANGER, "name": "张三", "person": person }), "person"),
        (
            json!({ "code": "91210100MA0UXXXX0X", "name": "某公司", "code_type": "001", "person": person }),
            "code",
        ),
        (json!({ "code": "91210100MA0UXXXX0X", "name": "某公司", "code_type": "001" }), "person"),
    ] {
        let answer = user.post("/v1/bindings", &wanted).await;
        assert_eq!(answer.problem(), "unfit_value", "{wanted}");
        let problem = answer.json(422);
        assert_eq!(problem["findings"][0]["item"], item, "{wanted}");
        assert!(!answer.text.contains("张"), "{}", answer.text);
    }
    assert_eq!(world.real_names.asked(), 0);
}

#[tokio::test]
async fn a_new_phone_acts_too_and_the_lost_one_is_ended_by_it() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (lost, _) = world.comes("oTest-lost-phone").await;
    let lost_bound = bind(&lost, &wanted(&driver)).await;
    let (new, _) = world.comes("oTest-new-phone").await;
    let new_bound = bind(&new, &wanted(&driver)).await;
    let holder = in_session(&world.app, &new_bound);

    let accounts = holder.get("/v1/me/accounts").await.json(200);
    let shown: Vec<_> = accounts["accounts"].as_array().unwrap().iter().map(|one| &one["this"]).collect();
    assert_eq!(shown, [&json!(false), &json!(true)], "{accounts}");
    assert_eq!(accounts["accounts"][0]["way"], "wechat");

    let path = format!("/v1/me/accounts/{}", lost_bound["binding"]["id"].as_str().unwrap());
    let ended = holder.send(holder.request(Method::DELETE, &path)).await;
    assert_eq!(ended.status, 204);
    assert_eq!(in_session(&world.app, &lost_bound).get("/v1/me").await.problem(), "not_signed_in");
    let (lost, session) = world.comes("oTest-lost-phone").await;
    assert_eq!((&session["bindings"][0]["state"], session.get("session")), (&json!("ended"), None));
    let begin = format!("/v1/bindings/{}/sessions", lost_bound["binding"]["id"].as_str().unwrap());
    assert_eq!(lost.post(&begin, &json!({})).await.problem(), "not_found");
    assert_eq!(holder.send(holder.request(Method::DELETE, &path)).await.problem(), "not_found");
}

#[tokio::test]
async fn nobody_ends_or_uses_the_account_of_another_holder() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-driver").await;
    let bound = bind(&user, &wanted(&driver)).await;
    let id = bound["binding"]["id"].as_str().unwrap();
    let other = world.app.issued(Kind::RoadTransportCertificate).await;
    let other = world.app.holder_of(&other).await;
    let ended = other.send(other.request(Method::DELETE, &format!("/v1/me/accounts/{id}"))).await;
    assert_eq!(ended.problem(), "not_found");
    let (stranger, _) = world.comes("oTest-stranger").await;
    let begin = format!("/v1/bindings/{id}/sessions");
    assert_eq!(stranger.post(&begin, &json!({})).await.problem(), "not_found");
    let _ = in_session(&world.app, &bound).get("/v1/me").await.json(200);
}

#[tokio::test]
async fn no_password_signs_in_to_an_account_that_wechat_reaches() {
    let world = World::new().await;
    let driver = world.driver().await;
    let (user, _) = world.comes("oTest-driver").await;
    let bound = bind(&user, &wanted(&driver)).await;
    let login = format!("wechat-{}", bound["binding"]["id"].as_str().unwrap());
    assert_eq!(world.app.visitor().try_sign_in(&login, "").await.problem(), "sign_in_failed");
}
