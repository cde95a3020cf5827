//! The audit log: what is in it, and that it stays as it was written.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::audit::verify::Findings;
use yzt_api::audit::{Action, Context, Entry, Inspection, Start, chain};
use yzt_api::auth::Role;
use yzt_api::store::audit::{self as rows, AuditRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;
use yzt_tests::app::PASSWORD;

mod archive;
mod files;
mod search;
mod servers;
mod tampering;
mod unwritable;

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

#[tokio::test]
async fn what_comes_in_and_what_staff_see_and_change_is_written_with_its_division_or_id() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let issuer = app.issuer().await;
    let events = format!("/v1/certificates/{}/events", issued.id);
    let _ = issuer.post(&events, &json!({ "event": "suspended" })).await.json(201);
    let officer = app.officer().await;
    let address = format!("/v1/certificates/{}", issued.id);
    let _ = officer.get(&address).await.json(200);
    let elsewhere = app.staff_of(Role::Officer, "2114").await;
    let _ = elsewhere.get(&address).await;
    let holder = app.holder_of(&issued).await;
    let _ = holder.get(&address).await.json(200);

    let [batch] = of_action(&app, Action::BatchIngested).await.try_into().unwrap();
    let details: Value = serde_json::from_str(&batch.details).unwrap();
    assert_eq!((&details["lines"], &details["created"]), (&json!(1), &json!(1)));
    let [event] = of_action(&app, Action::CertificateEvent).await.try_into().unwrap();
    assert_eq!((event.object_id.as_deref(), event.reason.as_deref()), (Some(&*issued.id), Some("suspended")));
    let reads: Vec<_> = of_action(&app, Action::CertificateRead).await;
    assert!(reads.iter().all(|row| row.role.as_deref() == Some("officer")), "a holder's own is not written");
    assert_eq!(reads.first().unwrap().object_id.as_deref(), Some(&*issued.id));
    let log = format!("{:?}", all(&app).await);
    assert!(!log.contains(issued.record.number().as_str()), "a number that is a citizen id is in the log");
}

#[tokio::test]
async fn a_server_writes_its_start_with_a_digest_of_its_settings_and_its_stop() {
    let app = TestApp::spawn().await;
    let app = app.again_with(|config| config.presentation_lifetime = 30).await;
    let starts = of_action(&app, Action::ServerStarted).await;
    let [first, second] = starts.as_slice() else { panic!("{starts:?}") };
    let digest = |row: &AuditRow| serde_json::from_str::<Value>(&row.details).unwrap()["settings"].clone();
    assert_ne!(digest(first), digest(second));
    assert_eq!(of_action(&app, Action::ServerStopped).await.len(), 1);
}

fn assert_linked(rows: &[AuditRow]) {
    let mut before = chain::BEGINNING.to_vec();
    for (row, seq) in rows.iter().zip(1..) {
        assert_eq!((row.seq, &row.prev_hash), (seq, &before));
        assert_eq!(row.hash, chain::hash(&chain::canonical(row)));
        before.clone_from(&row.hash);
    }
}

/// Verifies the whole log, as `yzt audit verify` does.
async fn verified(app: &TestApp) -> Findings {
    let audit = app.running.app().audit.clone();
    let what = Inspection { start: Start::Beginning, to: None, kept: Vec::new() };
    let findings: Result<_, StoreError> =
        app.running.app().db.read(move |conn| audit.inspect(conn, &what, |_| ())).await;
    findings.unwrap()
}

/// An entry that some test writes.
fn entry() -> Entry {
    Entry::new(Action::KeyMade, Context::system()).on("key", "k")
}

async fn write(app: &TestApp, count: usize) {
    for _ in 0..count {
        app.running.app().audit.record(entry()).await.unwrap();
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

async fn run(app: &TestApp, statement: &str) -> Result<(), StoreError> {
    let statement = statement.to_owned();
    app.running.app().db.write(move |conn| Ok(conn.batch_execute(&statement)?)).await
}
