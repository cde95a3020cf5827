//! Accounts, as administrators keep them.

use reqwest::Method;
use serde_json::{Value, json};
use yzt_api::auth::Role;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

async fn change(who: &Person, id: &str, change: Value) -> Answer {
    who.send(who.request(Method::PATCH, &format!("/v1/accounts/{id}")).json(&change)).await
}

async fn id_of(who: &Person) -> String {
    who.get("/v1/me").await.json(200)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_disabled_account_is_out_until_it_is_enabled() {
    let app = TestApp::spawn().await;
    let system = app.system_admin().await;
    let login = app.account(Role::Officer, None).await;
    let officer = app.visitor().sign_in(&login, PASSWORD).await;
    let id = id_of(&officer).await;
    let disabled = change(&system, &id, json!({ "disabled": true, "name": "张警官" })).await.json(200);
    assert_eq!((&disabled["state"], &disabled["name"]), (&json!("disabled"), &json!("张警官")));
    assert_eq!(officer.get("/v1/me").await.problem(), "not_signed_in");
    assert_eq!(app.visitor().try_sign_in(&login, PASSWORD).await.problem(), "sign_in_failed");
    assert_eq!(change(&system, &id, json!({ "disabled": false })).await.json(200)["state"], "open");
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn nobody_changes_their_own_account_and_the_last_administrator_stays() {
    let app = TestApp::spawn().await;
    let (system, security) = (app.system_admin().await, app.security_admin().await);
    let own = id_of(&system).await;
    assert_eq!(change(&system, &own, json!({ "disabled": true })).await.problem(), "own_account");
    let last = id_of(&security).await;
    assert_eq!(change(&system, &last, json!({ "disabled": true })).await.problem(), "last_administrator");
    app.security_admin().await;
    assert_eq!(change(&system, &last, json!({ "disabled": true })).await.status, 200);
}

#[tokio::test]
async fn an_account_that_is_locked_is_unlocked() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let id = id_of(&app.visitor().sign_in(&login, PASSWORD).await).await;
    while app.visitor().try_sign_in(&login, "another password").await.problem() == "sign_in_failed" {}
    assert_ne!(app.visitor().try_sign_in(&login, PASSWORD).await.status, 201);
    let system = app.system_admin().await;
    let unlocked = system.send(system.request(Method::DELETE, &format!("/v1/accounts/{id}/lock"))).await;
    assert_eq!(unlocked.status, 204);
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn a_list_has_the_accounts_of_the_division_page_by_page() {
    let app = TestApp::spawn().await;
    for _ in 0..101 {
        app.account_of(Role::Officer, "210102").await;
    }
    app.account_of(Role::Officer, "2102").await;
    let city = app.staff_of(Role::SystemAdmin, "2101").await;
    let first = city.get("/v1/accounts?role=officer").await.json(200);
    assert_eq!(first["accounts"].as_array().unwrap().len(), 100);
    let next = first["next_after"].as_str().unwrap();
    let last = city.get(&format!("/v1/accounts?role=officer&after={next}")).await.json(200);
    assert_eq!(last["accounts"].as_array().unwrap().len(), 1);
    assert!(last.get("next_after").is_none());
    assert_eq!(city.get("/v1/accounts?division=2102").await.problem(), "other_division");
    assert_eq!(city.get("/v1/accounts?division=21x").await.problem(), "bad_query");
    let all = app.system_admin().await.get("/v1/accounts?division=2102").await.json(200);
    assert_eq!(all["accounts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_fit_makes_no_account() {
    let app = TestApp::spawn().await;
    let system = app.staff_of(Role::SystemAdmin, "2101").await;
    let wanted = |login: &str, role: &str, division: &str| json!({ "login": login, "name": "测试账号", "role": role, "division": division, "reason": "新入职" });
    for (login, role, division, problem) in [
        ("", "officer", "2101", "unfit_value"),
        ("a b", "officer", "2101", "unfit_value"),
        ("a", "holder", "2101", "unfit_value"),
        ("a", "officer", "11", "unfit_value"),
        ("a", "officer", "2102", "other_division"),
        ("a", "officer", "21", "other_division"),
        ("a", "admin", "2101", "bad_json"),
    ] {
        let refused = system.post("/v1/accounts", &wanted(login, role, division)).await;
        assert_eq!(refused.problem(), problem, "{login:?} {role} {division}");
    }
    let _ = system.post("/v1/accounts", &wanted("a", "officer", "2101")).await.json(201);
    assert_eq!(system.post("/v1/accounts", &wanted("a", "officer", "2101")).await.problem(), "login_taken");
}
