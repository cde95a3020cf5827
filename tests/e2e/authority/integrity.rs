//! What was changed in the database by other means than this program is not used.

use diesel::connection::SimpleConnection;
use yzt_api::auth::{Role, accounts};
use yzt_api::problem::Problem;
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;

async fn run(app: &TestApp, sql: String) {
    let work = move |conn: &mut Conn| -> Result<(), StoreError> { Ok(conn.batch_execute(&sql)?) };
    app.running.app().db.write(work).await.unwrap();
}

#[tokio::test]
async fn an_account_that_was_changed_is_out_at_once_and_cannot_come_back() {
    for change in [
        "role = 'security_admin'",
        "division = NULL",
        "division = '2102'",
        "grant_id = 'direct2'",
        "disabled_at = 1",
        "integrity_key = 2",
    ] {
        let app = TestApp::spawn().await;
        let login = app.account_of(Role::Officer, "2101").await;
        let officer = app.visitor().sign_in(&login, PASSWORD).await;
        assert_eq!(officer.get("/v1/me").await.status, 200);
        run(&app, format!("UPDATE accounts SET {change} WHERE login = '{login}'")).await;
        assert_eq!(officer.get("/v1/me").await.problem(), "integrity_broken", "{change}");
        let again = app.visitor().try_sign_in(&login, PASSWORD).await;
        assert_eq!(again.problem(), "integrity_broken", "{change}");
        let metrics = app.visitor().get("/metrics").await.text;
        assert!(metrics.contains(r#"yzt_integrity_failures_total{row="account"} 2"#), "{change}: {metrics}");
    }
}

#[tokio::test]
async fn a_disabled_account_is_not_enabled_by_the_code_of_another() {
    let app = TestApp::spawn().await;
    let (one, other) = (app.account(Role::Officer, None).await, app.account(Role::Operator, None).await);
    let copied = format!(
        "UPDATE accounts SET role = 'operator', integrity_code = \
         (SELECT integrity_code FROM accounts WHERE login = '{other}') WHERE login = '{one}'"
    );
    run(&app, copied).await;
    assert_eq!(app.visitor().try_sign_in(&one, PASSWORD).await.problem(), "integrity_broken");
}

#[tokio::test]
async fn a_new_key_keeps_sound_accounts_usable_and_leaves_altered_ones_as_they_are() {
    let app = TestApp::spawn().await;
    let (sound, altered) = (app.account(Role::Officer, None).await, app.account(Role::Officer, None).await);
    run(&app, format!("UPDATE accounts SET role = 'operator' WHERE login = '{altered}'")).await;
    let integrity = app.running.app().integrity.clone();
    assert_eq!(integrity.renew().unwrap(), 2);
    let reseal = move |conn: &mut Conn| -> Result<_, Problem> { accounts::reseal(conn, &integrity) };
    let (resealed, left) = app.running.app().db.write(reseal).await.unwrap();
    assert_eq!((resealed, left.len()), (1, 1));
    app.visitor().sign_in(&sound, PASSWORD).await;
    assert_eq!(app.visitor().try_sign_in(&altered, PASSWORD).await.problem(), "integrity_broken");
}
