//! Personal data shown unmasked: to whom, what for, how often, and that its holder is told.

use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::audit::Action;
use yzt_api::auth::Role;
use yzt_api::store::StoreError;
use yzt_api::store::audit::{self as rows, AuditRow};
use yzt_tests::TestApp;
use yzt_tests::actors::{Holder, Officer, Person};
use yzt_tests::app::PASSWORD;
use yzt_tests::certificates::Issued;

const BASIS: &str = "案件编号 2026-0615";

async fn ground() -> (TestApp, Issued, Holder) {
    ground_with(30, 500).await
}

async fn ground_with(reveals: u32, reads: u32) -> (TestApp, Issued, Holder) {
    let app = TestApp::spawn_with(|config| {
        config.reveals_per_day = reveals;
        config.reads_per_day = reads;
    })
    .await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let holder = app.holder_of(&issued).await;
    (app, issued, holder)
}

fn asked(purpose: &str) -> Value {
    json!({ "purpose": purpose, "basis": BASIS })
}

fn place(issued: &Issued) -> String {
    format!("/v1/certificates/{}/reveals", issued.id)
}

fn item<'a>(certificate: &'a Value, name: &str) -> &'a Value {
    let items = certificate["items"].as_array().unwrap();
    items.iter().find(|item| item["name"] == name).unwrap_or(&Value::Null)
}

async fn check(app: &TestApp, officer: &Officer, issued: &Issued, holder: &Holder) {
    let shown = holder.post(&format!("/v1/certificates/{}/presentations", issued.id), &json!({})).await;
    let receipt = app.receipt(shown.json(201)["code"].as_str().unwrap());
    let _ = officer.post("/v1/receipts", &json!({ "receipt": receipt })).await.json(201);
}

async fn audited(app: &TestApp, action: Action) -> Vec<AuditRow> {
    let found: Result<Vec<AuditRow>, StoreError> =
        app.running.app().db.read(|conn| rows::after(conn, 0, 100_000)).await;
    found.unwrap().into_iter().filter(|row| row.action == action.word()).collect()
}

async fn operator(app: &TestApp) -> (Person, String) {
    let login = app.account(Role::Operator, None).await;
    let id = login.strip_prefix("operator-").unwrap().to_owned();
    (app.visitor().sign_in(&login, PASSWORD).await, id)
}

#[tokio::test]
async fn for_a_purpose_staff_see_every_item_and_the_holder_sees_that_they_did() {
    let (app, issued, holder) = ground().await;
    let (operator, account) = operator(&app).await;
    let masked = operator.get(&format!("/v1/certificates/{}", issued.id)).await.json(200);
    let revealed = operator.post(&place(&issued), &asked("correction")).await.json(201);
    let (code, number) = (issued.record.holder().code(), issued.record.number().as_str());
    assert_ne!(item(&masked, "holderCode")["value"], code);
    assert_eq!(item(&revealed["certificate"], "holderCode")["value"], code);
    assert_eq!(revealed["certificate"]["number"], number);

    let told = holder.get("/v1/me/reveals").await.json(200);
    assert_eq!(holder.get(&place(&issued)).await.json(200), told);
    let reveal = &told["reveals"][0];
    assert_eq!(reveal["id"], revealed["id"]);
    assert_eq!(reveal["role"], "operator");
    assert_eq!(reveal["purpose"], "correction");
    assert_eq!(reveal["certificate_id"], issued.id.as_str());
    assert!(!told.to_string().contains(&account) && !told.to_string().contains(BASIS), "{told}");

    let entries = audited(&app, Action::DataRevealed).await;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.actor.as_deref(), entry.result.as_str()), (Some(account.as_str()), "success"));
    assert_eq!(entry.object_id.as_deref(), Some(issued.id.as_str()));
    assert!(entry.details.contains("correction") && entry.details.contains(reveal["id"].as_str().unwrap()));
}

#[tokio::test]
async fn the_audit_administrator_finds_who_it_was_and_on_what_basis() {
    let (app, issued, _) = ground().await;
    let (operator, account) = operator(&app).await;
    let revealed = operator.post(&place(&issued), &asked("case")).await.json(201);
    let address = format!("/v1/reveals/{}", revealed["id"].as_str().unwrap());
    let found = app.audit_admin().await.get(&address).await.json(200);
    assert_eq!((&found["account_id"], &found["basis"]), (&json!(account), &json!(BASIS)));
    assert_eq!(operator.get(&address).await.problem(), "wrong_role");
    assert_eq!(audited(&app, Action::AuditRead).await.len(), 1);
}

