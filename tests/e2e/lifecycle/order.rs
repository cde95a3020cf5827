//! Events that come late, come back, or take a certificate to another division.

use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::actors::Issuer;

use super::{DRIVER, happens, history, report, show};

#[tokio::test]
async fn an_event_older_than_what_settled_the_matter_is_refused() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let at =
        |event: &str, time: &str| json!({ "event": event, "occurred_at": format!("2026-06-14T{time}:00Z") });
    let _ = report(&issuer, &issued, at("suspended", "08:00")).await.json(201);
    let _ = report(&issuer, &issued, at("resumed", "12:00")).await.json(201);
    assert_eq!(report(&issuer, &issued, at("suspended", "10:00")).await.problem(), "event_overtaken");
    // Another matter is not settled by those.
    let _ = report(&issuer, &issued, at("review_overdue", "09:00")).await.json(201);
    // An end counts however late it is heard of.
    let _ = report(&issuer, &issued, at("revoked", "11:00")).await.json(201);
}

#[tokio::test]
async fn what_was_deleted_at_its_source_stays_on_record_and_can_be_restored() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let holder = app.holder_of(&issued).await;
    happens(&issuer, &issued, "withdrawn").await;
    assert_eq!(show(&holder, &issued).await.problem(), "certificate_cancelled");
    happens(&issuer, &issued, "restored").await;
    let _ = show(&holder, &issued).await.json(201);
    happens(&issuer, &issued, "suspended").await;
    happens(&issuer, &issued, "withdrawn").await;
    happens(&issuer, &issued, "restored").await;
    assert_eq!(show(&holder, &issued).await.problem(), "certificate_suspended", "it is back as it was");
    happens(&issuer, &issued, "cancelled").await;
    assert_eq!(
        report(&issuer, &issued, json!({ "event": "restored" })).await.problem(),
        "transition_not_allowed",
        "what was cancelled by decision does not come back"
    );
    let told = history(&issuer, &issued).await.json(200);
    assert_eq!(told["events"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_transferred_certificate_is_the_new_divisions_and_the_old_may_no_longer_send() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let old = issued.record.division().as_str()[..4].to_owned();
    let new = if old == "2102" { "2101" } else { "2102" };
    let [old, new] = [&old, new].map(|city| (city.to_owned(), format!("{city}00")));
    let leaving = Issuer(app.staff_of(Role::Issuer, &old.0).await);
    let receiving = Issuer(app.staff_of(Role::Issuer, &new.0).await);
    let transfer = |to: Value| json!({ "event": "transferred_out", "to_division": to });
    let rule = async |to: Value| {
        report(&leaving, &issued, transfer(to)).await.json(422)["findings"][0]["rule"].clone()
    };
    assert_eq!(rule(Value::Null).await, "missing");
    assert_eq!(rule(json!("2102")).await, "division_form");
    assert_eq!(rule(json!("110100")).await, "outside_jurisdiction");
    assert_eq!(report(&receiving, &issued, transfer(json!(new.1))).await.problem(), "other_division");
    let moved = report(&leaving, &issued, transfer(json!(new.1))).await.json(201);
    assert_eq!((&moved["division"], &moved["status"]), (&json!(new.1), &json!("valid")));
    assert_eq!(report(&leaving, &issued, json!({ "event": "suspended" })).await.problem(), "other_division");
    let _ = show(&app.holder_of(&issued).await, &issued).await.json(201);

    let mut line: Value = serde_json::from_slice(&issued.record.to_line()).unwrap();
    line["division"] = json!(new.1);
    line["event"] = json!("transfer");
    let refused = leaving.post("/v1/certificates", &line).await.json(422);
    assert_eq!(refused["findings"][0]["rule"], "outside_jurisdiction");
    let taken = receiving.post("/v1/certificates", &line).await.json(200);
    assert_eq!((&taken["outcome"], &taken["version"]), (&json!("changed"), &json!(2)));
    let told = history(&receiving, &issued).await.json(200);
    let told: Vec<_> = told["events"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(told, ["issued", "transferred_out", "transferred_in"]);
    // The division it left is told that it did, and nothing after.
    let told = leaving.get("/v1/changes").await.json(200);
    let told: Vec<_> = told["changes"].as_array().unwrap().iter().map(|change| &change["event"]).collect();
    assert_eq!(told, ["issued", "transferred_out"]);
}

#[tokio::test]
async fn an_assessment_with_its_items_makes_a_new_version_under_its_own_name() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["integrityValidTo"] = json!("20260601")).await;
    let issuer = app.issuer().await;
    happens(&issuer, &issued, "review_overdue").await;
    let mut line: Value = serde_json::from_slice(&issued.record.to_line()).unwrap();
    line["event"] = json!("assessment");
    line["integrityGradeCode"] = json!("AAA");
    line["integrityValidTo"] = json!("20270601");
    assert_eq!(issuer.post("/v1/certificates", &line).await.json(200)["version"], 2);
    let told = history(&issuer, &issued).await.json(200);
    let last = told["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["event"], &last["review_overdue"]), (&json!("assessed"), &json!(false)));
    assert_eq!(last["until"], "2027-06-01");
}
