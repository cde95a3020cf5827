//! What a site does by itself: one server at a time, and another when that one is gone.

use yzt_api::clock::Timestamp;
use yzt_api::jobs::{self, Job};
use yzt_api::store::jobs::{self as rows, JobRow};
use yzt_api::store::{Conn, StoreError};
use yzt_tests::TestApp;

fn sweep() -> &'static Job {
    jobs::find("sessions_sweep").unwrap()
}

async fn row(app: &TestApp) -> Option<JobRow> {
    app.running.app().db.read(|conn| rows::find(conn, "sessions_sweep")).await.unwrap()
}

/// Somebody else takes the job: whether they have it.
async fn taken_by(app: &TestApp, who: &'static str, for_seconds: i64) -> bool {
    let now = app.clock.now();
    let until = now.plus_seconds(for_seconds).millis();
    let take = move |conn: &mut Conn| rows::take(conn, "sessions_sweep", who, now.millis(), until);
    app.running.app().db.write::<_, StoreError, _>(take).await.unwrap()
}

#[tokio::test]
async fn a_job_that_is_done_says_when() {
    let app = TestApp::spawn().await;
    assert!(row(&app).await.is_none(), "the servers of tests do no jobs by themselves");
    assert!(jobs::run(&app.running.app_data(), sweep()).await.unwrap());
    let row = row(&app).await.unwrap();
    assert_eq!(row.succeeded_at.map(Timestamp), Some(app.clock.now()));
    assert_eq!((row.runner, row.leased_until), (None, 0));
    let metrics = app.visitor().get("/metrics").await.text;
    assert!(metrics.contains(r#"yzt_job_success_timestamp_seconds{task="sessions_sweep"}"#));
}

#[tokio::test]
async fn a_job_is_at_one_server_and_another_takes_it_over_when_that_is_gone() {
    let app = TestApp::spawn().await;
    assert!(taken_by(&app, "a server that dies", 120).await);
    assert!(!jobs::run(&app.running.app_data(), sweep()).await.unwrap(), "it is held");
    app.pass(119);
    assert!(!jobs::run(&app.running.app_data(), sweep()).await.unwrap(), "it is held still");
    app.pass(1);
    assert!(jobs::run(&app.running.app_data(), sweep()).await.unwrap());
    assert!(row(&app).await.unwrap().succeeded_at.is_some());
}

#[tokio::test]
async fn whoever_lost_a_job_does_not_give_back_what_another_holds() {
    let app = TestApp::spawn().await;
    assert!(taken_by(&app, "slow", 120).await);
    app.pass(120);
    assert!(taken_by(&app, "next", 120).await);
    let now = app.clock.now().millis();
    let late = move |conn: &mut Conn| -> Result<bool, StoreError> {
        rows::done(conn, "sessions_sweep", "slow", 7, now)?;
        rows::failed(conn, "sessions_sweep", "slow", now, 0)?;
        rows::renew(conn, "sessions_sweep", "slow", now)
    };
    assert!(!app.running.app().db.write(late).await.unwrap());
    let row = row(&app).await.unwrap();
    assert_eq!((row.runner.as_deref(), row.done_slot, row.succeeded_at), (Some("next"), -1, None));
}

#[tokio::test]
async fn a_server_does_by_itself_what_is_due() {
    let app = TestApp::spawn_with(|config| config.jobs = true).await;
    let mut tries = 0;
    while row(&app).await.is_none_or(|row| row.succeeded_at.is_none()) {
        tries += 1;
        assert!(tries < 200, "nothing was done");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
