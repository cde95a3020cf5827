//! 数据合规: what does not fit in certificates opens, is asked to be corrected, and closes by itself.

use reqwest::Method;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::conformity::is_conforming;
use yzt_api::jobs;
use yzt_api::store::conformity::runs::{self, RunRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;
use yzt_tests::actors::{Operator, Person};
use yzt_tests::certificates::Issued;
use yzt_tests::check::{vehicle, with};

mod around;
mod killed;
mod rates;

/// Does a job of the site now.
async fn job(app: &TestApp, name: &str) {
    assert!(jobs::run(&app.running.app_data(), jobs::find(name).unwrap()).await.unwrap());
}

/// Follows what happened.
async fn follow(app: &TestApp) {
    job(app, "conformity_follow").await;
}

/// What stands open or closed against a certificate, as this person is shown it.
async fn listed(who: &Person, query: &str) -> Vec<Value> {
    let answer = who.get(&format!("/v1/nonconformities?{query}")).await.json(200);
    answer["nonconformities"].as_array().unwrap().clone()
}

/// The rules that stand open against a certificate, graded error, with exceptions.
async fn errors(who: &Person, certificate: &str) -> Vec<String> {
    let found = listed(who, &format!("certificate={certificate}&severity=error")).await;
    found.iter().map(|row| row["rule"].as_str().unwrap().to_owned()).collect()
}

/// Numerator and denominator of the rate in all.
async fn rate(who: &Person) -> (i64, i64) {
    let rates = who.get("/v1/conformity/rates").await.json(200);
    let number = |name: &str| rates["total"][name].as_i64().unwrap();
    (number("conforming"), number("in_force"))
}

/// The invented vehicle with a plate of the wrong colour, which is admitted with a warning.
async fn discoloured(app: &TestApp) -> Issued {
    let line = vehicle(0, &json!({ "vehicleNo": "辽A12345", "plateColorCode": "94", "fuelCode": "2" }));
    app.issue(&line).await
}

async fn one(who: &Operator, certificate: &str, rule: &str) -> Value {
    let found = listed(who, &format!("certificate={certificate}&rule={rule}")).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// The same certificate with other items, as a change.
async fn corrected(app: &TestApp, issued: &Issued, members: &Value) {
    let line: Value = serde_json::from_slice(&issued.record.to_line()).unwrap();
    let line = with(with(line, &json!({ "event": "change" })), members);
    app.issuer().await.send_in(&[line]).await;
}

#[tokio::test]
async fn what_came_in_with_a_warning_stands_open_until_it_is_sent_again() {
    let app = TestApp::spawn().await;
    let (operator, issued) = (app.operator().await, discoloured(&app).await);
    follow(&app).await;
    let found = one(&operator, &issued.id, "plate_colour_differs").await;
    assert_eq!((&found["severity"], &found["state"]), (&json!("error"), &json!("open")));
    assert_eq!(found["items"], json!(["plateColorCode"]));
    assert!(!found.to_string().contains("12345"), "no value is shown");
    assert_eq!(rate(&operator).await, (0, 1));

    let path = format!("/v1/nonconformities/{}", found["id"].as_str().unwrap());
    let message = json!({ "message": "请核对车牌颜色后重新报送" });
    let asked = operator.post(&format!("{path}/correction-requests"), &message).await.json(201);
    let issuer = app.issuer().await;
    let waiting = issuer.get("/v1/correction-requests?answered=false").await.json(200);
    assert_eq!(waiting["correction_requests"][0]["id"], asked["id"]);
    assert_eq!(operator.get(&path).await.json(200)["state"], "correction_requested");

    corrected(&app, &issued, &json!({ "plateColorCode": "2", "vehicleTypeCode": "H12" })).await;
    follow(&app).await;
    let closed = operator.get(&path).await.json(200);
    assert_eq!((&closed["state"], &closed["closed_as"]), (&json!("closed"), &json!("corrected")));
    assert_eq!(closed["closed_version"], 2);
    assert!(closed["correction_requests"][0]["answered_at"].is_string());
    let waiting = issuer.get("/v1/correction-requests?answered=false").await.json(200);
    assert_eq!(waiting["correction_requests"], json!([]));
    let late = operator.post(&format!("{path}/correction-requests"), &message).await;
    assert_eq!(late.problem(), "nonconformity_closed");
}

#[tokio::test]
async fn an_exception_needs_a_second_person_and_lapses_with_its_version() {
    let app = TestApp::spawn().await;
    let (operator, issued) = (app.operator().await, discoloured(&app).await);
    // The operator's licence is not here, which is another error.
    follow(&app).await;
    let before = errors(&operator, &issued.id).await;
    for rule in &before {
        let found = one(&operator, &issued.id, rule).await;
        let path = format!("/v1/nonconformities/{}/exception", found["id"].as_str().unwrap());
        let asked = operator.post(&path, &json!({ "reason": "已核实" })).await.json(202);
        assert_eq!(rate(&operator).await, (0, 1), "nothing is decided");
        let decision = format!("/v1/approvals/{}/decision", asked["id"].as_str().unwrap());
        let answer = app.security_admin().await.post(&decision, &json!({ "decision": "approve" })).await;
        assert!(answer.json(200)["executed_at"].is_string());
        let again = operator.post(&path, &json!({ "reason": "已核实" })).await;
        assert_eq!(again.problem(), "nonconformity_closed");
    }
    assert_eq!(rate(&operator).await, (1, 1));
    app.pass(86_400);
    job(&app, "conformity_nightly").await;
    assert_eq!(rate(&operator).await, (1, 1), "it holds while the version is the same");

    corrected(&app, &issued, &json!({ "remark": "更正" })).await;
    follow(&app).await;
    assert_eq!(rate(&operator).await, (0, 1));
    let found = one(&operator, &issued.id, &before[0]).await;
    assert_eq!(found["state"], "open");
}

#[tokio::test]
async fn a_certificate_past_its_last_day_is_found_at_night() {
    let app = TestApp::spawn().await;
    let operator = app.operator().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    follow(&app).await;
    assert!(errors(&operator, &issued.id).await.is_empty());
    assert_eq!(rate(&operator).await, (1, 1));
    app.pass(7 * 366 * 86_400);
    follow(&app).await;
    assert!(errors(&operator, &issued.id).await.is_empty(), "nothing happened to it");
    job(&app, "conformity_nightly").await;
    assert_eq!(errors(&operator, &issued.id).await, ["expired_in_force"]);
    assert_eq!(rate(&operator).await, (0, 1));

    job(&app, "certificates_due").await;
    follow(&app).await;
    let closed = listed(&operator, "state=closed&rule=expired_in_force").await;
    assert_eq!(closed[0]["closed_as"], "not_in_force");
    assert_eq!(rate(&operator).await, (0, 0));
}

#[tokio::test]
async fn a_rule_that_a_site_switches_off_closes_what_it_found() {
    let app = TestApp::spawn().await;
    let issued = discoloured(&app).await;
    follow(&app).await;
    let operator = app.operator().await;
    assert!(errors(&operator, &issued.id).await.contains(&"plate_colour_differs".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("conformity.toml");
    let text = "[grades]\nplate_colour_differs = \"off\"\noperator_licence = \"warning\"\n";
    std::fs::write(&file, text).unwrap();
    let name = file.to_string_lossy().into_owned();
    let app = app.again_with(|config| config.conformity_file = name).await;
    app.pass(60);
    let operator = app.operator().await;
    follow(&app).await;
    job(&app, "conformity_runs").await;
    assert!(errors(&operator, &issued.id).await.is_empty());
    let closed = listed(&operator, "state=closed&rule=plate_colour_differs").await;
    assert_eq!(closed[0]["closed_as"], "rule_off");
    let rules = operator.get("/v1/conformity/rules").await.json(200);
    let rules = rules["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "plate_colour_differs").unwrap();
    assert_eq!((&rule["grade"], &rule["usual_grade"]), (&json!("off"), &json!("error")));
    let run = |conn: &mut Conn| -> Result<Vec<RunRow>, StoreError> { runs::unfinished(conn) };
    assert!(app.running.app().db.read(run).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_operator_has_a_certificate_or_a_division_checked() {
    let app = TestApp::spawn().await;
    let (operator, issued) = (app.operator().await, discoloured(&app).await);
    let checked =
        operator.post("/v1/conformity/checks", &json!({ "certificate": issued.id })).await.json(200);
    assert_eq!(checked["checked"], 1);
    assert!(errors(&operator, &issued.id).await.contains(&"plate_colour_differs".to_owned()));
    let again = operator.post("/v1/conformity/checks", &json!({ "certificate": issued.id })).await.json(200);
    assert_eq!((&again["opened"], &again["closed"]), (&json!(0), &json!(0)));

    let run = operator.post("/v1/conformity/checks", &json!({ "kind": "013" })).await.json(202);
    job(&app, "conformity_runs").await;
    let path = format!("/v1/conformity/checks/{}", run["id"].as_str().unwrap());
    let done = operator.get(&path).await.json(200);
    assert_eq!(done["checked"], 1);
    assert!(done["finished_at"].is_string());
    let unfit = operator.post("/v1/conformity/checks", &json!({ "kind": "000" })).await;
    assert_eq!(unfit.problem(), "unfit_value");
}

#[tokio::test]
async fn what_is_listed_is_filtered_assigned_and_exported() {
    let app = TestApp::spawn().await;
    let (operator, issued) = (app.operator().await, discoloured(&app).await);
    follow(&app).await;
    let found = one(&operator, &issued.id, "plate_colour_differs").await;
    let division = found["division"].as_str().unwrap();
    assert!(listed(&operator, "kind=071").await.is_empty());
    assert!(listed(&operator, "state=excepted").await.is_empty());
    for query in ["kind=000", "rule=none", "state=gone", "division=21x"] {
        let answer = operator.get(&format!("/v1/nonconformities?{query}")).await;
        assert_eq!(answer.problem(), "bad_query", "{query}");
    }
    let path = format!("/v1/nonconformities/{}/assignment", found["id"].as_str().unwrap());
    let city = &division[..4];
    let assigned = operator.post(&path, &json!({ "division": city })).await.json(200);
    assert_eq!(assigned["assigned_division"], city);
    let elsewhere = operator.post(&path, &json!({ "division": "2299" })).await;
    assert_eq!(elsewhere.problem(), "unfit_value");

    let request =
        operator.request(Method::GET, "/v1/nonconformities?sort=newest").header("accept", "text/csv");
    let file = operator.send(request).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("plate_colour_differs"));
    let city: &'static str = if city == "2114" { "2101" } else { "2114" };
    let other = app.staff_of(yzt_api::auth::Role::Operator, city).await;
    assert!(listed(&other, "").await.is_empty());
}
