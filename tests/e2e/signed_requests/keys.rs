//! Keys of services: registered by two persons, revoked by one, protected and audited.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use yzt_api::audit::Action;
use yzt_api::auth::{Role, accounts};
use yzt_api::problem::{Code, Problem};
use yzt_api::store::{self, Conn, StoreError};
use yzt_tests::actors::Person;
use yzt_tests::service::Service;
use yzt_tests::{Answer, TestApp};

use super::{audited, me};

async fn decide(who: &Person, approval: &Value, decision: &str) -> Answer {
    let path = format!("/v1/approvals/{}/decision", approval["id"].as_str().unwrap());
    who.post(&path, &json!({ "decision": decision, "reason": "核对" })).await
}

/// Disables the account of a service, as an administrator does.
async fn disable(app: &TestApp, service: &Service) {
    let (login, integrity, now) =
        (service.login.clone(), app.running.app().integrity.clone(), app.clock.now());
    let work = move |conn: &mut Conn| -> Result<bool, Problem> {
        let row = store::accounts::find_by_login(conn, &login)?.ok_or(Code::NotFound)?;
        accounts::disable(conn, &integrity, row, now)
    };
    assert!(app.running.app().db.write(work).await.unwrap());
}

async fn run(app: &TestApp, sql: String) {
    let work = move |conn: &mut Conn| -> Result<(), StoreError> { Ok(conn.batch_execute(&sql)?) };
    app.running.app().db.write(work).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_known_and_one_that_is_anothers_are_answered_alike() {
    let app = TestApp::spawn().await;
    let _ = app.service(Role::ThirdParty, 1).await;
    let stranger = app.stranger_service(2);
    let unknown = stranger.send(&me(&app)).await;
    assert_eq!(unknown.problem(), "signature_invalid");

    let request = me(&app);
    let mut forged = stranger.sign(&request, &request.components());
    let own = app.stranger_service(1).sign(&request, &request.components());
    forged.insert("signature-input", own["signature-input"].clone());
    let forged = stranger.send_with(&request, forged).await;
    assert_eq!(forged.text, unknown.text);
}

#[tokio::test]
async fn a_key_that_was_revoked_or_has_ended_or_whose_account_is_disabled_signs_nothing() {
    let app = TestApp::spawn().await;
    let (revoked, ended) = (app.service(Role::ThirdParty, 1).await, app.service(Role::Issuer, 2).await);
    app.revoke_key_of(&revoked).await;
    assert_eq!(revoked.send(&me(&app)).await.problem(), "service_key_not_valid");
    let disabled = app.service(Role::ThirdParty, 3).await;
    let _ = disabled.send(&me(&app)).await.json(200);
    disable(&app, &disabled).await;
    assert_eq!(disabled.send(&me(&app)).await.problem(), "service_key_not_valid");
    let _ = ended.send(&me(&app)).await.json(200);
    app.pass(366 * 86_400);
    assert_eq!(ended.send(&me(&app)).await.problem(), "service_key_not_valid");
}

#[tokio::test]
async fn the_next_key_takes_two_persons_and_revoking_the_last_takes_one() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let next = service.with_next_key();
    let (system, security) = (app.system_admin().await, app.security_admin().await);
    let asked = system.post("/v1/service-keys", &next.wanted_key()).await.json(202);
    assert_eq!((&asked["kind"], &asked["object"]), (&json!("service_key"), &json!(next.kid())));
    assert_eq!(next.send(&me(&app)).await.problem(), "signature_invalid");
    assert_eq!(decide(&system, &asked, "approve").await.problem(), "wrong_role");

    let given = decide(&security, &asked, "approve").await.json(200);
    let _ = next.send(&me(&app)).await.json(200);
    let again = system.post("/v1/service-keys", &next.wanted_key()).await;
    assert_eq!(again.problem(), "service_key_known");

    let path = format!("/v1/service-keys/{}", service.kid());
    assert_eq!(security.delete(&path).await.status, 204);
    assert_eq!(security.delete(&path).await.problem(), "not_found");
    assert_eq!(service.send(&me(&app)).await.problem(), "service_key_not_valid");
    let _ = next.send(&me(&app)).await.json(200);
    let keys = system.get("/v1/service-keys").await.json(200);
    let states: Vec<_> =
        keys["keys"].as_array().unwrap().iter().map(|key| (&key["state"], &key["grant_id"])).collect();
    assert_eq!(states, [(&json!("revoked"), &json!("direct")), (&json!("good"), &given["id"])], "{keys}");

    for (action, kid) in [(Action::ClientAdded, next.kid()), (Action::ClientRevoked, service.kid())] {
        let entries = audited(&app, action).await;
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((&entry["object_kind"], &entry["object_id"]), (&json!("service_key"), &json!(kid)));
        assert_eq!(entry["role"], "security_admin");
    }
}

