//! Operations that need a second person.

use serde_json::{Value, json};
use yzt_api::approvals::{Kind, LIFETIME, take};
use yzt_api::auth::{Role, accounts};
use yzt_api::problem::Problem;
use yzt_api::store::StoreError;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

/// Asks for a staff account. What the answer says.
async fn made(system: &Person, login: &str, role: &str, division: Option<&str>) -> Value {
    let wanted = json!({
        "login": login, "name": "测试账号", "role": role, "division": division, "reason": "新入职",
    });
    system.post("/v1/accounts", &wanted).await.json(201)
}

async fn decide(who: &Person, approval: &Value, decision: &str) -> Answer {
    let path = format!("/v1/approvals/{}/decision", approval["id"].as_str().unwrap());
    who.post(&path, &json!({ "decision": decision, "reason": "核对" })).await
}

#[tokio::test]
async fn a_staff_account_can_be_used_once_a_security_administrator_grants_its_role() {
    let app = TestApp::spawn().await;
    let (system, security) = (app.system_admin().await, app.security_admin().await);
    let made = made(&system, "zhang", "officer", Some("2101")).await;
    assert_eq!(
        (&made["account"]["state"], &made["approval"]["state"]),
        (&json!("pending"), &json!("pending"))
    );
    let password = made["initial_password"].as_str().unwrap();
    let early = app.visitor().try_sign_in("zhang", password).await;
    assert_eq!(early.problem(), "sign_in_failed");

    let given = decide(&security, &made["approval"], "approve").await.json(200);
    assert_eq!(given["state"], "approved");
    assert!(given["executed_at"].is_string());
    let path = format!("/v1/accounts/{}", made["account"]["id"].as_str().unwrap());
    let account = system.get(&path).await.json(200);
    assert_eq!((&account["state"], &account["grant_id"]), (&json!("open"), &given["id"]));
    let signed_in = app.visitor().try_sign_in("zhang", password).await;
    assert_eq!(signed_in.status, 201, "{}", signed_in.text);
    assert_eq!(decide(&security, &made["approval"], "approve").await.problem(), "approval_closed");
}

#[tokio::test]
async fn a_role_that_is_refused_or_not_decided_in_time_is_not_granted() {
    let app = TestApp::spawn().await;
    let system = app.system_admin().await;
    let refused = made(&system, "qian", "operator", None).await;
    let answer = decide(&app.security_admin().await.0, &refused["approval"], "refuse").await.json(200);
    assert_eq!((&answer["state"], &answer["refusal"]), (&json!("refused"), &json!("核对")));
    let late = made(&system, "sun", "operator", None).await;
    app.pass(LIFETIME);
    let security = app.security_admin().await;
    assert_eq!(decide(&security, &late["approval"], "approve").await.problem(), "approval_closed");
    let listed = security.get("/v1/approvals?state=pending").await.json(200);
    assert_eq!(listed["approvals"][0]["state"], "expired");
    for made in [refused, late] {
        let path = format!("/v1/accounts/{}", made["account"]["id"].as_str().unwrap());
        assert_eq!(system.get(&path).await.json(200)["state"], "pending");
        let enable = system.request(reqwest::Method::PATCH, &path).json(&json!({ "disabled": false }));
        assert_eq!(system.send(enable).await.problem(), "account_not_granted");
    }
}

#[tokio::test]
async fn nobody_decides_on_what_they_asked_for() {
    let app = TestApp::spawn().await;
    let (one, other) = (app.security_admin().await, app.security_admin().await);
    let keys = one.get("/v1/keys").await.json(200);
    // One that the lists are not signed with: they are asked for below.
    let seal = keys["keys"].as_array().unwrap().iter().find(|key| key["use"] == "seal").unwrap();
    let kid = seal["kid"].as_str().unwrap().to_owned();
    let path = format!("/v1/keys/{kid}/revocation");
    assert_eq!(one.post(&path, &json!({ "reason": " " })).await.problem(), "unfit_value");
    let asked = one.post(&path, &json!({ "reason": "备份失窃", "all": true })).await.json(202);
    assert_eq!(decide(&one, &asked, "approve").await.problem(), "own_approval");
    assert_eq!(decide(&app.system_admin().await.0, &asked, "approve").await.problem(), "wrong_role");
    let city = app.staff_of(Role::SecurityAdmin, "2101").await;
    assert_eq!(decide(&city, &asked, "approve").await.problem(), "other_division");

    let before = app.visitor().get("/v1/bundle").await.json(200)["trust_list"]["seq"].as_i64().unwrap();
    assert_eq!(decide(&other, &asked, "approve").await.json(200)["state"], "approved");
    let keys = one.get("/v1/keys").await.json(200);
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap();
    assert_eq!((&key["state"], &key["revocation_approval"]), (&json!("revoked"), &asked["id"]));
    let after = app.visitor().get("/v1/bundle").await.json(200)["trust_list"]["seq"].as_i64().unwrap();
    assert_eq!(after, before + 1, "a new trust list says it");
    assert_eq!(one.post(&path, &json!({ "reason": "再次" })).await.problem(), "not_found");
}

