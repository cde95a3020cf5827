//! Forgetting nonces whose requests could no longer be accepted for their age.

use crate::app::App;
use crate::store::{StoreError, service_keys};

/// Forgets them.
///
/// # Errors
/// When the database cannot.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now().millis();
    app.db.write(move |conn| service_keys::sweep_nonces(conn, now).map(drop)).await
}
