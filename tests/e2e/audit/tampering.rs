//! Somebody with the database in their hands changes the log: whatever they do is found and named.

use verifier_core::checkpoint::Checkpoint;
use yzt_api::audit::verify::{Fault, Findings};
use yzt_api::audit::{Inspection, Start, Watch, public_keys};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;
use yzt_tests::database::Backend;

use super::{all, run, verified, write};

/// What only the owner of the tables can do: the triggers are gone.
async fn without_triggers(app: &TestApp) {
    let triggers = [
        ("audit_entries_no_update", "audit_entries"),
        ("audit_entries_no_delete", "audit_entries"),
        ("audit_checkpoints_no_update", "audit_checkpoints"),
        ("audit_checkpoints_no_delete", "audit_checkpoints"),
        ("audit_checkpoints_no_change", "audit_checkpoints"),
    ];
    for (trigger, table) in triggers {
        let on =
            if Backend::of_this_run() == Backend::Postgres { format!(" ON {table}") } else { String::new() };
        run(app, &format!("DROP TRIGGER IF EXISTS {trigger}{on}")).await.unwrap();
    }
}

/// Whether a fault is in the findings, and the log is said not to be sound.
fn assert_found(findings: &Findings, fault: &Fault) {
    assert!(!findings.is_sound());
    assert!(findings.faults.contains(fault), "{fault:?}: {:?}", findings.faults);
}

async fn tampered(statement: &str) -> (TestApp, Findings) {
    let app = TestApp::spawn().await;
    write(&app, 10).await;
    assert!(verified(&app).await.is_sound());
    without_triggers(&app).await;
    run(&app, statement).await.unwrap();
    let findings = verified(&app).await;
    (app, findings)
}

#[tokio::test]
async fn a_row_that_was_changed_is_named() {
    let (_app, findings) = tampered("UPDATE audit_entries SET object_id = 'l' WHERE seq = 5").await;
    assert_found(&findings, &Fault::Changed(5));
    assert_found(&findings, &Fault::Foreign(5));
}

#[tokio::test]
async fn rows_that_were_taken_out_are_named() {
    let (_app, findings) = tampered("DELETE FROM audit_entries WHERE seq BETWEEN 4 AND 6").await;
    assert_found(&findings, &Fault::Missing(4, 6));
}

#[tokio::test]
async fn a_beginning_that_was_taken_away_is_named() {
    let (_app, findings) = tampered("DELETE FROM audit_entries WHERE seq <= 3").await;
    assert_found(&findings, &Fault::Missing(1, 3));
}

