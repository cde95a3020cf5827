//! How collection stands: for the operator, and for alarms.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::collection::{self as rows, REQUEUED, SET_ASIDE, incidents};
use crate::store::{Conn, StoreError};

/// How collection stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CollectionState {
    /// Whether this site collects to anybody.
    pub enabled: bool,
    /// The ministry has every event up to this one, but for those of certificates set aside or queued again.
    pub mark: i64,
    /// The number of the newest event.
    pub newest: i64,
    /// Events after the mark.
    pub waiting: i64,
    /// When the oldest of them was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_waiting: Option<Timestamp>,
    /// Certificates set aside.
    pub set_aside: i64,
    /// Certificates queued again.
    pub requeued: i64,
    /// Since when it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// Tries in a row that failed.
    pub failures: i64,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the ministry last took something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded_at: Option<Timestamp>,
}

/// How it stands now.
///
/// # Errors
/// When the database cannot.
pub async fn now(app: &App) -> Result<CollectionState, Problem> {
    let enabled = app.ministry.is_some();
    let look = move |conn: &mut Conn| -> Result<_, StoreError> {
        let (outbox, newest) = (rows::outbox(conn)?, rows::newest(conn)?);
        Ok(CollectionState {
            enabled,
            mark: outbox.seq,
            newest,
            waiting: newest.saturating_sub(outbox.seq).max(0),
            oldest_waiting: rows::recorded_after(conn, outbox.seq)?.map(Timestamp),
            set_aside: rows::count_exceptions(conn, SET_ASIDE)?.0,
            requeued: rows::count_exceptions(conn, REQUEUED)?.0,
            paused_at: outbox.paused_at.map(Timestamp),
            failures: outbox.failures,
            retry_at: (outbox.failures > 0).then_some(Timestamp(outbox.retry_at)),
            last_error: outbox.last_error,
            succeeded_at: outbox.succeeded_at.map(Timestamp),
        })
    };
    Ok(app.db.read(look).await?)
}

/// Says in the metrics how it stands.
///
/// # Errors
/// When the database cannot.
pub async fn measure(app: &App) -> Result<(), Problem> {
    let state = now(app).await?;
    let look = |conn: &mut Conn| -> Result<_, StoreError> {
        Ok((incidents::count_open(conn)?, incidents::owed(conn)?))
    };
    let (open, owed) = app.db.read(look).await?;
    let metrics = &app.metrics;
    let age = |at: Timestamp| (app.clock.now().millis() - at.millis()).max(0) / 1_000;
    metrics.collection_waiting.set(state.waiting);
    metrics.collection_oldest.set(state.oldest_waiting.map_or(0, age));
    metrics.collection_set_aside.set(state.set_aside);
    metrics.collection_paused.set(i64::from(state.paused_at.is_some()));
    metrics.collection_incidents.set(open);
    metrics.collection_due.set(owed.iter().filter_map(|row| row.due_at).min().unwrap_or(0) / 1_000);
    Ok(())
}
