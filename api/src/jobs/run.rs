//! Taking a job that is due, doing it, giving it back.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::task::JoinSet;

use super::{JOBS, Job};
use crate::app::App;
use crate::problem::Problem;
use crate::store::jobs as rows;
use crate::store::{Conn, StoreError};

/// How often each server looks whether a job is due.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long a job is another's after its server was last heard of, in seconds.
const LEASE: i64 = 120;
/// How often whoever is at a job is heard of.
const RENEW_EVERY: Duration = Duration::from_secs(30);
/// How soon a job that failed is tried again, in seconds.
const RETRY_AFTER: i64 = 60;

/// Does what is due until the server stops.
pub async fn keep_running(app: web::Data<App>) {
    let mut tasks = JoinSet::new();
    for job in JOBS {
        tasks.spawn(keep(Arc::clone(&app), job));
    }
    while tasks.join_next().await.is_some() {}
}

async fn keep(app: Arc<App>, job: &'static Job) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tick.tick().await;
        if let Err(problem) = look(&app, job).await {
            let cause = problem.cause().unwrap_or_default();
            tracing::error!(job = job.name, code = problem.code().name(), %cause, "a job failed and is tried again");
        }
    }
}

/// Does the job if it is due and nobody is at it: whether it was done here.
async fn look(app: &Arc<App>, job: &'static Job) -> Result<bool, Problem> {
    let slot = job.every.slot(app.clock.now());
    let row = app.db.read::<_, StoreError, _>(move |conn| rows::find(conn, job.name)).await?;
    if let Some(at) = row.as_ref().and_then(|row| row.succeeded_at) {
        app.metrics.job_success.with_label_values(&[job.name]).set(at / 1_000);
    }
    if row.is_some_and(|row| row.done_slot >= slot) {
        return Ok(false);
    }
    take(app, job, slot).await
}

/// Does the job now, due or not: `false` when another server is at it.
///
/// # Errors
/// As the job does, or when the database cannot.
pub async fn run(app: &Arc<App>, job: &'static Job) -> Result<bool, Problem> {
    take(app, job, job.every.slot(app.clock.now())).await
}

async fn take(app: &Arc<App>, job: &'static Job, slot: i64) -> Result<bool, Problem> {
    let runner = app.new_id().to_string();
    let (now, me) = (app.clock.now(), runner.clone());
    let take = move |conn: &mut Conn| rows::take(conn, job.name, &me, now.millis(), lease(now.millis()));
    if !app.db.write::<_, StoreError, _>(take).await? {
        return Ok(false);
    }
    let outcome = work(app, job, &runner).await;
    let now = app.clock.now().millis();
    let has_failed = outcome.is_err();
    let give_back = move |conn: &mut Conn| {
        if has_failed {
            rows::failed(conn, job.name, &runner, now, now + 1_000 * RETRY_AFTER)
        } else {
            rows::done(conn, job.name, &runner, slot, now)
        }
    };
    app.db.write::<_, StoreError, _>(give_back).await?;
    match &outcome {
        Ok(()) => app.metrics.job_success.with_label_values(&[job.name]).set(now / 1_000),
        Err(_) => app.metrics.job_failures.with_label_values(&[job.name]).inc(),
    }
    outcome.map(|()| true)
}

/// The work, broken off when the lease is lost: then another server is at it.
async fn work(app: &Arc<App>, job: &'static Job, runner: &str) -> Result<(), Problem> {
    let mut work = (job.work)(Arc::clone(app));
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            () = tokio::time::sleep(RENEW_EVERY) => {}
        }
        let (me, now) = (runner.to_owned(), app.clock.now().millis());
        let renew = move |conn: &mut Conn| rows::renew(conn, job.name, &me, lease(now));
        if !app.db.write::<_, StoreError, _>(renew).await? {
            return Err(Problem::internal("another server took the job over"));
        }
    }
}

fn lease(now: i64) -> i64 {
    now + 1_000 * LEASE
}
