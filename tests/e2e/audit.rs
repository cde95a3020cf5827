//! The audit log: what is in it, and that it stays as it was written.

use diesel::connection::SimpleConnection;
use yzt_api::audit::{Action, Context, Entry, chain};
use yzt_api::auth::Role;
use yzt_api::store::audit::{self as rows, AuditRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;

#[tokio::test]
async fn sign_ins_are_written_with_who_and_from_where_and_how_they_ended() {
    let app = TestApp::spawn().await;
    let login = app.account(Role::SystemAdmin, None).await;
    let visitor = app.visitor();
    visitor.sign_in(&login, PASSWORD).await;
    let failed = visitor.try_sign_in(&login, "another password").await;
    visitor.try_sign_in("13800000000", PASSWORD).await;

    let signed_in = of_action(&app, Action::SignIn).await;
    let [ok, wrong, unknown] = signed_in.as_slice() else { panic!("{signed_in:?}") };
    assert_eq!((ok.result.as_str(), ok.role.as_deref()), ("success", Some("system_admin")));
    assert_eq!(ok.actor, ok.object_id);
    assert_eq!(ok.address.as_deref(), Some("127.0.0.1"));
    assert_eq!((wrong.result.as_str(), wrong.reason.as_deref()), ("refused", Some("sign_in_failed")));
    assert_eq!((&wrong.actor, &wrong.object_id), (&None, &ok.object_id));
    assert_eq!(wrong.request_id.as_deref(), Some(failed.header("x-request-id")));
    assert_eq!(unknown.object_kind.as_deref(), Some("login"));
    assert!(!format!("{unknown:?}").contains("13800000000"));
}

#[tokio::test]
async fn whoever_goes_on_trying_does_not_fill_the_log() {
    let app = TestApp::spawn_with(|config| config.sign_in_attempts = 2).await;
    for _ in 0..6 {
        app.visitor().try_sign_in("nobody", PASSWORD).await;
    }
    let reasons: Vec<_> = of_action(&app, Action::SignIn).await.into_iter().map(|row| row.reason).collect();
    let reasons: Vec<_> = reasons.iter().map(|reason| reason.as_deref().unwrap()).collect();
    assert_eq!(reasons, ["sign_in_failed", "sign_in_failed", "too_many_attempts"]);
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_or_delete_an_entry() {
    let app = TestApp::spawn().await;
    app.officer().await;
    for statement in
        ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries", "DELETE FROM audit_head"]
    {
        assert!(run(&app, statement).await.is_err(), "{statement}");
    }
    assert!(!all(&app).await.is_empty());
}

#[tokio::test]
async fn an_entry_of_a_transaction_that_is_undone_leaves_no_gap() {
    let app = TestApp::spawn().await;
    let audit = app.running.app().audit.clone();
    let entry = || Entry::new(Action::KeyMade, Context::system());
    audit.record(entry()).await.unwrap();
    let before = all(&app).await.len();
    let undone = audit.clone();
    let work = move |conn: &mut Conn| {
        undone.append(conn, entry())?;
        Err::<(), _>(StoreError::Busy)
    };
    assert!(app.running.app().db.write(work).await.is_err());
    audit.record(entry()).await.unwrap();
    let rows = all(&app).await;
    assert_eq!(rows.len(), before + 1);
    assert_linked(&rows);
}

#[tokio::test]
async fn many_entries_at_once_get_one_place_each() {
    let app = TestApp::spawn().await;
    let audit = app.running.app().audit.clone();
    let before = all(&app).await.len();
    let writing = (0..500).map(|n| {
        let audit = audit.clone();
        let entry = Entry::new(Action::CertificateRead, Context::system()).detail("n", n);
        tokio::spawn(async move { audit.record(entry).await.is_ok() })
    });
    for written in writing.collect::<Vec<_>>() {
        assert!(written.await.unwrap());
    }
    let rows = all(&app).await;
    assert_eq!(rows.len(), before + 500);
    assert_linked(&rows);
}

fn assert_linked(rows: &[AuditRow]) {
    let mut before = chain::BEGINNING.to_vec();
    for (row, seq) in rows.iter().zip(1..) {
        assert_eq!((row.seq, &row.prev_hash), (seq, &before));
        assert_eq!(row.hash, chain::hash(&chain::canonical(row)));
        before.clone_from(&row.hash);
    }
}

async fn of_action(app: &TestApp, action: Action) -> Vec<AuditRow> {
    let rows = all(app).await.into_iter();
    rows.filter(|row| row.action == action.word()).collect()
}

async fn all(app: &TestApp) -> Vec<AuditRow> {
    let rows: Result<_, StoreError> = app.running.app().db.read(|conn| rows::after(conn, 0, 100_000)).await;
    rows.unwrap()
}

async fn run(app: &TestApp, statement: &'static str) -> Result<(), StoreError> {
    app.running.app().db.write(move |conn| Ok(conn.batch_execute(statement)?)).await
}
