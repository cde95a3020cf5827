//! Forgetting nonces whose requests could no longer be accepted for their age.

use std::time::Duration;

use actix_web::web;

use crate::app::App;
use crate::store::{StoreError, service_keys};

/// How often they are looked for.
const EVERY: Duration = Duration::from_secs(60);

/// Forgets them until the server stops. A failure is logged and tried again a minute later.
pub async fn keep_swept(app: web::Data<App>) {
    let mut minute = tokio::time::interval(EVERY);
    loop {
        minute.tick().await;
        let now = app.clock.now().millis();
        let swept = app.db.write::<_, StoreError, _>(move |conn| service_keys::sweep_nonces(conn, now)).await;
        if let Err(error) = swept {
            tracing::error!(%error, "used nonces could not be swept");
        }
    }
}
