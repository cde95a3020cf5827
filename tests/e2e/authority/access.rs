//! Every address of the OpenAPI document, asked by every role: each answers as the table of access says.

use serde_json::json;
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_api::routes::access::{Access, Grant, Object, TABLE};
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

use crate::authority::world::{World, ask};

/// An object that there is not.
const NONE: &str = "018f3c4e-0000-7000-8000-000000000001";

/// What the OpenAPI document has, with what the table says of it.
async fn documented(app: &TestApp) -> Vec<&'static Access> {
    let document = app.visitor().get("/openapi.json").await.json(200);
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let line = Access::of(&method.to_uppercase(), path);
            lines.push(line.unwrap_or_else(|| panic!("the table of access has no line for {method} {path}")));
        }
    }
    lines
}

/// The address with an object that there is not.
fn nothing_at(path: &str) -> String {
    match (path.find('{'), path.find('}')) {
        (Some(before), Some(after)) => format!("{}{NONE}{}", &path[..before], &path[after + 1..]),
        _ => path.to_owned(),
    }
}

/// The code of a problem; empty where the answer is none.
fn code(answer: &Answer) -> String {
    if answer.header("content-type") == "application/problem+json" { answer.problem() } else { String::new() }
}

#[tokio::test]
async fn whoever_is_not_signed_in_gets_what_is_public_and_nothing_else() {
    let app = TestApp::spawn().await;
    for line in documented(&app).await {
        let answer = ask(&app.visitor(), line.method, &nothing_at(line.path), &json!({})).await;
        let is_public = matches!(line.grant, Grant::Public);
        assert_eq!(code(&answer) != "not_signed_in", is_public, "{} {}", line.method, line.path);
    }
}

#[tokio::test]
async fn each_role_gets_to_the_addresses_the_table_grants_it_and_to_no_other() {
    let app = TestApp::spawn().await;
    let holder_id = app.issued(Kind::TaxiDriver).await.holder_id;
    let lines = documented(&app).await;
    for role in Role::ALL {
        let holder_id = (role == Role::Holder).then_some(holder_id.as_str());
        let login = app.account(role, holder_id).await;
        for line in &lines {
            // Some addresses end the session they are asked from.
            let person = app.visitor().sign_in(&login, PASSWORD).await;
            let answer = ask(&person, line.method, &nothing_at(line.path), &json!({})).await;
            let place = format!("{role}: {} {}", line.method, line.path);
            assert_eq!(
                code(&answer) == "wrong_role",
                line.object(role).is_none(),
                "{place}: {}",
                answer.text
            );
            assert_ne!(code(&answer), "not_signed_in", "{place}");
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_account_is_hidden() {
    let world = World::new().await;
    for (line, role) in granted(Object::Own).filter(|(line, _)| line.path.contains('{')) {
        let (place, body) = (world.place(line.path, role), world.body(line.method, line.path));
        let stranger = world.stranger(role).await;
        let answer = ask(&stranger, line.method, &place, &body).await;
        assert_eq!(answer.problem(), "not_found", "{role}: {} {}", line.method, line.path);
        let answer = ask(&world.owner(role).await, line.method, &place, &body).await;
        assert!(answer.status.is_success(), "{role}: {} {}: {}", line.method, line.path, answer.text);
    }
}

#[tokio::test]
async fn what_lies_in_another_division_is_refused() {
    let world = World::new().await;
    for (line, role) in granted(Object::Division) {
        let [near, far] = [world.jurisdiction(line.path), world.other_city()];
        let body = world.body(line.method, line.path);
        let place = |division| match line.path.contains('{') {
            true => world.place(line.path, role),
            false => world.asking_for(line.path, division),
        };
        let answer = ask(&world.staff_of(role, far).await, line.method, &place(near), &body).await;
        assert_eq!(answer.problem(), "other_division", "{role}: {} {}", line.method, line.path);
        let answer = ask(&world.staff_of(role, near).await, line.method, &place(near), &body).await;
        assert!(answer.status.is_success(), "{role}: {} {}: {}", line.method, line.path, answer.text);
    }
}

fn granted(object: Object) -> impl Iterator<Item = (&'static Access, Role)> {
    let lines = TABLE.iter().flat_map(|line| match line.grant {
        Grant::To(roles) => roles.iter().map(move |(role, object)| (line, *role, *object)).collect(),
        Grant::Public | Grant::WechatUser => Vec::new(),
    });
    lines.filter(move |(_, _, granted)| *granted == object).map(|(line, role, _)| (line, role))
}
