//! The nightly check, broken off: what it had done stays, and the next goes on from there.

use std::process::{Command, Stdio};

use yzt_api::clock::Clock;
use yzt_api::config::Config;
use yzt_api::generate::Generator;
use yzt_api::record::Day;
use yzt_api::server;
use yzt_tests::app::BEGINNING;
use yzt_tests::{Backend, TestDatabase};

use super::*;

/// Certificates: several pages.
const COUNT: usize = 2_000;

#[tokio::test]
#[ignore = "run by the other test here, as a process to be killed"]
async fn the_check_that_is_killed() {
    let config = Config::load(None).unwrap();
    let running = server::spawn(config, Clock::fixed(BEGINNING)).await.unwrap();
    let job = jobs::find("conformity_nightly").unwrap();
    let _ = jobs::run(&running.app_data(), job).await.unwrap();
    std::future::pending::<()>().await;
}

async fn nightly_run(app: &TestApp) -> Option<RunRow> {
    let read = |conn: &mut Conn| -> Result<_, StoreError> { runs::newest(conn, "nightly") };
    app.running.app().db.read(read).await.unwrap()
}

#[tokio::test]
async fn a_nightly_check_that_is_killed_goes_on_where_it_was() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let (url, directory) = (database.url().to_owned(), database.directory().to_path_buf());
    let app = TestApp::spawn_on(database, |_| ()).await;
    let records = Generator::new(3, Day::parse("20260615").unwrap()).take(COUNT);
    let lines: Vec<Value> =
        records.map(|record| serde_json::from_slice(&record.to_line()).unwrap()).collect();
    app.issuer().await.send_in(&lines).await;

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "conformity::killed::the_check_that_is_killed", "--ignored", "--nocapture"])
        .env("YZT_DATABASE_URL", url)
        .env("YZT_DATA_DIR", directory)
        .env("YZT_BIND", "127.0.0.1:0")
        .env("YZT_KEYSTORE_ROUNDS", "1")
        .env("YZT_SECOND_FACTOR", "off")
        .env("YZT_JOBS", "false")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let broken_off = loop {
        match nightly_run(&app).await {
            Some(run) if run.checked > 0 => break run,
            _ => tokio::task::yield_now().await,
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = nightly_run(&app).await.unwrap();
    assert!(kept.checked >= broken_off.checked);

    // The one that was killed holds the job until its lease is over, so the work itself is called.
    let app_data = app.running.app_data();
    yzt_api::conformity::nightly(&app_data).await.unwrap();
    let done = nightly_run(&app).await.unwrap();
    assert_eq!(done.id, kept.id, "the same run went on");
    assert_eq!(usize::try_from(done.checked).unwrap(), COUNT, "each page once");
    assert!(done.finished_at.is_some());
    let operator = app.operator().await;
    let ((conforming, in_force), before) = (rate(&operator).await, done);
    app.pass(60);
    yzt_api::conformity::nightly(&app_data).await.unwrap();
    assert_ne!(nightly_run(&app).await.unwrap().id, before.id, "the next night is another run");
    assert_eq!(rate(&operator).await, (conforming, in_force), "checked again, nothing is counted twice");
    assert!(conforming <= in_force && in_force > 0);
}
