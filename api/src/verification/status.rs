//! The status of one version of a certificate, as the status list would say it (protocol §5.2), now and at an
//! earlier time. Pure.
//!
//! A certificate that is not in force says so for all its versions: an old code of a cancelled certificate must not
//! look merely superseded. "At an earlier time" is what this server knew then: an event counts from when it was
//! recorded, so that a verdict comes out the same however late it is repeated.

use verifier_core::status::Status;

use crate::clock::Timestamp;
use crate::lifecycle;
use crate::publish;
use crate::store::certificates::{CertificateRow, VersionRow};
use crate::store::events::EventRow;

/// What is so now.
pub fn now(certificate: &CertificateRow, version: &VersionRow) -> Status {
    let replaced = version.replaced_as.as_deref().and_then(publish::status);
    let overdue = certificate.review_overdue.then_some(Status::ReviewOverdue);
    publish::status(&certificate.status).or(replaced).or(overdue).unwrap_or(Status::Valid)
}

/// What was so at `instant`. `events` is the whole history in the order it was recorded. Before its beginning counts
/// what it begins with: clocks differ.
pub fn as_of(
    certificate: &CertificateRow,
    version: &VersionRow,
    events: &[EventRow],
    instant: Timestamp,
) -> Status {
    let Some(last) = lifecycle::last_by(events, instant).or(events.first()) else {
        return now(certificate, version);
    };
    if let Some(status) = publish::status(&last.status) {
        status
    } else if version.version < last.version {
        version.replaced_as.as_deref().and_then(publish::status).unwrap_or(Status::Superseded)
    } else if last.review_overdue {
        Status::ReviewOverdue
    } else {
        Status::Valid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::samples::{certificate, event, version};

    fn at(instant: i64, events: &[EventRow]) -> Status {
        as_of(&certificate(), &version(1), events, Timestamp(instant))
    }

    #[test]
    fn an_event_counts_from_the_moment_it_is_recorded() {
        let events = [event("issued", 1, "valid", 10), event("cancelled", 1, "cancelled", 20)];
        assert_eq!(at(19, &events), Status::Valid);
        assert_eq!(at(20, &events), Status::Cancelled);
    }

    #[test]
    fn what_ended_is_over() {
        let events = [
            event("issued", 1, "valid", 10),
            event("suspended", 1, "suspended", 20),
            event("resumed", 1, "valid", 30),
        ];
        assert_eq!(
            [10, 20, 30].map(|instant| at(instant, &events)),
            [Status::Valid, Status::Suspended, Status::Valid]
        );
    }

    #[test]
    fn an_old_version_is_superseded_from_the_new_one_on_and_cancelled_with_it() {
        let events = [
            event("issued", 1, "valid", 10),
            event("changed", 2, "valid", 20),
            event("cancelled", 2, "cancelled", 30),
        ];
        assert_eq!(
            [19, 20, 30].map(|instant| at(instant, &events)),
            [Status::Valid, Status::Superseded, Status::Cancelled]
        );
    }

    #[test]
    fn a_version_reissued_after_a_loss_leaves_the_old_one_lost() {
        let lost = VersionRow { replaced_as: Some("reported_lost".to_owned()), ..version(1) };
        let events = [
            event("issued", 1, "valid", 10),
            event("reported_lost", 1, "reported_lost", 20),
            event("reissued", 2, "valid", 30),
        ];
        assert_eq!(as_of(&certificate(), &lost, &events, Timestamp(30)), Status::ReportedLost);
        assert_eq!(as_of(&certificate(), &version(2), &events, Timestamp(30)), Status::Valid);
    }

    #[test]
    fn a_review_is_overdue_until_it_is_passed() {
        let events = [
            event("issued", 1, "valid", 10),
            event("review_overdue", 1, "valid", 20),
            event("review_passed", 1, "valid", 30),
        ];
        assert_eq!(
            [10, 20, 30].map(|instant| at(instant, &events)),
            [Status::Valid, Status::ReviewOverdue, Status::Valid]
        );
    }

    #[test]
    fn before_the_beginning_counts_what_it_began_with() {
        let events = [event("issued", 1, "valid", 10), event("cancelled", 1, "cancelled", 20)];
        assert_eq!(at(9, &events), Status::Valid);
    }

    #[test]
    fn now_is_what_the_rows_say() {
        let cancelled = CertificateRow { status: "cancelled".to_owned(), ..certificate() };
        let replaced = VersionRow { replaced_as: Some("superseded".to_owned()), ..version(1) };
        let overdue = CertificateRow { review_overdue: true, ..certificate() };
        assert_eq!(now(&certificate(), &version(1)), Status::Valid);
        assert_eq!(now(&cancelled, &replaced), Status::Cancelled);
        assert_eq!(now(&overdue, &replaced), Status::Superseded);
        assert_eq!(now(&overdue, &version(1)), Status::ReviewOverdue);
    }
}