#[tokio::test]
async fn a_key_that_is_refused_or_overtaken_is_not_registered() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let next = service.with_next_key();
    let (system, security) = (app.system_admin().await, app.security_admin().await);
    let refused = system.post("/v1/service-keys", &next.wanted_key()).await.json(202);
    assert_eq!(decide(&security, &refused, "refuse").await.json(200)["state"], "refused");
    let twice = [
        system.post("/v1/service-keys", &next.wanted_key()).await.json(202),
        system.post("/v1/service-keys", &next.wanted_key()).await.json(202),
    ];
    assert_eq!(next.send(&me(&app)).await.problem(), "signature_invalid");
    assert_eq!(decide(&security, &twice[0], "approve").await.json(200)["state"], "approved");
    assert_eq!(decide(&security, &twice[1], "approve").await.problem(), "approval_overtaken");

    let gone = app.service(Role::ThirdParty, 2).await;
    let mut wanted = app.stranger_service(3).wanted_key();
    wanted["login"] = json!(gone.login);
    let asked = system.post("/v1/service-keys", &wanted).await.json(202);
    disable(&app, &gone).await;
    assert_eq!(decide(&security, &asked, "approve").await.problem(), "approval_overtaken");
}

#[tokio::test]
async fn a_service_that_is_made_over_the_api_works_once_role_and_key_are_approved_in_either_order() {
    let app = TestApp::spawn().await;
    let (system, security) = (app.system_admin().await, app.security_admin().await);
    let service = app.stranger_service(4);
    let account = json!({
        "login": service.login, "name": "省运政系统", "role": "issuer", "service": true, "reason": "接入",
    });
    let made = system.post("/v1/accounts", &account).await.json(201);
    assert!(made.get("initial_password").is_none(), "{made}");
    let key = system.post("/v1/service-keys", &service.wanted_key()).await.json(202);
    let _ = decide(&security, &key, "approve").await.json(200);
    assert_eq!(service.send(&me(&app)).await.problem(), "service_key_not_valid");
    let _ = decide(&security, &made["approval"], "approve").await.json(200);
    assert_eq!(service.send(&me(&app)).await.json(200)["role"], "issuer");
    let person = json!({
        "login": "zhang", "name": "张警官", "role": "officer", "service": true, "reason": "测试",
    });
    assert_eq!(system.post("/v1/accounts", &person).await.problem(), "unfit_value");
}

#[tokio::test]
async fn a_key_that_was_changed_in_the_database_is_not_used() {
    for change in [
        "account_id = (SELECT id FROM accounts WHERE login = 'service-2')",
        "not_after = not_after + 1",
        "grant_id = 'x'",
    ] {
        let app = TestApp::spawn().await;
        let (service, _) = (app.service(Role::ThirdParty, 1).await, app.service(Role::Issuer, 2).await);
        let _ = service.send(&me(&app)).await.json(200);
        run(&app, format!("UPDATE service_keys SET {change} WHERE kid = '{}'", service.kid())).await;
        assert_eq!(service.send(&me(&app)).await.problem(), "integrity_broken", "{change}");
        let keys = app.system_admin().await.get("/v1/service-keys").await.json(200);
        let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == service.kid()).unwrap();
        assert_eq!(key["state"], "altered", "{change}");
    }
}

#[tokio::test]
async fn the_first_refusal_of_a_key_is_audited_and_those_after_it_do_not_fill_the_log() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::ThirdParty, 1).await;
    let request = me(&app);
    let _ = service.send(&request).await.json(200);
    for _ in 0..3 {
        assert_eq!(service.send(&request).await.problem(), "signature_replayed");
    }
    let entries = audited(&app, Action::AccessRefused).await;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(
        (&entry["object_id"], &entry["reason"]),
        (&json!(service.kid()), &json!("signature_replayed"))
    );
}

#[tokio::test]
async fn only_a_service_gets_a_key_and_only_one_that_is_a_key() {
    let app = TestApp::spawn().await;
    let service = app.service(Role::Issuer, 1).await;
    let admin = app.system_admin().await;
    let person = app.account(Role::Issuer, None).await;
    for (item, value, code) in [
        ("login", json!(person), "not_a_service"),
        ("login", json!("nobody"), "not_found"),
        ("public_key", json!("02".repeat(33)), "unfit_value"),
        ("public_key", json!("key"), "unfit_value"),
        ("label", json!(""), "unfit_value"),
        ("days", json!(0), "unfit_value"),
        ("days", json!(732), "unfit_value"),
        ("reason", json!(" "), "unfit_value"),
    ] {
        let mut key = service.with_next_key().wanted_key();
        key[item] = value;
        assert_eq!(admin.post("/v1/service-keys", &key).await.problem(), code, "{key}");
    }
}