#[tokio::test]
async fn of_many_who_approve_at_once_one_does() {
    let app = TestApp::spawn().await;
    let asked = made(&app.system_admin().await.0, "li", "officer", None).await;
    let approvers = [
        app.security_admin().await,
        app.security_admin().await,
        app.security_admin().await,
        app.security_admin().await,
    ];
    let [a, b, c, d] = &approvers;
    let approve = |who| decide(who, &asked["approval"], "approve");
    let (a, b, c, d) = tokio::join!(approve(a), approve(b), approve(c), approve(d));
    let answers = [a, b, c, d].map(|answer| answer.status.as_u16());
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 3, "{answers:?}");
}

#[tokio::test]
async fn an_export_is_had_once_by_the_one_who_asked_and_only_when_approved() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::AuditAdmin, None).await;
    let auditor = app.visitor().sign_in(&login, PASSWORD).await;
    let wanted = json!({ "export": "audit_log", "payload": { "month": "2026-06" }, "reason": "年度测评" });
    let asked = auditor.post("/v1/approvals", &wanted).await.json(202);
    let foreign = json!({ "export": "certificates", "reason": "年度测评" });
    assert_eq!(auditor.post("/v1/approvals", &foreign).await.problem(), "wrong_role");

    let id = asked["id"].as_str().unwrap();
    assert_eq!(taken(&app, id, &login).await, Err("approval_needed"));
    let given = decide(&app.security_admin().await.0, &asked, "approve").await.json(200);
    assert!(given.get("executed_at").is_none(), "not yet used");
    let other = app.account(Role::AuditAdmin, None).await;
    assert_eq!(taken(&app, id, &other).await, Err("approval_needed"));
    assert_eq!(taken(&app, id, &login).await, Ok(r#"{"month":"2026-06"}"#.to_owned()));
    assert_eq!(taken(&app, id, &login).await, Err("approval_needed"));
}

/// What an export does before it begins.
async fn taken(app: &TestApp, id: &str, login: &str) -> Result<String, &'static str> {
    let (id, login) = (id.to_owned(), login.to_owned());
    let (integrity, now) = (app.running.app().integrity.clone(), app.clock.now());
    let work = move |conn: &mut _| -> Result<String, Problem> {
        let row = yzt_api::store::accounts::find_by_login(conn, &login)?.unwrap();
        let account = accounts::open(&integrity, &row)?.unwrap();
        Ok(take(conn, &integrity, Kind::BulkExport, &id, &account, now)?.payload)
    };
    app.running.app().db.write(work).await.map_err(|problem| problem.code().name())
}

#[tokio::test]
async fn an_approval_that_was_changed_in_the_database_is_void() {
    let app = TestApp::spawn().await;
    let asked = made(&app.system_admin().await.0, "zhou", "officer", Some("2101")).await;
    let change = |conn: &mut yzt_api::store::Conn| -> Result<(), StoreError> {
        use diesel::connection::SimpleConnection;
        Ok(conn.batch_execute(
            "UPDATE approvals SET payload = '{\"role\":\"security_admin\",\"division\":null}'",
        )?)
    };
    app.running.app().db.write(change).await.unwrap();
    let security = app.security_admin().await;
    assert_eq!(decide(&security, &asked["approval"], "approve").await.problem(), "integrity_broken");
}

#[tokio::test]
async fn each_step_is_in_the_audit_log() {
    let app = TestApp::spawn().await;
    let asked = made(&app.system_admin().await.0, "wu", "officer", None).await;
    decide(&app.security_admin().await.0, &asked["approval"], "approve").await;
    let read = |conn: &mut yzt_api::store::Conn| -> Result<Vec<String>, StoreError> {
        Ok(yzt_api::store::audit::after(conn, 0, 100)?.into_iter().map(|row| row.action).collect())
    };
    let actions = app.running.app().db.read(read).await.unwrap();
    for action in ["account.added", "approval.requested", "approval.given", "account.changed"] {
        assert!(actions.iter().any(|done| done == action), "{action}: {actions:?}");
    }
}
