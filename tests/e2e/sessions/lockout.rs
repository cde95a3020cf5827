//! Too many failures lock a login for a while, and for no longer.

use yzt_api::auth::{Role, Subject};
use yzt_api::store::StoreError;
use yzt_tests::actors::Person;
use yzt_tests::app::PASSWORD;
use yzt_tests::{Answer, TestApp};

const WRONG: &str = "another password";

/// Fails until the login is locked.
async fn lock(person: &Person, login: &str) {
    for _ in 0..5 {
        assert_eq!(person.try_sign_in(login, WRONG).await.problem(), "sign_in_failed");
    }
}

fn told(answer: &Answer) -> (String, String, String) {
    (answer.problem(), answer.header("retry-after").to_owned(), answer.text.clone())
}

#[tokio::test]
async fn a_login_that_does_not_exist_is_locked_just_as_one_that_does() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    for login in [login.as_str(), "nobody"] {
        lock(&app.visitor(), login).await;
        app.pass(60);
        let answer = app.visitor().try_sign_in(login, PASSWORD).await;
        let expected = ("too_many_attempts".to_owned(), "1740".to_owned(), answer.text.clone());
        assert_eq!(told(&answer), expected);
        app.pass(-60);
    }
}

#[tokio::test]
async fn a_lock_holds_on_every_server_and_after_a_restart() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    lock(&app.visitor(), &login).await;
    let neighbour = app.neighbour().await;
    let elsewhere = Person::at(format!("http://{}", neighbour.address()));
    assert_eq!(elsewhere.try_sign_in(&login, PASSWORD).await.problem(), "too_many_attempts");
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn knocking_at_a_locked_door_does_not_keep_it_locked() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    lock(&app.visitor(), &login).await;
    for _ in 0..3 {
        app.pass(600 - 1);
        assert_eq!(app.visitor().try_sign_in(&login, WRONG).await.problem(), "too_many_attempts");
    }
    app.pass(3);
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn failures_are_forgotten_after_a_success_and_after_half_an_hour() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let fail = async || {
        for _ in 0..4 {
            assert_eq!(app.visitor().try_sign_in(&login, WRONG).await.problem(), "sign_in_failed");
        }
    };
    fail().await;
    app.visitor().sign_in(&login, PASSWORD).await;
    fail().await;
    app.pass(1801);
    fail().await;
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn an_administrator_lets_someone_in_again() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    lock(&app.visitor(), &login).await;
    let unlock = {
        let login = login.clone();
        move |conn: &mut _| Subject::login(&login).unlock(conn)
    };
    let unlocked: Result<(), StoreError> = app.running.app().db.write(unlock).await;
    unlocked.unwrap();
    app.visitor().sign_in(&login, PASSWORD).await;
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_than_five_are_looked_at() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::Officer, None).await;
    let guesses = (0..20).map(|_| {
        let (visitor, login) = (app.visitor(), login.clone());
        tokio::spawn(async move { visitor.try_sign_in(&login, WRONG).await.problem() })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        looked_at += u32::from(guess.await.unwrap() == "sign_in_failed");
    }
    assert_eq!(looked_at, 5);
}
