//! What confirms a person: the service, well or not, or in development the records.

use serde_json::json;
use verifier_core::ids::Kind;

use super::World;
use super::stand_in::Odd;

const SOMEONE: &str = "210102199001010111";

#[tokio::test]
async fn a_service_that_answers_badly_or_not_at_all_confirms_nobody_and_counts_against_nobody() {
    let world = World::with(|config| config.binding_attempts = 1).await;
    world.real_names.know(SOMEONE, "张三");
    let (user, _) = world.comes("oTest-user").await;
    let wanted = json!({ "code": SOMEONE, "name": "张三" });
    for odd in [
        Odd::Says(r#"{"result":"unavailable"}"#.to_owned()),
        Odd::Says(r#"{"result":"match"}"#.to_owned()),
        Odd::Says("{".to_owned()),
        Odd::Status(500),
        Odd::Status(401),
        Odd::Endless,
        Odd::Silent,
    ] {
        world.real_names.next(odd);
        let answer = user.post("/v1/bindings", &wanted).await;
        assert_eq!(
            (answer.problem().as_str(), answer.header("retry-after")),
            ("real_name_unavailable", "10")
        );
    }
    let _ = user.post("/v1/bindings", &wanted).await.json(201);
}

#[tokio::test]
async fn without_a_service_nobody_can_bind() {
    let world = World::with(|config| config.real_name_url.clear()).await;
    let (user, _) = world.comes("oTest-user").await;
    let answer = user.post("/v1/bindings", &json!({ "code": SOMEONE, "name": "张三" })).await;
    assert_eq!(answer.problem(), "real_name_off");
}

#[tokio::test]
async fn in_development_the_records_may_stand_for_the_service() {
    let world = World::with(|config| {
        config.real_name_url.clear();
        config.real_name_by_records = true;
    })
    .await;
    let driver = world.app.issued(Kind::PractitionerQualification).await;
    let holder = driver.record.holder();
    let (user, _) = world.comes("oTest-user").await;
    for (code, name) in [(holder.code(), "李四"), (SOMEONE, "张三")] {
        let answer = user.post("/v1/bindings", &json!({ "code": code, "name": name })).await;
        assert_eq!(answer.problem(), "real_name_mismatch");
    }
    let _ =
        user.post("/v1/bindings", &json!({ "code": holder.code(), "name": holder.name() })).await.json(201);
}
