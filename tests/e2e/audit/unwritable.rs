//! The log cannot be written: what is sensitive is refused, presenting and verifying go on.

use reqwest::Method;
use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::{Role, accounts};
use yzt_api::problem::{Code, Problem};
use yzt_api::store::{Conn, accounts as rows};
use yzt_tests::TestApp;
use yzt_tests::app::{BEGINNING, PASSWORD};
use yzt_tests::device::{challenge, phone, registration};

use super::{entry, run};

#[tokio::test]
async fn without_the_log_nothing_sensitive_happens_and_codes_are_shown_and_checked_all_the_same() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let (holder, officer) = (app.holder_of(&issued).await, app.officer().await);
    let issuer = app.issuer().await;
    let challenge = challenge(&officer).await;
    let admin = app.account(Role::SystemAdmin, None).await;
    let auditor = app.audit_admin().await;
    run(&app, "ALTER TABLE audit_entries RENAME TO audit_entries_gone").await.unwrap();

    let visitor = app.visitor();
    let certificate = format!("/v1/certificates/{}", issued.id);
    let refused = [
        visitor.try_sign_in(&admin, PASSWORD).await,
        officer.get(&certificate).await,
        officer.post("/v1/devices", &registration(&phone(1), &challenge)).await,
        issuer.post(&format!("{certificate}/events"), &json!({ "event": "suspended" })).await,
        auditor.get("/v1/audit").await,
    ];
    for answer in refused {
        assert_eq!((answer.status.as_u16(), answer.problem()), (503, "unavailable".to_owned()));
    }

    let shown = holder.post(&format!("{certificate}/presentations"), &json!({})).await.json(201);
    let verdict = visitor.post("/v1/verifications", &json!({ "code": shown["code"] })).await.json(200);
    assert_eq!(verdict["outcome"], "valid", "it was not suspended: {verdict}");
    let another = app.account(Role::Officer, None).await;
    visitor.sign_in(&another, PASSWORD).await;
    let metrics = visitor.get("/metrics").await.text;
    for action in ["session.begun", "certificate.read", "device.registered", "certificate.event"] {
        assert!(
            metrics.contains(&format!("yzt_audit_unwritten_total{{action=\"{action}\"}}")),
            "{action}: {metrics}"
        );
    }

    run(&app, "ALTER TABLE audit_entries_gone RENAME TO audit_entries").await.unwrap();
    visitor.sign_in(&admin, PASSWORD).await;
    let devices = officer.get("/v1/devices").await.json(200);
    assert_eq!(devices["devices"], json!([]), "the device was not registered");
    assert!(super::verified(&app).await.is_sound());
}

#[tokio::test]
async fn a_transaction_falls_with_its_entry() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    run(&app, "ALTER TABLE audit_entries RENAME TO audit_entries_gone").await.unwrap();
    let (audit, integrity) = (app.running.app().audit.clone(), app.running.app().integrity.clone());
    let disabled = login.clone();
    let disable = move |conn: &mut Conn| -> Result<(), Problem> {
        let row = rows::find_by_login(conn, &disabled)?.unwrap();
        accounts::disable(conn, &integrity, row, BEGINNING)?;
        Ok(audit.append(conn, entry())?)
    };
    let done = app.running.app().db.write(disable).await;
    assert_eq!(done.unwrap_err().code(), Code::Unavailable);
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn a_device_that_cannot_be_audited_as_revoked_stays() {
    let app = TestApp::spawn().await;
    let officer = app.officer().await;
    let challenge = challenge(&officer).await;
    let device = officer.post("/v1/devices", &registration(&phone(1), &challenge)).await.json(201);
    run(&app, "ALTER TABLE audit_entries RENAME TO audit_entries_gone").await.unwrap();
    let address = format!("/v1/devices/{}", device["id"].as_str().unwrap());
    let answer = officer.send(officer.request(Method::DELETE, &address)).await;
    assert_eq!(answer.problem(), "unavailable");
    let devices = officer.get("/v1/devices").await.json(200);
    assert!(devices["devices"][0].get("revoked_at").is_none(), "{devices}");
}
