//! What a session's owner sees of it, and how it is ended.

use yzt_api::auth::Role;
use yzt_api::auth::sessions::{self, Ended};
use yzt_api::store::StoreError;
use yzt_tests::TestApp;
use yzt_tests::actors::Person;

use super::{Phone, spawn_with_usual_limits};

/// Two phones of one officer, and one of another.
async fn three_phones(app: &TestApp) -> [Phone; 3] {
    let login = app.account(Role::Officer, None).await;
    let one = Phone::signed_in(app, &login).await;
    app.pass(120);
    let two = Phone::signed_in(app, &login).await;
    [one, two, Phone::of(app, Role::Officer).await]
}

#[tokio::test]
async fn an_owner_sees_the_sessions_that_stand_and_of_each_where_and_when() {
    let app = spawn_with_usual_limits().await;
    let [one, two, _other] = three_phones(&app).await;
    let list = two.person.get("/v1/sessions").await.json(200);
    let list = list["sessions"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    let (first, second) = (&list[0], &list[1]);
    assert_eq!((&first["current"], &second["current"]), (&false.into(), &true.into()));
    assert_eq!(first["began_at"], "2026-06-15T02:00:00Z");
    assert_eq!(first["ends_at"], "2026-06-15T02:30:00Z");
    assert_eq!(first["address"], "127.0.0.*");
    // Its use is seen by the other.
    let _ = one.use_it().await.json(200);
    let list = two.person.get("/v1/sessions").await.json(200);
    assert_eq!(list["sessions"][0]["used_at"], "2026-06-15T02:02:00Z");
}

#[tokio::test]
async fn whoever_signs_out_is_out_at_once_on_every_server() {
    let app = spawn_with_usual_limits().await;
    let neighbour = app.neighbour().await;
    let [one, two, _other] = three_phones(&app).await;
    let elsewhere = Person::at(format!("http://{}", neighbour.address()));
    let elsewhere = Phone::with(&elsewhere, one.session.clone());
    let _ = elsewhere.use_it().await.json(200);
    assert_eq!(one.person.delete("/v1/sessions/current").await.status, 204);
    assert_eq!(elsewhere.use_it().await.problem(), "session_ended");
    assert_eq!(elsewhere.ask_for_refresh().await.problem(), "session_ended");
    let _ = two.use_it().await.json(200);
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn an_owner_ends_a_lost_phone_s_session_and_nobody_else_s() {
    let app = spawn_with_usual_limits().await;
    let [one, two, other] = three_phones(&app).await;
    let id = async |phone: &Phone| {
        let list = phone.person.get("/v1/sessions").await.json(200);
        let found = list["sessions"].as_array().unwrap().iter().find(|one| one["current"] == true);
        format!("/v1/sessions/{}", found.unwrap()["id"].as_str().unwrap())
    };
    let (lost, foreign) = (id(&one).await, id(&other).await);
    assert_eq!(two.person.delete(&foreign).await.problem(), "not_found");
    assert_eq!(two.person.delete(&lost).await.status, 204);
    assert_eq!(two.person.delete(&lost).await.problem(), "not_found");
    assert_eq!(one.use_it().await.problem(), "session_ended");
    for phone in [two, other] {
        let _ = phone.use_it().await.json(200);
    }
}

#[tokio::test]
async fn an_owner_ends_all_other_sessions_at_once() {
    let app = spawn_with_usual_limits().await;
    let [one, two, other] = three_phones(&app).await;
    assert_eq!(two.person.delete("/v1/sessions/others").await.status, 204);
    assert_eq!(one.use_it().await.problem(), "session_ended");
    for phone in [two, other] {
        let _ = phone.use_it().await.json(200);
    }
}

#[tokio::test]
async fn when_a_role_changes_the_sessions_of_its_account_end() {
    let app = spawn_with_usual_limits().await;
    let [one, two, other] = three_phones(&app).await;
    let account = one.session["account"]["id"].as_str().unwrap().to_owned();
    let now = app.clock.now();
    let end = move |conn: &mut _| sessions::end_all(conn, &account, None, Ended::RoleChanged, now);
    let ended: Result<_, StoreError> = app.running.app().db.write(end).await;
    assert_eq!(ended.unwrap(), 2);
    for phone in [one, two] {
        assert_eq!(phone.use_it().await.problem(), "session_ended");
    }
    let _ = other.use_it().await.json(200);
}
