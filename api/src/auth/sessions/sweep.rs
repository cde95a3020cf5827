//! Forgetting sessions that are long over, and failed sign-ins. What they did is in the audit log.

use std::time::Duration;

use actix_web::web;

use crate::app::App;
use crate::store::{Conn, StoreError, failed_sign_ins, sessions as rows};

/// How often old ones are looked for.
const EVERY: Duration = Duration::from_secs(3600);
/// How long after its end one is kept, so that a client is told what became of it.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// Forgets old ones until the server stops. A failure is logged and tried again an hour later.
pub async fn keep_swept(app: web::Data<App>) {
    let mut hour = tokio::time::interval(EVERY);
    loop {
        hour.tick().await;
        if let Err(error) = once(&app).await {
            tracing::error!(%error, "old sessions could not be forgotten");
        }
    }
}

async fn once(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    let over = now.plus_seconds(-KEPT_SECONDS).millis();
    let forgotten = now.plus_seconds(-i64::from(app.config.lockout)).millis();
    let sweep = move |conn: &mut Conn| {
        failed_sign_ins::sweep(conn, forgotten)?;
        rows::sweep(conn, over)?;
        Ok(())
    };
    app.db.write(sweep).await
}
