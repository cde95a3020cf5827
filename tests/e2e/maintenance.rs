//! Applications to maintain data in the ministry's system: drafted, decided by another, linked to what changed.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::actors::Operator;
use yzt_tests::certificates::Issued;

const PLACE: &str = "/v1/maintenance-applications";

fn draft(issued: &Issued, reason: &str) -> Value {
    let item = json!({ "certificate_id": issued.id, "wanted": "有效期止按本省数据更正" });
    let form = json!({
        "unit": "测试交通运输事务服务中心", "contact": "王五", "phone": "024-00000000", "reason": reason, "items": [item],
    });
    json!({ "operation": "correct", "form": form })
}

async fn drafted(operator: &Operator, issued: &Issued) -> String {
    let made = operator.post(PLACE, &draft(issued, "部级数据与本省不一致")).await.json(201);
    assert_eq!(made["state"], "draft");
    format!("{PLACE}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_application_is_approved_by_another_and_completed_when_its_certificate_has_changed() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::RoadTransportCertificate).await;
    let (one, other) = (app.operator().await, app.operator().await);
    let place = drafted(&one, &issued).await;
    let submission = format!("{place}/submission");
    let submitted = one.post(&submission, &json!({})).await.json(200);
    assert_eq!(submitted["state"], "submitted");
    assert!(submitted["number"].as_str().unwrap().starts_with("WH2026-"), "{submitted}");
    let (decision, completion) = (format!("{place}/decision"), format!("{place}/completion"));
    let approve = json!({ "approve": true });
    assert_eq!(one.post(&decision, &approve).await.problem(), "own_approval");
    assert_eq!(one.post(&completion, &json!({})).await.problem(), "application_state");
    assert_eq!(other.post(&decision, &approve).await.json(200)["state"], "approved");
    assert_eq!(other.post(&completion, &json!({})).await.problem(), "nothing_changed");

    let event = json!({ "event": "review_passed" });
    let path = format!("/v1/certificates/{}/events", issued.id);
    let event = app.issuer().await.post(&path, &event).await.json(201);
    assert_eq!(one.post(&completion, &json!({})).await.json(200)["state"], "completed");
    let shown = other.get(&place).await.json(200);
    let change = json!({ "certificate_id": issued.id, "event_id": event["id"] });
    assert_eq!(shown["changes"], json!([change]));
    assert_eq!(shown["form"], draft(&issued, "部级数据与本省不一致")["form"]);
}

#[tokio::test]
async fn a_draft_is_changed_and_taken_back_by_who_wrote_it_only() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let (one, other) = (app.operator().await, app.operator().await);
    let place = drafted(&one, &issued).await;
    let changed = draft(&issued, "部级数据缺少该证照的换发版本");
    let put = |who: &Operator| who.request(reqwest::Method::PUT, &place).json(&changed);
    assert_eq!(other.send(put(&other)).await.problem(), "not_found");
    let _ = one.send(put(&one)).await.json(200);
    assert_eq!(one.get(&place).await.json(200)["form"], changed["form"]);
    assert_eq!(other.delete(&place).await.problem(), "not_found");
    assert_eq!(one.delete(&place).await.json(200)["state"], "withdrawn");
    assert_eq!(one.post(&format!("{place}/submission"), &json!({})).await.problem(), "application_state");
    let listed = other.get(&format!("{PLACE}?state=withdrawn")).await.json(200);
    assert_eq!(listed["applications"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_says_why() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let (one, other) = (app.operator().await, app.operator().await);
    let place = drafted(&one, &issued).await;
    let _ = one.post(&format!("{place}/submission"), &json!({})).await.json(200);
    let decision = format!("{place}/decision");
    assert_eq!(other.post(&decision, &json!({ "approve": false })).await.problem(), "unfit_value");
    let refused =
        other.post(&decision, &json!({ "approve": false, "reason": "请先在本省更正" })).await.json(200);
    assert_eq!((&refused["state"], &refused["refusal"]), (&json!("refused"), &json!("请先在本省更正")));
}

#[tokio::test]
async fn what_does_not_fit_or_is_of_another_division_is_refused() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let operator = app.operator().await;
    assert_eq!(operator.post(PLACE, &draft(&issued, "短")).await.problem(), "unfit_value");
    let mut nowhere = draft(&issued, "部级数据与本省不一致");
    nowhere["form"]["items"][0]["certificate_id"] = json!("00000000-0000-7000-8000-000000000000");
    assert_eq!(operator.post(PLACE, &nowhere).await.problem(), "not_found");
    let city = if issued.record.division().as_str().starts_with("2114") { "2101" } else { "2114" };
    let elsewhere = app.staff_of(Role::Operator, city).await;
    let answer = elsewhere.post(PLACE, &draft(&issued, "部级数据与本省不一致")).await;
    assert_eq!(answer.problem(), "other_division");
}

#[tokio::test]
async fn the_form_is_a_spreadsheet_with_what_was_written() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let operator = app.operator().await;
    let place = drafted(&operator, &issued).await;
    let asked = operator.request(reqwest::Method::GET, &format!("{place}/form"));
    let file = asked.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
    let mut book = Xlsx::new(Cursor::new(file)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let cells: Vec<String> = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
    for written in ["道路运输电子证照数据维护申请单", "部级数据与本省不一致", "有效期止按本省数据更正"]
    {
        assert!(cells.iter().any(|cell| cell == written), "{written}: {cells:?}");
    }
    assert!(!cells.iter().any(|cell| cell.contains(issued.record.holder().code())), "no holder's code");
}
