//! How things stood at an earlier moment, as this system knew it then. Pure.
//!
//! An event counts from when it was recorded, not from when it happened elsewhere: so the answer is the same however
//! late it is asked for. Whoever repeats a verdict (`verification/status.rs`) or asks for a certificate as of a moment
//! (`certificates/past.rs`) asks here.

use crate::clock::Timestamp;
use crate::store::events::EventRow;

/// The last event that was on record at `instant`: version, status, mark and division after it held then. `events` is
/// the whole history in the order it was recorded; `None`: the certificate was not known yet.
#[must_use]
pub fn last_by(events: &[EventRow], instant: Timestamp) -> Option<&EventRow> {
    let recorded = events.partition_point(|event| event.recorded_at <= instant.millis());
    events.get(..recorded)?.last()
}
