//! Figures that nobody counts because they are states: looked up when they are asked for, or once a minute where that
//! takes the database.

use std::path::Path;

use crate::app::App;
use crate::clock::Timestamp;
use crate::keys::Use;
use crate::kpi::annual;
use crate::publish::PublishError;
use crate::store::publication::{StatusListRow, TrustListRow};
use crate::store::{StoreError, backups};

/// Looks at what this process knows by itself.
pub fn look(app: &App) {
    let (metrics, now) = (&app.metrics, app.clock.now());
    metrics.build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    metrics.clock.set(seconds(now.millis()));
    for key_use in Use::ALL {
        let ends = app.signer.active_until(key_use, now).unwrap_or_default();
        metrics.key_expiry.with_label_values(&[key_use.word()]).set(seconds(ends));
    }
    if let Some(free) = free_bytes(Path::new(&app.config.data_dir)) {
        metrics.disk_free.set(i64::try_from(free).unwrap_or(i64::MAX));
    }
}

/// Keeps what upkeep found, and when it did: of several status lists the oldest.
///
/// # Errors
/// When the database cannot.
pub async fn keep(
    app: &App,
    trust: &TrustListRow,
    status: Option<&StatusListRow>,
) -> Result<(), PublishError> {
    let newest: Result<_, StoreError> = app.db.read(backups::newest).await;
    let newest = newest?.unwrap_or_default();
    let metrics = &app.metrics;
    metrics.annual_report_due.set(i64::from(annual::is_due(app).await?));
    metrics.backup.set(seconds(newest));
    metrics.trust_list_expiry.set(seconds(trust.expires_at));
    if let Some(status) = status {
        metrics.status_list_issued.set(seconds(status.issued_at));
        metrics.status_list_expiry.set(seconds(status.expires_at));
    }
    metrics.upkeep.set(seconds(app.clock.now().millis()));
    Ok(())
}

fn seconds(millis: i64) -> i64 {
    i64::try_from(Timestamp(millis).seconds().0).unwrap_or(i64::MAX)
}

fn free_bytes(folder: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(folder).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}