#[tokio::test]
async fn an_officer_sees_what_they_checked_and_for_a_while_only() {
    let (app, issued, holder) = ground().await;
    let login = app.account(Role::Officer, None).await;
    let officer = Officer(app.visitor().sign_in(&login, PASSWORD).await);
    let other = app.officer().await;
    let asked = asked("identity_check");
    assert_eq!(officer.post(&place(&issued), &asked).await.problem(), "no_check");
    check(&app, &officer, &issued, &holder).await;
    let _ = officer.post(&place(&issued), &asked).await.json(201);
    assert_eq!(other.post(&place(&issued), &asked).await.problem(), "no_check", "another officer's check");
    app.pass(24 * 3600 + 1);
    let officer = app.visitor().sign_in(&login, PASSWORD).await;
    assert_eq!(officer.post(&place(&issued), &asked).await.problem(), "no_check");
    let refused = audited(&app, Action::DataRevealed).await;
    assert_eq!(refused.iter().filter(|row| row.reason.as_deref() == Some("no_check")).count(), 3);
}

#[tokio::test]
async fn without_a_purpose_of_ones_own_and_a_basis_nothing_is_shown() {
    let (app, issued, holder) = ground().await;
    let (operator, _) = operator(&app).await;
    for (body, expected) in [
        (asked("curiosity"), "bad_json"),
        (json!({ "purpose": "case" }), "bad_json"),
        (json!({ "purpose": "case", "basis": "  因公    " }), "unfit_value"),
        (json!({ "purpose": "case", "basis": "x".repeat(201) }), "unfit_value"),
        (asked("identity_check"), "unfit_value"),
    ] {
        assert_eq!(operator.post(&place(&issued), &body).await.problem(), expected, "{body}");
    }
    assert_eq!(holder.post(&place(&issued), &asked("case")).await.problem(), "wrong_role");
    assert_eq!(holder.get("/v1/me/reveals").await.json(200)["reveals"], json!([]));
}

#[tokio::test]
async fn only_so_many_a_day_are_shown_and_looked_at() {
    let (app, issued, holder) = ground_with(2, 3).await;
    let (person, _) = operator(&app).await;
    for _ in 0..2 {
        let _ = person.post(&place(&issued), &asked("case")).await.json(201);
    }
    let refused = person.post(&place(&issued), &asked("case")).await;
    assert_eq!(refused.problem(), "record_limit");
    // It is ten in the morning.
    assert_eq!(refused.header("retry-after"), "50400");
    assert_eq!(holder.get("/v1/me/reveals").await.json(200)["reveals"].as_array().unwrap().len(), 2);

    let address = format!("/v1/certificates/{}", issued.id);
    for _ in 0..3 {
        let _ = person.get(&address).await.json(200);
    }
    assert_eq!(person.get(&address).await.problem(), "record_limit");
    let (other, _) = operator(&app).await;
    let _ = other.get(&address).await.json(200);
    for _ in 0..4 {
        let _ = holder.get(&address).await.json(200);
    }
    assert_eq!(
        audited(&app, Action::CertificateRead).await.len(),
        5,
        "four looks and the one refused; the holder's own are no matter of audit"
    );
}

#[tokio::test]
async fn of_many_who_ask_at_once_no_more_are_served_than_the_day_allows() {
    let (app, issued, holder) = ground_with(5, 500).await;
    let (operator, _) = operator(&app).await;
    let asking = (0..12).map(|_| {
        let (operator, address) = (operator.clone(), place(&issued));
        tokio::spawn(async move { operator.post(&address, &asked("case")).await.status.as_u16() })
    });
    let mut served = 0;
    for answer in asking.collect::<Vec<_>>() {
        served += u32::from(answer.await.unwrap() == 201);
    }
    assert_eq!(served, 5);
    assert_eq!(holder.get("/v1/me/reveals").await.json(200)["reveals"].as_array().unwrap().len(), 5);
}
