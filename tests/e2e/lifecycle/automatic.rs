//! What happens to certificates on its day, without anybody's calling.

use serde_json::{Value, json};
use verifier_core::Warning;
use verifier_core::ids::Kind;
use yzt_api::clock::Timestamp;
use yzt_api::jobs;
use yzt_api::record::Day;
use yzt_tests::app::BEGINNING;
use yzt_tests::certificates::Issued;
use yzt_tests::{Answer, TestApp};

use super::{DRIVER, happens, history, report, show};

/// The day so many days after the tests' beginning, as records have it.
fn day(after: i32) -> String {
    Day::from_days(BEGINNING.day_number() + after).unwrap().to_string()
}

/// Lets time pass to noon (UTC+8) of the day so many days after the beginning.
fn pass_to(app: &TestApp, after: i32) {
    let noon = Timestamp::beginning_of(BEGINNING.day_number() + after).plus_seconds(12 * 3_600);
    app.pass((noon.millis() - app.clock.now().millis()) / 1_000);
}

async fn job(app: &TestApp) {
    assert!(jobs::run(&app.running.app_data(), jobs::find("certificates_due").unwrap()).await.unwrap());
}

async fn last_event(app: &TestApp, issued: &Issued) -> Value {
    let told = history(&app.operator().await.0, issued).await.json(200);
    told["events"].as_array().unwrap().last().unwrap().clone()
}

fn midnight(after: i32) -> Value {
    json!(Timestamp::beginning_of(BEGINNING.day_number() + after))
}

#[tokio::test]
async fn a_certificate_expires_with_the_end_of_its_last_day() {
    let app = TestApp::spawn().await;
    let issued = app.issued_with(DRIVER, |line| line["validTo"] = json!(day(3))).await;
    pass_to(&app, 3);
    job(&app).await;
    assert_eq!(last_event(&app, &issued).await["event"], "issued");
    pass_to(&app, 4);
    job(&app).await;
    let event = last_event(&app, &issued).await;
    assert_eq!((&event["event"], &event["status"]), (&json!("expired"), &json!("expired_not_renewed")));
    assert_eq!((&event["actor"], &event["occurred_at"]), (&json!("system"), &midnight(4)));
    assert_eq!(show(&app.holder_of(&issued).await, &issued).await.problem(), "certificate_expired");
}

#[tokio::test]
async fn a_suspension_with_a_last_day_ends_by_itself_on_every_server() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let event = json!({ "event": "suspended", "until": day(5) });
    let suspended = report(&issuer, &issued, event).await.json(201);
    assert!(suspended["until"].as_str().is_some_and(|until| until.replace('-', "") == day(5)));
    let neighbour = app.neighbour().await;
    let holder = app.holder_of(&issued).await;
    let there = holder.moved_to(format!("http://{}", neighbour.address()));
    let show_there =
        async || there.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await;
    pass_to(&app, 5);
    job(&app).await;
    assert_eq!(show_there().await.problem(), "certificate_suspended");
    pass_to(&app, 6);
    job(&app).await;
    let _ = show_there().await.json(201);
    assert_eq!(last_event(&app, &issued).await["occurred_at"], midnight(6));
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn a_review_is_overdue_from_the_day_after_its_last_until_it_is_passed() {
    let app = TestApp::spawn().await;
    let vehicle = |line: &mut Value| line["auditValidTo"] = json!(day(10));
    let issued = app.issued_with(Kind::RoadTransportCertificate, vehicle).await;
    let driver = |line: &mut Value| {
        line["integrityValidTo"] = json!(day(30));
        line["continuingEducationValidTo"] = json!(day(10));
    };
    let person = app.issued_with(DRIVER, driver).await;
    pass_to(&app, 11);
    job(&app).await;
    for issued in [&issued, &person] {
        let code = show(&app.holder_of(issued).await, issued).await.json(201);
        let verdict = app.verdict(code["code"].as_str().unwrap(), &app.bundle().await);
        assert_eq!(verdict.warnings, [Warning::ReviewOverdue]);
        assert_eq!(last_event(&app, issued).await["occurred_at"], midnight(11));
    }
    let passed = json!({ "event": "review_passed", "until": day(20) });
    let _ = report(&app.issuer().await, &issued, passed).await.json(201);
    job(&app).await;
    assert_eq!(last_event(&app, &issued).await["event"], "review_passed");
    pass_to(&app, 21);
    job(&app).await;
    assert_eq!(last_event(&app, &issued).await["occurred_at"], midnight(21));
}

#[tokio::test]
async fn what_is_due_counts_for_whoever_comes_before_the_job() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let suspended = |until: String| json!({ "event": "suspended", "until": until });
    let _ = report(&issuer, &issued, suspended(day(2))).await.json(201);
    pass_to(&app, 5);
    let _ = report(&issuer, &issued, suspended(day(8))).await.json(201);
    let told = history(&issuer, &issued).await.json(200);
    let told: Vec<_> = told["events"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(told, ["issued", "suspended", "resumed", "suspended"]);
}

#[tokio::test]
async fn many_are_brought_up_in_portions_and_none_twice() {
    let app = TestApp::spawn().await;
    let issuer = app.issuer().await;
    let today = Day::parse("20260615").unwrap();
    let lines: Vec<Value> = yzt_api::generate::Generator::new(3, today)
        .filter(|record| record.kind() == Kind::RoadTransportCertificate)
        .take(430)
        .map(|record| {
            let mut line: Value = serde_json::from_slice(&record.to_line()).unwrap();
            line["validFrom"] = json!("20250101");
            line["validTo"] = json!(day(1));
            line["issueDate"] = json!("20250101");
            line["firstIssueDate"] = json!("20250101");
            line
        })
        .collect();
    issuer.send_in(&lines).await;
    pass_to(&app, 2);
    job(&app).await;
    job(&app).await;
    let changes: Vec<_> = {
        let read = |conn: &mut _| yzt_api::store::events::after(conn, 0, 2_000);
        let rows = app.running.app().db.read::<_, yzt_api::store::StoreError, _>(read).await.unwrap();
        rows.into_iter().filter(|row| row.event == "expired").map(|row| row.certificate_id).collect()
    };
    let once: std::collections::BTreeSet<_> = changes.iter().collect();
    assert_eq!((changes.len(), once.len()), (430, 430));
}

#[tokio::test]
async fn a_last_day_is_checked_by_name() {
    let app = TestApp::spawn().await;
    let (issued, issuer) = (app.issued(DRIVER).await, app.issuer().await);
    let rules = |answer: Answer| answer.json(422)["findings"][0]["rule"].clone();
    let sent = |event: Value| report(&issuer, &issued, event);
    assert_eq!(rules(sent(json!({ "event": "suspended", "until": "20261301" })).await), "not_a_date");
    assert_eq!(rules(sent(json!({ "event": "suspended", "until": day(-1) })).await), "ends_before_start");
    assert_eq!(rules(sent(json!({ "event": "reported_lost", "until": day(1) })).await), "not_for_event");
    happens(&issuer, &issued, "suspended").await;
}
