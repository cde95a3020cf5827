//! Forgetting sessions that are long over. What they did is in the audit log.

use std::time::Duration;

use actix_web::web;

use crate::app::App;
use crate::store::{StoreError, sessions as rows};

/// How often old ones are looked for.
const EVERY: Duration = Duration::from_secs(3600);
/// How long after its end one is kept, so that a client is told what became of it.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// Forgets old sessions until the server stops. A failure is logged and tried again an hour later.
pub async fn keep_swept(app: web::Data<App>) {
    let mut hour = tokio::time::interval(EVERY);
    loop {
        hour.tick().await;
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "old sessions could not be forgotten");
        }
    }
}

async fn once(app: &App) -> Result<usize, StoreError> {
    let before = app.clock.now().plus_seconds(-KEPT_SECONDS);
    app.db.write(move |conn| rows::sweep(conn, before.millis())).await
}
