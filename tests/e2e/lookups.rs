//! Certificates found without their holder's phone: by what, for whom, how often, and that holders are told.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::audit::Action;
use yzt_api::store::StoreError;
use yzt_api::store::audit::{self as rows, AuditRow};
use yzt_tests::TestApp;

const BASIS: &str = "沈阳市和平区治超检查点";

fn asked(key: &Value) -> Value {
    let mut asked = json!({ "purpose": "roadside_check", "basis": BASIS });
    asked.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
    asked
}

fn ids(found: &Value) -> Vec<&str> {
    let certificates = found["certificates"].as_array().unwrap();
    certificates.iter().map(|certificate| certificate["id"].as_str().unwrap()).collect()
}

async fn audited(app: &TestApp) -> Vec<AuditRow> {
    let found: Result<Vec<AuditRow>, StoreError> =
        app.running.app().db.read(|conn| rows::after(conn, 0, 100_000)).await;
    found.unwrap().into_iter().filter(|row| row.action == Action::LookedUp.word()).collect()
}

#[tokio::test]
async fn a_vehicle_is_found_by_its_plate_and_a_person_by_code_or_number() {
    let app = TestApp::spawn().await;
    let vehicle = app.issued(Kind::RoadTransportCertificate).await;
    let person = app.issued(Kind::PractitionerQualification).await;
    let officer = app.officer().await;
    let plate = vehicle.record.plate().unwrap();
    let by_plate = json!({ "plate": plate.number(), "plate_colour": plate.colour().code() });
    let found = officer.post("/v1/lookups", &asked(&by_plate)).await.json(201);
    assert_eq!(ids(&found), [vehicle.id.as_str()]);
    assert_eq!(found["certificates"][0]["holder_name"], vehicle.record.holder().name());
    assert!(found["certificates"][0].get("not_presentable").is_none());

    for key in [
        json!({ "number": person.record.number().as_str() }),
        json!({ "holder_code": person.record.holder().code() }),
    ] {
        let answer = officer.post("/v1/lookups", &asked(&key)).await;
        assert!(!answer.text.contains(person.record.holder().code()), "masked: {}", answer.text);
        assert_eq!(ids(&answer.json(201)), [person.id.as_str()]);
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_empty_answer_and_one_of_another_colour_is_not_there() {
    let app = TestApp::spawn().await;
    let vehicle = app.issued(Kind::RoadTransportCertificate).await;
    let officer = app.officer().await;
    let plate = vehicle.record.plate().unwrap();
    let other = if plate.colour().code() == 1 { 2 } else { 1 };
    let key = json!({ "plate": plate.number(), "plate_colour": other });
    let answer = officer.post("/v1/lookups", &asked(&key)).await;
    // Some plates are of one colour only by their form.
    if answer.status == 201 {
        assert!(ids(&answer.json(201)).is_empty());
    } else {
        assert_eq!(answer.problem(), "unfit_value");
    }
    let nobody = json!({ "number": "210000000000" });
    let found = officer.post("/v1/lookups", &asked(&nobody)).await.json(201);
    assert!(ids(&found).is_empty());
}

#[tokio::test]
async fn one_that_is_cancelled_is_found_and_says_so_after_those_in_force() {
    let app = TestApp::spawn().await;
    let vehicle = app.issued(Kind::RoadTransportCertificate).await;
    let cancel = json!({ "event": "cancelled", "reason": "报废" });
    let path = format!("/v1/certificates/{}/events", vehicle.id);
    let _ = app.issuer().await.post(&path, &cancel).await.json(201);
    let key = json!({ "holder_code": vehicle.record.holder().code() });
    let found = app.officer().await.post("/v1/lookups", &asked(&key)).await.json(201);
    assert_eq!(found["certificates"][0]["status"], "cancelled");
    assert_eq!(found["certificates"][0]["not_presentable"], "certificate_cancelled");
}

#[tokio::test]
async fn a_lookup_that_does_not_say_what_and_what_for_is_refused_and_audited() {
    let app = TestApp::spawn().await;
    let officer = app.officer().await;
    for wanted in [
        json!({ "purpose": "roadside_check", "basis": BASIS }),
        json!({ "purpose": "roadside_check", "basis": BASIS, "plate": "辽A12345" }),
        json!({ "purpose": "roadside_check", "basis": BASIS, "plate": "辽A12345", "plate_colour": 99 }),
        json!({ "purpose": "roadside_check", "basis": BASIS, "number": "210000000000", "holder_code": "x" }),
        json!({ "purpose": "roadside_check", "basis": BASIS, "holder_code": "110105194912310020" }),
        json!({ "purpose": "correction", "basis": BASIS, "number": "210000000000" }),
        json!({ "purpose": "roadside_check", "basis": "路上", "number": "210000000000" }),
    ] {
        let answer = officer.post("/v1/lookups", &wanted).await;
        assert_eq!(answer.problem(), "unfit_value", "{wanted}");
    }
    let entries = audited(&app).await;
    assert_eq!(entries.len(), 7);
    assert!(entries.iter().all(|entry| entry.result != "success"));
    assert!(entries.iter().all(|entry| !entry.details.contains("210000000000")));
}

#[tokio::test]
async fn its_holder_sees_that_it_was_looked_up_and_the_audit_administrator_by_whom() {
    let app = TestApp::spawn().await;
    let person = app.issued(Kind::PractitionerQualification).await;
    let holder = app.holder_of(&person).await;
    let officer = app.officer().await;
    let key = json!({ "number": person.record.number().as_str() });
    let found = officer.post("/v1/lookups", &asked(&key)).await.json(201);
    let told = holder.get("/v1/me/lookups").await.json(200);
    let looked = &told["lookups"][0];
    assert_eq!((&looked["id"], &looked["by"]), (&found["id"], &json!("number")));
    assert_eq!(looked["certificate_ids"], json!([person.id]));
    assert!(!told.to_string().contains(BASIS), "{told}");
    let other = app.issued(Kind::TaxiDriver).await;
    let other = app.holder_of(&other).await.get("/v1/me/lookups").await.json(200);
    assert_eq!(other["lookups"], json!([]));

    let own = officer.get("/v1/lookups").await.json(200);
    assert_eq!((&own["lookups"][0]["id"], &own["lookups"][0]["found"]), (&found["id"], &json!(1)));
    let path = format!("/v1/lookups/{}", found["id"].as_str().unwrap());
    let supervised = app.audit_admin().await.get(&path).await.json(200);
    assert_eq!((&supervised["basis"], &supervised["certificate_ids"]), (&json!(BASIS), &json!([person.id])));
    assert!(supervised["account_id"].is_string());
    let [entry] = audited(&app).await.try_into().unwrap();
    assert_eq!((entry.result.as_str(), entry.object_id.as_deref()), ("success", found["id"].as_str()));
}

#[tokio::test]
async fn there_are_only_so_many_in_a_minute_and_a_day() {
    let app = TestApp::spawn_with(|config| {
        config.lookups_per_minute = 2;
        config.lookups_per_day = 3;
    })
    .await;
    let officer = app.officer().await;
    let wanted = asked(&json!({ "number": "210000000000" }));
    for _ in 0..2 {
        let _ = officer.post("/v1/lookups", &wanted).await.json(201);
    }
    let refused = officer.post("/v1/lookups", &wanted).await;
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(refused.problem(), "too_many_attempts");
    app.pass(60);
    let _ = officer.post("/v1/lookups", &wanted).await.json(201);
    assert_eq!(officer.post("/v1/lookups", &wanted).await.problem(), "record_limit");
    app.pass(24 * 3_600);
    let _ = officer.post("/v1/lookups", &wanted).await.json(201);
}
