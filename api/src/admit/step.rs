//! The rules of admission: what is known of a certificate and what came in decide what happens. Pure.

use super::Candidate;
use crate::lifecycle::{Course, Happened};
use crate::record::{Day, Event, Finding, Rule, name};
use crate::store::certificates::CertificateRow;

/// What is known of the certificate.
pub(super) struct Known {
    /// As it is stored.
    pub(super) stored: CertificateRow,
    /// As it stands today.
    pub(super) row: CertificateRow,
    /// What made the one of the other, by itself.
    pub(super) happened: Vec<Happened>,
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
    /// Known as it is; a number of its sender's is kept, where it is later than the one there is.
    Unchanged { sequence: Option<i64> },
    /// A rule forbids it.
    Refuse(Finding),
    /// The first version this system has of it.
    Create { version: u32 },
    /// A new version takes the place of the one in force, which is remembered as `replaced_as`.
    Replace { version: u32, replaced_as: &'static str, course: Course },
}

impl Step {
    /// The version to be sealed, if any.
    pub(super) fn version(&self) -> Option<u32> {
        match self {
            Self::Unchanged { .. } | Self::Refuse(_) => None,
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
    let sequence = candidate.record.sequence();
    let is_passed = sequence.is_some() && sequence <= row.sequence;
    if is_repetition(known, candidate) {
        return Step::Unchanged { sequence: sequence.filter(|_| !is_passed) };
    }
    if is_passed {
        return refuse(Rule::SequencePassed, name::SEQUENCE);
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
        course: course_after(row, candidate, bounds.today),
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
        // What its sender numbers later is no old record.
        Some(_) if record.sequence() > row.sequence => false,
        Some(_) => record.event() == Event::Initial || record.issued_on().days() < row.issued_on,
    }
}

/// The course of a certificate that a record makes a new version of.
fn course_after(row: &CertificateRow, candidate: &Candidate, today: i32) -> Course {
    let record = &candidate.record;
    let (valid_to, review_due) = (record.valid_to().map(Day::days), record.review_due().map(Day::days));
    let before = Course::of(row).unwrap_or(Course::beginning(valid_to, None));
    before.after_version(record.event(), valid_to, review_due, today)
}

fn is_lost(row: &CertificateRow) -> bool {
    row.status == "reported_lost"
}

fn refuse(rule: Rule, item: &str) -> Step {
    Step::Refuse(super::finding(rule, item))
}
