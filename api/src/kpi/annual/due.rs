//! The annual report goes to the ministry by the end of November: from the first of November on it is due until the
//! province's figures of the year are frozen.

use crate::app::App;
use crate::kpi::query::today;
use crate::store::{Conn, StoreError, score_reports};

/// The month from which on it is due.
const MONTH: i8 = 11;

/// Whether the report of this year is due and not there.
///
/// # Errors
/// When the database cannot.
pub async fn is_due(app: &App) -> Result<bool, StoreError> {
    let Some((year, month, _)) = today(app.clock.now()).map(crate::record::Day::parts) else {
        return Ok(false);
    };
    if month < MONTH {
        return Ok(false);
    }
    let there = move |conn: &mut Conn| score_reports::exists(conn, year.into());
    Ok(!app.db.read::<_, StoreError, _>(there).await?)
}

/// Says so in the log and the metrics while it is.
///
/// # Errors
/// When the database cannot.
pub async fn remind(app: &App) -> Result<(), StoreError> {
    let due = is_due(app).await?;
    app.metrics.annual_report_due.set(i64::from(due));
    if due {
        tracing::warn!(
            "the annual report is due by the end of November: freeze the figures of the year (POST /v1/kpi/reports)"
        );
    }
    Ok(())
}
