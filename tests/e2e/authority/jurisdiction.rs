//! Staff of a division see what lies in it, and nothing beyond.

use reqwest::Method;
use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_tests::TestApp;
use yzt_tests::certificates::Issued;
use yzt_tests::check::vehicle;

/// A city that is not that of the certificate.
fn elsewhere(issued: &Issued) -> &'static str {
    if issued.record.division().as_str().starts_with("2114") { "2101" } else { "2114" }
}

#[tokio::test]
async fn a_record_is_read_by_staff_of_its_division_only() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let record = format!("/v1/certificates/{}", issued.id);
    let division = issued.record.division().as_str().to_owned();
    for role in [Role::Officer, Role::Issuer, Role::Operator] {
        for within in [&division[..2], &division[..4], &division] {
            assert_eq!(app.staff_of(role, within).await.get(&record).await.status, 200, "{role} {within}");
        }
        let far = app.staff_of(role, elsewhere(&issued)).await;
        assert_eq!(far.get(&record).await.problem(), "other_division", "{role}");
    }
}

#[tokio::test]
async fn an_officer_verifies_what_is_presented_wherever_it_is_from() {
    let app = TestApp::spawn().await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let code = certificate.code().await;
    for division in ["2101", "2114"] {
        let officer = app.staff_of(Role::Officer, division).await;
        let verdict = officer.post("/v1/verifications", &json!({ "code": code })).await.json(200);
        assert_eq!(verdict["outcome"], "valid");
        let answer = officer.post("/v1/receipts", &json!({ "receipt": app.receipt(&code) })).await;
        assert_eq!(answer.json(201)["state"], "accepted");
    }
}

#[tokio::test]
async fn an_operator_sees_receipts_and_batches_of_its_division_only() {
    let app = TestApp::spawn().await;
    let issued = app.issue(&vehicle(0, &json!({}))).await;
    let holder = app.holder_of(&issued).await;
    let shown = holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await;
    let receipt = app.receipt(shown.json(201)["code"].as_str().unwrap());
    app.officer().await.upload(std::slice::from_ref(&receipt)).await;
    let stray = app.receipt("not a code");
    app.officer().await.upload(std::slice::from_ref(&stray)).await;

    let division = issued.record.division().as_str();
    let near = app.staff_of(Role::Operator, &division[..4]).await;
    let far = app.staff_of(Role::Operator, elsewhere(&issued)).await;
    let path = format!("/v1/receipts/{}", receipt.id);
    assert_eq!(near.get(&path).await.status, 200);
    assert_eq!(far.get(&path).await.problem(), "other_division");
    let stray = format!("/v1/receipts/{}", stray.id);
    assert_eq!(near.get(&stray).await.problem(), "other_division", "of no division");
    assert_eq!(app.operator().await.get(&stray).await.status, 200);

    let issuer = app.staff_of(Role::Issuer, division).await;
    let upload = issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
    let report = issuer.send(upload.body("{}\n")).await.json(200);
    let path = format!("/v1/ingest/{}", report["batch"].as_str().unwrap());
    assert_eq!(near.get(&path).await.status, 200);
    assert_eq!(far.get(&path).await.problem(), "other_division");
    assert_eq!(app.issuer().await.get(&path).await.problem(), "not_found");
}

#[tokio::test]
async fn the_three_administrators_see_no_certificate() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::TaxiDriver).await;
    let administrators =
        [app.system_admin().await.0, app.security_admin().await.0, app.audit_admin().await.0];
    for administrator in administrators {
        for path in ["", "/history"] {
            let answer = administrator.get(&format!("/v1/certificates/{}{path}", issued.id)).await;
            assert_eq!(answer.problem(), "wrong_role");
        }
    }
}
