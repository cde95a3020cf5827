//! What keeps the published lists fresh when nobody asks for them, and forgets very old ones, and claims that have
//! ended.

use std::time::Duration;

use actix_web::web;

use super::{PublishError, newest_status_list, newest_trust_list};
use crate::app::App;
use crate::store::{Conn, StoreError, claims, publication};
use crate::watch;

/// How often the lists are looked at.
const EVERY: Duration = Duration::from_secs(60);

const SECONDS_PER_DAY: i64 = 86_400;

/// Looks after the lists until the server stops. A failure is logged and tried again a minute later.
pub async fn keep_fresh(app: web::Data<App>) {
    let mut minute = tokio::time::interval(EVERY);
    loop {
        minute.tick().await;
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "published lists could not be kept fresh");
        }
    }
}

async fn once(app: &App) -> Result<(), PublishError> {
    let trust = newest_trust_list(app).await?;
    let status = newest_status_list(app).await?;
    watch::keep(app, &trust, &status).await
}

/// Forgets very old lists, and claims that have ended.
///
/// # Errors
/// When the database cannot.
pub async fn prune(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    let oldest = now.plus_seconds(-i64::from(app.config.bundle_retention) * SECONDS_PER_DAY);
    let iss = app.config.iss.clone();
    let prune = move |conn: &mut Conn| {
        claims::prune(conn, now.millis())?;
        publication::prune(conn, &iss, oldest.millis())
    };
    app.db.write(prune).await
}
