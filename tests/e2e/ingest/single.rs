//! One certificate by itself, with its answer.

use reqwest::Method;
use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_tests::actors::Person;
use yzt_tests::{Answer, TestApp};

use super::lines;

/// An invented certificate of a vehicle.
fn vehicle() -> Value {
    let all = lines(60);
    let line = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    line.into_iter().find(|line| line["kind"] == "013").unwrap()
}

fn with(line: &Value, members: Value) -> Value {
    let mut line = line.clone();
    for (name, value) in members.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

async fn send(who: &Person, key: Option<&str>, line: &Value) -> Answer {
    let mut request = who.request(Method::POST, "/v1/certificates").json(line);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    who.send(request).await
}

#[tokio::test]
async fn each_answer_says_what_became_of_the_certificate() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let created = send(&issuer, None, &vehicle()).await.json(201);
    assert_eq!((&created["outcome"], &created["version"]), (&json!("created"), &json!(1)));
    assert_eq!(send(&issuer, None, &vehicle()).await.json(200)["outcome"], "unchanged");
    let change =
        with(&vehicle(), json!({ "event": "change", "vehicleModel": "解放 J6P", "certificateColour": "蓝" }));
    let changed = send(&issuer, None, &change).await.json(200);
    assert_eq!((&changed["outcome"], &changed["version"]), (&json!("changed"), &json!(2)));
    assert_eq!(changed["certificate"], created["certificate"]);
    assert_eq!(changed["findings"][0]["rule"], "unknown_item", "{changed}");
    let other = with(&vehicle(), json!({ "vehicleModel": "东风天龙" }));
    let refused = send(&issuer, None, &other).await;
    assert_eq!(refused.problem(), "record_refused");
    assert_eq!(refused.json(422)["findings"][0]["rule"], "duplicate_with_other_content");
    assert_eq!(send(&issuer, None, &json!([])).await.problem(), "record_refused");
}

#[tokio::test]
async fn sent_again_under_its_key_a_write_is_answered_again_and_not_done_again() {
    let app = TestApp::spawn().await;
    let (issuer, another) = (app.issuer().await, app.issuer().await);
    let first = send(&issuer, Some("k-1"), &vehicle()).await.json(201);
    assert_eq!(send(&issuer, Some("k-1"), &vehicle()).await.json(201), first);
    let change = with(&vehicle(), json!({ "event": "change", "vehicleModel": "解放 J6P" }));
    assert_eq!(send(&issuer, Some("k-1"), &change).await.problem(), "idempotency_key_reused");
    assert_eq!(send(&another, Some("k-1"), &change).await.json(200)["outcome"], "changed", "its own keys");
    let path = format!("/v1/certificates/{}/events", first["certificate"].as_str().unwrap());
    let event = |key: &str, event: &str| {
        let request = issuer.request(Method::POST, &path).json(&json!({ "event": event }));
        issuer.send(request.header("idempotency-key", key.to_owned()))
    };
    let suspended = event("k-2", "suspended").await.json(201);
    assert_eq!(event("k-2", "suspended").await.json(201), suspended);
    assert_eq!(event("k-2", "resumed").await.problem(), "idempotency_key_reused");
    assert_eq!(
        event("k-1", "suspended").await.problem(),
        "idempotency_key_reused",
        "the key of another address"
    );
    // What was refused left nothing behind: under its key it is judged anew.
    assert_eq!(event("k-3", "suspended").await.problem(), "transition_not_allowed");
    let _ = event("k-4", "resumed").await.json(201);
    let _ = event("k-3", "suspended").await.json(201);
    assert_eq!(event("k 5", "resumed").await.problem(), "bad_idempotency_key");
}

#[tokio::test]
async fn of_one_write_sent_many_times_at_once_one_is_done() {
    let app = TestApp::spawn().await;
    let (issuer, line) = (app.issuer().await, vehicle());
    let send = || send(&issuer, Some("at-once"), &line);
    let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
    for answer in [a, b, c, d] {
        let is_told = answer.status == 201 || answer.problem() == "unavailable";
        assert!(is_told, "{}", answer.text);
    }
    let _ = send().await.json(201);
    let changes = issuer.get("/v1/changes").await.json(200);
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_with_an_older_number_than_one_taken_is_refused() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let model = |model: &str, sequence: i64| {
        with(&vehicle(), json!({ "event": "change", "vehicleModel": model, "sequence": sequence }))
    };
    let _ = send(&issuer, None, &with(&vehicle(), json!({ "sequence": 1 }))).await.json(201);
    let newest = send(&issuer, None, &model("第三次", 3)).await.json(200);
    let late = send(&issuer, None, &model("第二次", 2)).await;
    assert_eq!(late.json(422)["findings"][0]["rule"], "sequence_passed");
    assert_eq!(send(&issuer, None, &model("第三次", 3)).await.json(200)["outcome"], "unchanged");
    let path = format!("/v1/certificates/{}/events", newest["certificate"].as_str().unwrap());
    let event = |sequence: i64| json!({ "event": "suspended", "sequence": sequence });
    assert_eq!(issuer.post(&path, &event(3)).await.problem(), "sequence_passed");
    assert_eq!(issuer.post(&path, &event(0)).await.problem(), "unfit_value");
    let _ = issuer.post(&path, &event(4)).await.json(201);
    assert_eq!(
        send(&issuer, None, &model("第四次", 4)).await.json(422)["findings"][0]["rule"],
        "sequence_passed"
    );
    // An older content under a newer number: it was changed back, whatever day it was issued on.
    assert_eq!(
        send(&issuer, None, &with(&vehicle(), json!({ "event": "change", "sequence": 5 }))).await.json(200)["version"],
        3
    );
    // What is known already, with a newer number, counts as that number.
    assert_eq!(
        send(&issuer, None, &with(&vehicle(), json!({ "event": "change", "sequence": 9 }))).await.json(200)["outcome"],
        "unchanged"
    );
    assert_eq!(
        send(&issuer, None, &model("第八次", 8)).await.json(422)["findings"][0]["rule"],
        "sequence_passed"
    );
}

#[tokio::test]
async fn certificates_are_sent_by_issuers_of_their_division() {
    let app = TestApp::spawn().await;
    let division = vehicle()["division"].as_str().unwrap().to_owned();
    let elsewhere = if division.starts_with("2114") { "2101" } else { "2114" };
    let refused = send(&app.staff_of(Role::Issuer, elsewhere).await, None, &vehicle()).await;
    assert_eq!(refused.json(422)["findings"][0]["rule"], "outside_jurisdiction");
    let _ = send(&app.staff_of(Role::Issuer, &division).await, None, &vehicle()).await.json(201);
}
