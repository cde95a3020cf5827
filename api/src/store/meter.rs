//! What is counted about the database: who uses it, who waits for it, what failed.

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::result::{DatabaseErrorKind, Error};
use prometheus::{IntCounterVec, IntGauge, IntGaugeVec};

use super::StoreError;

/// Where it is counted.
#[derive(Clone)]
pub struct Meter {
    /// Connections that work, by lane.
    pub in_use: IntGaugeVec,
    /// Pieces of work that wait for one, by lane.
    pub waiting: IntGaugeVec,
    /// Failures, by kind.
    pub failures: IntCounterVec,
}

impl Meter {
    /// Counts that there was no connection to be had.
    pub(super) fn failed(&self, error: &StoreError) {
        let kind = match error {
            StoreError::Busy => "busy",
            StoreError::Unreachable(_) => "unreachable",
            _ => return,
        };
        self.failures.with_label_values(&[kind]).inc();
    }
}

/// Counts queries that fail. A duplicate is none: it is how an insert learns that it comes second.
impl Instrumentation for Meter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event else {
            return;
        };
        let kind = match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => return,
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => "unreachable",
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => "busy",
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause)
                if StoreError::is_in_the_way(cause.message()) =>
            {
                "busy"
            }
            _ => "query",
        };
        self.failures.with_label_values(&[kind]).inc();
    }
}

/// Raises a gauge as long as it lives.
pub(super) struct Raised(Option<IntGauge>);

impl Raised {
    pub(super) fn new(gauge: Option<IntGauge>) -> Self {
        if let Some(gauge) = &gauge {
            gauge.inc();
        }
        Self(gauge)
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            gauge.dec();
        }
    }
}
