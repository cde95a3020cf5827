//! What happens to certificates after they were issued, and that it holds at once.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use verifier_core::{Outcome, Reason, Warning};
use yzt_api::auth::Role;
use yzt_tests::actors::{Holder, Issuer, Person};
use yzt_tests::certificates::Issued;
use yzt_tests::{Answer, TestApp};

mod automatic;
mod order;
mod past;

const DRIVER: Kind = Kind::PractitionerQualification;

async fn report(issuer: &Issuer, issued: &Issued, event: Value) -> Answer {
    issuer.post(&format!("/v1/certificates/{}/events", issued.id), &event).await
}

async fn happens(issuer: &Issuer, issued: &Issued, event: &str) {
    let _ = report(issuer, issued, json!({ "event": event })).await.json(201);
}

async fn show(holder: &Holder, issued: &Issued) -> Answer {
    holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await
}

async fn history(who: &Person, issued: &Issued) -> Answer {
    who.get(&format!("/v1/certificates/{}/history", issued.id)).await
}

#[tokio::test]
async fn a_suspended_certificate_cannot_be_shown_until_it_is_resumed() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let holder = app.holder_of(&issued).await;
    let event = json!({ "event": "suspended", "reason": "超限运输，暂扣处理" });
    let recorded = report(&issuer, &issued, event).await.json(201);
    assert_eq!((&recorded["event"], &recorded["status"]), (&json!("suspended"), &json!("suspended")));
    assert_eq!(show(&holder, &issued).await.problem(), "certificate_suspended");
    happens(&issuer, &issued, "resumed").await;
    let _ = show(&holder, &issued).await.json(201);

    let events = history(&holder, &issued).await.json(200);
    let told: Vec<_> = events["events"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(told, ["issued", "suspended", "resumed"]);
    assert_eq!(events["events"][1]["reason"], "超限运输，暂扣处理");
}

#[tokio::test]
async fn what_cannot_happen_is_refused_and_leaves_no_trace() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    assert_eq!(
        report(&issuer, &issued, json!({ "event": "resumed" })).await.problem(),
        "transition_not_allowed"
    );
    happens(&issuer, &issued, "cancelled").await;
    for event in ["cancelled", "revoked", "suspended", "resumed", "reported_lost", "found", "review_passed"] {
        let refused = report(&issuer, &issued, json!({ "event": event })).await;
        assert_eq!(refused.problem(), "transition_not_allowed", "{event}");
    }
    let events = history(&issuer, &issued).await.json(200);
    assert_eq!(events["events"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn of_many_suspensions_at_once_one_takes_effect() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let event = || report(&issuer, &issued, json!({ "event": "suspended" }));
    let (a, b, c, d) = tokio::join!(event(), event(), event(), event());
    let answers = [a, b, c, d].map(|answer| answer.status.as_u16());
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 3, "{answers:?}");
}

#[tokio::test]
async fn an_event_sent_twice_under_its_id_counts_once() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let id = "018f3c4e-0000-7000-8000-000000000001";
    let event = json!({ "id": id, "event": "reported_lost", "occurred_at": "2026-06-14T08:00:00Z" });
    let first = report(&issuer, &issued, event.clone()).await.json(201);
    assert_eq!(report(&issuer, &issued, event).await.json(200), first);
    let other = report(&issuer, &issued, json!({ "id": id, "event": "found" })).await;
    assert_eq!(other.problem(), "event_conflict");
    let another_senders =
        report(&app.issuer().await, &issued, json!({ "id": id, "event": "reported_lost" })).await;
    assert_eq!(another_senders.problem(), "event_conflict");
}

#[tokio::test]
async fn an_event_of_the_future_or_with_an_endless_reason_is_refused_by_name() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let event =
        json!({ "event": "suspended", "reason": "长".repeat(201), "occurred_at": "2026-06-16T00:00:00Z" });
    let refused = report(&issuer, &issued, event).await;
    assert_eq!(refused.problem(), "unfit_value");
    let findings = &refused.json(422)["findings"];
    assert_eq!((&findings[0]["item"], &findings[1]["item"]), (&json!("reason"), &json!("occurred_at")));
    let unknown = report(&issuer, &issued, json!({ "event": "issued" })).await;
    assert_eq!(unknown.problem(), "bad_json");
}

#[tokio::test]
async fn officers_see_a_change_with_the_next_status_list() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let code = show(&app.holder_of(&issued).await, &issued).await.json(201);
    let code = code["code"].as_str().unwrap();
    assert_eq!(app.verdict(code, &app.bundle().await).outcome, Outcome::Valid);
    app.pass(10);
    happens(&issuer, &issued, "review_overdue").await;
    assert_eq!(app.verdict(code, &app.bundle().await).warnings, [Warning::ReviewOverdue]);
    app.pass(10);
    happens(&issuer, &issued, "review_passed").await;
    assert_eq!(app.verdict(code, &app.bundle().await).warnings, []);
    app.pass(10);
    happens(&issuer, &issued, "revoked").await;
    assert_eq!(app.verdict(code, &app.bundle().await).reason, Some(Reason::Revoked));
}

#[tokio::test]
async fn only_the_issuer_of_the_division_changes_a_certificate() {
    let app = TestApp::spawn().await;
    let issued = app.issued(DRIVER).await;
    let city = issued.record.division().as_str()[..4].to_owned();
    let elsewhere = if city == "2114" { "2101" } else { "2114" };
    let suspend = json!({ "event": "suspended" });
    let far = issuer_of(&app, elsewhere).await;
    assert_eq!(report(&far, &issued, suspend.clone()).await.problem(), "other_division");
    assert_eq!(history(&far, &issued).await.problem(), "other_division");
    let near = issuer_of(&app, &city).await;
    let _ = report(&near, &issued, suspend.clone()).await.json(201);
    let path = format!("/v1/certificates/{}/events", issued.id);
    for person in [&app.officer().await.0, &app.operator().await.0, &app.holder_of(&issued).await.0] {
        assert_eq!(person.post(&path, &suspend).await.problem(), "wrong_role");
    }
    assert_eq!(near.post("/v1/certificates/none/events", &suspend).await.problem(), "not_found");
}

#[tokio::test]
async fn the_history_is_for_its_holder_the_issuer_and_operators() {
    let app = TestApp::spawn().await;
    let (issued, other) = (app.issued(DRIVER).await, app.issued(Kind::TaxiDriver).await);
    let told = history(&app.holder_of(&issued).await.0, &issued).await.json(200);
    assert!(told["events"][0].get("actor").is_none(), "who sent it is for staff");
    let told = history(&app.operator().await.0, &issued).await.json(200);
    assert!(told["events"][0]["actor"].is_string());
    assert_eq!(history(&app.holder_of(&other).await.0, &issued).await.problem(), "not_found");
    assert_eq!(history(&app.officer().await.0, &issued).await.problem(), "wrong_role");
    assert_eq!(history(&app.visitor(), &issued).await.problem(), "not_signed_in");
}

async fn issuer_of(app: &TestApp, division: &str) -> Issuer {
    Issuer(app.staff_of(Role::Issuer, division).await)
}
