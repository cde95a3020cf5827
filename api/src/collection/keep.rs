//! The task that looks whether something is waiting. Every server looks; whoever takes the lease of the job sends.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;

use super::{outbox, state};
use crate::app::App;
use crate::jobs;
use crate::problem::Problem;
use crate::store::collection::{self as rows, REQUEUED};
use crate::store::{Conn, StoreError};

/// How often it is looked: what happened is told to the ministry within seconds.
const EVERY: Duration = Duration::from_secs(1);
/// Looks between two measurements for the alarms.
const MEASURED: u32 = 15;

/// Looks until the server stops. A failure is logged and tried again.
pub async fn keep_collecting(app: web::Data<App>) {
    if app.ministry.is_none() {
        return;
    }
    let mut tick = tokio::time::interval(EVERY);
    for count in (0..MEASURED).cycle() {
        tick.tick().await;
        if let Err(problem) = look(&app, count == 0).await {
            let cause = problem.cause().unwrap_or_default();
            tracing::error!(code = problem.code().name(), %cause, "collection stands still");
        }
    }
}

async fn look(app: &Arc<App>, measure: bool) -> Result<(), Problem> {
    if measure {
        state::measure(app).await?;
    }
    if is_due(app).await? {
        run(app).await?;
    }
    Ok(())
}

/// Sends what is waiting, unless another server is at it: whether it was done here.
///
/// # Errors
/// When the database cannot.
pub async fn run(app: &Arc<App>) -> Result<bool, Problem> {
    match jobs::find("collection") {
        Some(job) => jobs::run(app, job).await,
        None => outbox::drain(app).await.map(|()| true),
    }
}

async fn is_due(app: &App) -> Result<bool, StoreError> {
    let now = app.clock.now().millis();
    let look = move |conn: &mut Conn| {
        let outbox = rows::outbox(conn)?;
        let may = outbox.paused_at.is_none() && outbox.retry_at <= now;
        Ok(may && (rows::newest(conn)? > outbox.seq || rows::count_exceptions(conn, REQUEUED)?.0 > 0))
    };
    app.db.read(look).await
}
