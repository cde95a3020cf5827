//! Months that were kept long enough leave the database, and the chain goes on.

use std::fs;
use std::io::BufReader;
use std::path::PathBuf;

use tempfile::TempDir;
use yzt_api::audit::archive::{Archive, Month};
use yzt_api::audit::file::{self, Means};
use yzt_api::audit::verify::Fault;
use yzt_api::audit::{AuditError, Context, public_keys};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;

use super::{all, run, verified, write};

/// From the middle of June to the middle of July.
const MONTH: i64 = 30 * 86_400;

async fn june_and_july() -> TestApp {
    let app = TestApp::spawn().await;
    write(&app, 5).await;
    app.pass(MONTH);
    write(&app, 5).await;
    app
}

async fn write_june(app: &TestApp, directory: PathBuf) -> Result<Option<Archive>, AuditError> {
    let server = app.running.app_data();
    let june: Month = "2026-06".parse().unwrap();
    let write = move |conn: &mut Conn| {
        let by = (&*server.signer, server.config.iss.as_str());
        server.audit.write_archive(conn, by, june, &directory, |_| ())
    };
    app.running.app().db.read(write).await
}

async fn remove(app: &TestApp, archive: Archive) {
    let audit = app.running.app().audit.clone();
    let work = move |conn: &mut Conn| audit.remove_archived(conn, &archive, Context::command());
    app.running.app().db.write(work).await.unwrap();
}

#[tokio::test]
async fn an_archived_month_is_a_sound_file_and_the_rest_of_the_chain_follows_it() {
    let app = june_and_july().await;
    let before = all(&app).await;
    let directory = TempDir::new().unwrap();
    let archive = write_june(&app, directory.path().to_owned()).await.unwrap().unwrap();
    let path = archive.path.clone();
    remove(&app, archive).await;

    let after = all(&app).await;
    let june = before.iter().filter(|row| row.at < after[0].at).count();
    assert_eq!(after[0].seq, i64::try_from(june).unwrap() + 1);
    assert!(june >= 5 && fs::read_to_string(&path).unwrap().lines().count() == june + 1);
    assert!(verified(&app).await.is_sound());
    write(&app, 1).await;
    assert!(verified(&app).await.is_sound());

    let keys: Result<_, StoreError> = app.running.app().db.read(public_keys).await;
    let keys = keys.unwrap();
    let means = Means { key: Some(app.running.app().audit.secret()), keys: &keys, kept: &[] };
    let findings = file::verify(BufReader::new(fs::File::open(&path).unwrap()), &means, |_| ()).unwrap();
    assert!(findings.is_sound(), "{:?}", findings.faults);
    assert_eq!(findings.last.unwrap().1, after[0].prev_hash, "the file ends where the database begins");
}

#[tokio::test]
async fn what_is_left_cannot_be_shortened_further_even_where_a_checkpoint_stood() {
    let app = june_and_july().await;
    let directory = TempDir::new().unwrap();
    let archive = write_june(&app, directory.path().to_owned()).await.unwrap().unwrap();
    remove(&app, archive).await;
    let first = all(&app).await[0].seq;
    let delete = format!("DELETE FROM audit_entries WHERE seq = {first}");
    assert!(run(&app, &delete).await.is_err(), "it was not archived");
    for statement in ["DELETE FROM audit_checkpoints", "UPDATE audit_checkpoints SET seq = 1000"] {
        assert!(run(&app, statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_log_that_was_changed_is_not_archived_for_it_is_evidence() {
    let app = june_and_july().await;
    let on = if yzt_tests::Backend::of_this_run() == yzt_tests::Backend::Postgres {
        " ON audit_entries"
    } else {
        ""
    };
    run(&app, &format!("DROP TRIGGER audit_entries_no_update{on}")).await.unwrap();
    run(&app, "UPDATE audit_entries SET result = 'failed' WHERE seq = 3").await.unwrap();
    let directory = TempDir::new().unwrap();
    let archive = write_june(&app, directory.path().to_owned()).await;
    assert!(matches!(archive, Err(AuditError::Broken)));
    assert!(verified(&app).await.faults.contains(&Fault::Changed(3)));
}

#[tokio::test]
async fn a_month_without_entries_leaves_no_file() {
    let app = june_and_july().await;
    let directory = TempDir::new().unwrap();
    let archive = write_june(&app, directory.path().to_owned()).await.unwrap().unwrap();
    remove(&app, archive).await;
    let files = || fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(files(), 1);
    assert!(write_june(&app, directory.path().to_owned()).await.unwrap().is_none());
    assert_eq!(files(), 1);
}
