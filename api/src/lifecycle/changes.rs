//! What happened since a mark, for those who answer for the certificates.
//!
//! The mark is the number of an event (`store/events.rs`): numbers are given in the order of commits, so whoever reads on
//! from one misses nothing. An answer looks through a bounded number of events, also where few are of the reader's
//! divisions: then it has few changes, or none, and a mark further on.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Event;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::certificates::{self, CertificateRow};
use crate::store::events::{self, EventRow};

/// Most events looked through for one answer.
const LOOKED_THROUGH: i64 = 5_000;

/// Something that happened to a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateChange {
    /// Its number among all events: grows, and does not repeat.
    seq: i64,
    /// Id of the certificate.
    certificate: String,
    /// Last three digits of the type code (GB/T 36904).
    #[schema(example = "071")]
    kind: String,
    /// GB/T 36904 identifier of the version in force now.
    identifier: String,
    #[serde(flatten)]
    event: Event,
}

/// What happened since a mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    /// In the order it was recorded.
    changes: Vec<CertificateChange>,
    /// The mark to read on from.
    next_after: i64,
    /// Whether there may be more at once; if not, ask again later.
    more: bool,
}

/// What happened to certificates of divisions (first and last) after a mark.
///
/// # Errors
/// When the database cannot.
pub fn changes(
    conn: &mut Conn,
    divisions: &(String, String),
    after: i64,
    limit: i64,
) -> Result<Changes, Problem> {
    let rows = events::after(conn, after, LOOKED_THROUGH)?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|length| length == LOOKED_THROUGH);
    let last = rows.last().map_or(after, |row| row.seq);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut seen: Vec<EventRow> = rows.into_iter().filter(|row| is_seen(divisions, row)).collect();
    let has_rest = seen.len() > limit;
    seen.truncate(limit);
    let next_after = if has_rest { seen.last().map_or(after, |row| row.seq) } else { last };
    let ids: Vec<&str> = seen.iter().map(|row| row.certificate_id.as_str()).collect();
    let known = certificates::find_all(conn, &ids)?;
    let known: HashMap<&str, &CertificateRow> = known.iter().map(|row| (row.id.as_str(), row)).collect();
    let change = |row: EventRow| {
        let certificate = known.get(row.certificate_id.as_str())?;
        Some(CertificateChange {
            seq: row.seq,
            certificate: row.certificate_id.clone(),
            kind: certificate.kind.clone(),
            identifier: certificate.identifier.clone(),
            event: Event::of(row, true),
        })
    };
    Ok(Changes {
        changes: seen.into_iter().filter_map(change).collect(),
        next_after,
        more: has_rest || is_full,
    })
}

fn is_seen((first, last): &(String, String), row: &EventRow) -> bool {
    let within = |division: &String| (first..=last).contains(&division);
    within(&row.division) || row.moved_from.as_ref().is_some_and(within)
}
