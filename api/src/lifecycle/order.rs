//! Which event still counts that comes late. Pure.
//!
//! Events are taken in the order they come, and each has the time it happened. One that happened before another that
//! settled the same matter is out of date: taking it would undo what is newer. What this system did by itself, by a
//! date alone, settles nothing; and an end counts however late it is heard of.

use super::Change;
use crate::store::events::EventRow;

/// Whether an event that happened at `occurred_at` was overtaken by what is on record.
pub(super) fn is_overtaken(history: &[EventRow], change: Change, occurred_at: i64) -> bool {
    let settled = settled_by(change);
    let by_others =
        history.iter().filter(|row| row.actor != "system" && settled.contains(&row.event.as_str()));
    by_others.map(|row| row.occurred_at).max().is_some_and(|newest| occurred_at < newest)
}

/// The events that settle the same matter.
const fn settled_by(change: Change) -> &'static [&'static str] {
    match change {
        Change::ReviewPassed | Change::ReviewOverdue | Change::Assessed => {
            &["review_passed", "review_overdue", "assessed"]
        }
        Change::Suspended | Change::Resumed => &["suspended", "resumed"],
        Change::ReportedLost | Change::Found => &["reported_lost", "found", "reissued"],
        Change::Expired => &["renewed"],
        Change::TransferredOut => &["transferred_out", "transferred_in"],
        Change::Restored => &["withdrawn"],
        Change::Cancelled | Change::Revoked | Change::Withdrawn => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::samples::event;

    fn by_issuer(word: &str, occurred_at: i64) -> EventRow {
        EventRow { actor: "issuer".to_owned(), ..event(word, 1, "valid", occurred_at) }
    }

    #[test]
    fn a_suspension_older_than_its_end_is_overtaken() {
        let history = [by_issuer("suspended", 10), by_issuer("resumed", 30)];
        assert!(is_overtaken(&history, Change::Suspended, 20));
        assert!(!is_overtaken(&history, Change::Suspended, 30));
    }

    #[test]
    fn another_matter_overtakes_nothing() {
        let history = [by_issuer("review_passed", 30), by_issuer("changed", 30)];
        assert!(!is_overtaken(&history, Change::Suspended, 20));
    }

    #[test]
    fn what_happened_by_itself_overtakes_nothing() {
        let history = [event("review_overdue", 1, "valid", 30)];
        assert!(!is_overtaken(&history, Change::ReviewPassed, 20));
    }

    #[test]
    fn an_end_counts_however_late() {
        let history = [by_issuer("suspended", 10), by_issuer("resumed", 30)];
        assert!(
            [Change::Cancelled, Change::Revoked, Change::Withdrawn]
                .iter()
                .all(|change| !is_overtaken(&history, *change, 20))
        );
    }

    #[test]
    fn a_loss_older_than_the_reissue_is_overtaken() {
        assert!(is_overtaken(&[by_issuer("reissued", 30)], Change::ReportedLost, 20));
    }
}
