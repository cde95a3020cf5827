//! Forgetting sessions that are long over, and failed sign-ins. What they did is in the audit log.

use crate::app::App;
use crate::store::{Conn, StoreError, failed_sign_ins, sessions as rows};

/// How long after its end one is kept, so that a client is told what became of it.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// Forgets old ones.
///
/// # Errors
/// When the database cannot.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
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
