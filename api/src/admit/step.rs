//! The rules of admission: what is known of a certificate and what came in decide what happens. Pure.

use super::Candidate;
use crate::record::{Event, Finding, Rule, name};
use crate::store::certificates::CertificateRow;

/// What is known of the certificate.
pub(super) struct Known {
    pub(super) row: CertificateRow,
    /// The newest version with the very content that came in.
    pub(super) same_as: Option<i32>,
    /// Whether the version in force was lost and itself came by a reissue.
    pub(super) was_reissued: bool,
}

/// What may be admitted here and now.
pub(super) struct Bounds<'a> {
    /// The prefix of the divisions this system answers for.
    pub(super) province: &'a str,
    /// The prefix of those the sender answers for; `None`: all.
    pub(super) division: Option<&'a str>,
    /// Days since 1970-01-01 (UTC+8).
    pub(super) today: i32,
}

/// What happens.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Known as it is.
    Unchanged,
    /// A rule forbids it.
    Refuse(Finding),
    /// The first version this system has of it.
    Create { version: u32 },
    /// A new version takes the place of the one in force, which is remembered as `replaced_as`.
    Replace { version: u32, replaced_as: &'static str, status: String },
}

impl Step {
    /// The version to be sealed, if any.
    pub(super) fn version(&self) -> Option<u32> {
        match self {
            Self::Unchanged | Self::Refuse(_) => None,
            Self::Create { version } | Self::Replace { version, .. } => Some(*version),
        }
    }
}

pub(super) fn of(known: Option<&Known>, candidate: &Candidate, bounds: &Bounds<'_>) -> Step {
    if !is_within(candidate, known, bounds) {
        return refuse(Rule::OutsideJurisdiction, name::DIVISION);
    }
    let stated = candidate.record.identifier().map_or(1, |identifier| u32::from(identifier.version()));
    let Some(known) = known else {
        return Step::Create { version: stated };
    };
    let row = &known.row;
    if is_repetition(known, candidate) {
        return Step::Unchanged;
    }
    if matches!(row.status.as_str(), "cancelled" | "revoked") {
        return refuse(Rule::CertificateEnded, name::NUMBER);
    }
    if candidate.record.event() == Event::Initial {
        return refuse(Rule::DuplicateWithOtherContent, name::NUMBER);
    }
    let next = u32::try_from(row.version).unwrap_or_default().saturating_add(1);
    Step::Replace {
        version: next.max(stated),
        replaced_as: if is_lost(row) { "reported_lost" } else { "superseded" },
        status: status_after(row, candidate, bounds.today).to_owned(),
    }
}

/// The division of the record and, where the certificate is known, the one it has now.
fn is_within(candidate: &Candidate, known: Option<&Known>, bounds: &Bounds<'_>) -> bool {
    let division = candidate.record.division();
    let sent = bounds.division.is_none_or(|prefix| division.is_within(prefix));
    let stored = |known: &Known| bounds.division.is_none_or(|prefix| known.row.division.starts_with(prefix));
    division.is_within(bounds.province) && sent && known.is_none_or(stored)
}

/// Whether the record says what was said before.
///
/// The content of an older version is an old record sent again, unless it claims to be younger than what is in
/// force: then the certificate was changed back. And a lost certificate may be made again without a change, but not
/// by the record that made it again the last time.
fn is_repetition(known: &Known, candidate: &Candidate) -> bool {
    let (row, record) = (&known.row, &candidate.record);
    match known.same_as {
        None => false,
        Some(version) if version == row.version => {
            let is_made_again = is_lost(row) && record.event() == Event::Reissue && !known.was_reissued;
            !is_made_again
        }
        Some(_) => record.event() == Event::Initial || record.issued_on().days() < row.issued_on,
    }
}

/// Reissue ends a loss, renewal an expiry; whatever else stands, stands.
fn status_after<'a>(row: &'a CertificateRow, candidate: &Candidate, today: i32) -> &'a str {
    let record = &candidate.record;
    let still_good = record.valid_to().is_none_or(|last| today <= last.days());
    match record.event() {
        Event::Reissue if is_lost(row) => "valid",
        Event::Renewal if row.status == "expired_not_renewed" && still_good => "valid",
        _ => &row.status,
    }
}

fn is_lost(row: &CertificateRow) -> bool {
    row.status == "reported_lost"
}

fn refuse(rule: Rule, item: &str) -> Step {
    Step::Refuse(super::finding(rule, item))
}