#[tokio::test]
async fn rows_that_were_exchanged_are_named() {
    let exchange = "UPDATE audit_entries SET seq = -1 WHERE seq = 5;
        UPDATE audit_entries SET seq = 5 WHERE seq = 6;
        UPDATE audit_entries SET seq = 6 WHERE seq = -1;";
    let (_app, findings) = tampered(exchange).await;
    assert_found(&findings, &Fault::Changed(5));
    assert_found(&findings, &Fault::Changed(6));
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_named_as_long_as_the_head_stands() {
    let (_app, findings) = tampered("DELETE FROM audit_entries WHERE seq >= 9").await;
    assert!(findings.faults.iter().any(|fault| matches!(fault, Fault::CutOff(8, _))), "{findings:?}");
}

#[tokio::test]
async fn even_head_and_checkpoints_rolled_back_do_not_fit_what_was_kept_elsewhere() {
    let app = TestApp::spawn().await;
    write(&app, 10).await;
    let kept = checkpoint(&app).await;
    without_triggers(&app).await;
    let rows = all(&app).await;
    let hash = data_encoding::HEXLOWER.encode(&rows[7].hash);
    let literal = if Backend::of_this_run() == Backend::Postgres {
        format!("'\\x{hash}'")
    } else {
        format!("x'{hash}'")
    };
    run(&app, "DELETE FROM audit_entries WHERE seq > 8; DELETE FROM audit_checkpoints;").await.unwrap();
    run(&app, &format!("UPDATE audit_head SET seq = 8, hash = {literal}")).await.unwrap();
    assert!(verified(&app).await.is_sound(), "nothing inside the database tells");

    let seq = i64::try_from(kept.seq).unwrap();
    let findings = verified_against(&app, kept).await;
    assert_eq!(findings.faults, [Fault::CutOff(8, seq)]);
}

#[tokio::test]
async fn a_checkpoint_that_this_site_did_not_write_is_named() {
    let app = TestApp::spawn().await;
    write(&app, 3).await;
    let seq = i64::try_from(checkpoint(&app).await.seq).unwrap();
    without_triggers(&app).await;
    let other = if Backend::of_this_run() == Backend::Postgres { "'\\x00'" } else { "x'00'" };
    run(&app, &format!("UPDATE audit_checkpoints SET mac = {other}")).await.unwrap();
    let findings = verified(&app).await;
    // The server may have written one by itself.
    let named: Vec<_> = findings.faults.iter().map(|fault| matches!(fault, Fault::Checkpoint(..))).collect();
    assert!(!named.is_empty() && named.iter().all(|is_checkpoint| *is_checkpoint), "{:?}", findings.faults);
    let ours = |fault: &Fault| matches!(fault, Fault::Checkpoint(of, _) if *of == seq);
    assert!(findings.faults.iter().any(ours), "{:?}", findings.faults);
}

#[tokio::test]
async fn a_server_that_looks_raises_the_alarm_and_writes_it_down() {
    let app = TestApp::spawn().await;
    write(&app, 5).await;
    let server = app.running.app_data();
    let mut watch = Watch::default();
    watch.once(&server).await.unwrap();
    assert_eq!(server.metrics.audit_broken.get(), 0);
    write(&app, 5).await;
    without_triggers(&app).await;
    let last = all(&app).await.last().unwrap().seq;
    run(&app, &format!("UPDATE audit_entries SET result = 'failed' WHERE seq = {}", last - 1)).await.unwrap();
    watch.once(&server).await.unwrap();
    assert_eq!(server.metrics.audit_broken.get(), 1);
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(metrics.contains("yzt_audit_broken 1"), "{metrics}");
    assert_eq!(super::of_action(&app, yzt_api::audit::Action::AuditBroken).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_runs_notices_an_end_cut_off_behind_its_back() {
    let app = TestApp::spawn().await;
    write(&app, 5).await;
    let server = app.running.app_data();
    let mut watch = Watch::default();
    watch.once(&server).await.unwrap();
    let last = all(&app).await.pop().unwrap();
    without_triggers(&app).await;
    run(&app, &format!("DELETE FROM audit_entries WHERE seq = {}", last.seq)).await.unwrap();
    run(&app, &format!("UPDATE audit_head SET seq = {}", last.seq - 1)).await.unwrap();
    watch.once(&server).await.unwrap();
    assert_eq!(server.metrics.audit_broken.get(), 1);
}

#[tokio::test]
async fn a_checkpoint_is_signed_when_time_or_entries_say_so() {
    let app = TestApp::spawn_with(|config| {
        config.audit_checkpoint_interval = 600;
        config.audit_checkpoint_entries = 5;
    })
    .await;
    let server = app.running.app_data();
    let mut watch = Watch::default();
    let mut newest = async || {
        watch.once(&server).await.unwrap();
        let newest: Result<_, StoreError> = server.db.read(yzt_api::store::audit::checkpoints::newest).await;
        newest.unwrap().unwrap().seq
    };
    let first = newest().await;
    write(&app, 1).await;
    assert_eq!(newest().await, first, "neither old nor far enough");
    write(&app, 4).await;
    assert_eq!(newest().await, first + 5);
    write(&app, 1).await;
    app.pass(600);
    assert_eq!(newest().await, first + 6);
    app.pass(600);
    assert_eq!(newest().await, first + 6, "nothing was written");
}

/// Signs where the log stands, and keeps it elsewhere.
async fn checkpoint(app: &TestApp) -> Checkpoint {
    let server = app.running.app_data();
    let sign = move |conn: &mut Conn| -> Result<_, yzt_api::audit::AuditError> {
        let signed = server.audit.checkpoint(conn, &server.signer, &server.config.iss)?.unwrap();
        Ok(Checkpoint::open(&signed, &public_keys(conn)?).unwrap())
    };
    app.running.app().db.write(sign).await.unwrap()
}

async fn verified_against(app: &TestApp, kept: Checkpoint) -> Findings {
    let audit = app.running.app().audit.clone();
    let what = Inspection { start: Start::Beginning, to: None, kept: vec![kept] };
    let findings: Result<_, StoreError> =
        app.running.app().db.read(move |conn| audit.inspect(conn, &what, |_| ())).await;
    findings.unwrap()
}
