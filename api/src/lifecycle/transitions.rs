//! What may follow what: the one table. Pure.

use super::{Change, Standing, State};
use Standing::{Cancelled, ExpiredNotRenewed, ReportedLost, Suspended, Valid};

/// One event: from where it may happen, and what it makes of a state.
struct Transition {
    change: Change,
    from: &'static [Standing],
    /// `None`: the standing stays.
    to: Option<Standing>,
    /// `None`: the mark stays.
    review_overdue: Option<bool>,
}

/// Not ended and not expired.
const CURRENT: &[Standing] = &[Valid, Suspended, ReportedLost];
/// Not ended.
const OPEN: &[Standing] = &[Valid, Suspended, ReportedLost, ExpiredNotRenewed];

/// A suspended certificate is in the authority's hands, so it cannot be lost; one that is lost can still be suspended,
/// which then counts. What was withdrawn by mistake can be restored to what it was, and nothing else that is cancelled
/// (`report.rs` looks which it is). 年度审验 is of vehicles, 诚信考核 of people: no certificate has both, so either clears the mark.
#[rustfmt::skip]
const TRANSITIONS: [Transition; 13] = [
    Transition { change: Change::ReviewPassed,  from: CURRENT,                to: None,                      review_overdue: Some(false) },
    Transition { change: Change::ReviewOverdue, from: CURRENT,                to: None,                      review_overdue: Some(true) },
    Transition { change: Change::Assessed,      from: CURRENT,                to: None,                      review_overdue: Some(false) },
    Transition { change: Change::Suspended,     from: &[Valid, ReportedLost], to: Some(Suspended),           review_overdue: None },
    Transition { change: Change::Resumed,       from: &[Suspended],           to: Some(Valid),               review_overdue: None },
    Transition { change: Change::Cancelled,     from: OPEN,                   to: Some(Cancelled),           review_overdue: None },
    Transition { change: Change::Revoked,       from: OPEN,                   to: Some(Standing::Revoked),   review_overdue: None },
    Transition { change: Change::ReportedLost,  from: &[Valid],               to: Some(ReportedLost),        review_overdue: None },
    Transition { change: Change::Found,         from: &[ReportedLost],        to: Some(Valid),               review_overdue: None },
    Transition { change: Change::Expired,       from: CURRENT,                to: Some(ExpiredNotRenewed),   review_overdue: None },
    Transition { change: Change::TransferredOut, from: CURRENT,               to: None,                      review_overdue: None },
    Transition { change: Change::Withdrawn,     from: OPEN,                   to: Some(Cancelled),           review_overdue: None },
    Transition { change: Change::Restored,      from: &[Cancelled],           to: Some(Valid),               review_overdue: None },
];

/// The state after `change` in `state`; `None` where it cannot happen.
#[must_use]
pub fn after(state: State, change: Change) -> Option<State> {
    let rule = TRANSITIONS.iter().find(|rule| rule.change == change)?;
    rule.from.contains(&state.standing).then(|| State {
        standing: rule.to.unwrap_or(state.standing),
        review_overdue: rule.review_overdue.unwrap_or(state.review_overdue),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every event in every standing, written a second time and the other way round: a column for each standing,
    /// `.` where the event cannot happen.
    const EXPECTED: &str = "
                        valid     cancelled suspended revoked lost      expired
        review_passed   valid     .         suspended .       lost      .
        review_overdue  valid     .         suspended .       lost      .
        assessed        valid     .         suspended .       lost      .
        suspended       suspended .         .         .       suspended .
        resumed         .         .         valid     .       .         .
        cancelled       cancelled .         cancelled .       cancelled cancelled
        revoked         revoked   .         revoked   .       revoked   revoked
        reported_lost   lost      .         .         .       .         .
        found           .         .         .         .       valid     .
        expired         expired   .         expired   .       expired   .
        transferred_out valid     .         suspended .       lost      .
        withdrawn       cancelled .         cancelled .       cancelled cancelled
        restored        .         valid     .         .       .         .
    ";

    fn short(standing: Standing) -> &'static str {
        match standing {
            ReportedLost => "lost",
            ExpiredNotRenewed => "expired",
            other => other.word(),
        }
    }

    fn outcome(standing: Standing, change: Change) -> &'static str {
        after(State { standing, review_overdue: false }, change).map_or(".", |state| short(state.standing))
    }

    #[test]
    fn every_event_in_every_standing_does_what_the_table_says() {
        let mut lines = EXPECTED.lines().filter(|line| !line.trim().is_empty());
        let columns: Vec<_> = lines.next().unwrap().split_whitespace().collect();
        assert_eq!(columns, Standing::ALL.map(short));
        let rows: Vec<Vec<_>> = lines.map(|line| line.split_whitespace().collect()).collect();
        let table = Change::ALL.map(|change| {
            let cells = Standing::ALL.map(|standing| outcome(standing, change));
            [&[change.word()][..], &cells].concat()
        });
        assert_eq!(rows, table);
    }

    #[test]
    fn only_reviews_and_assessments_touch_the_overdue_mark() {
        let set = [(Change::ReviewPassed, false), (Change::Assessed, false), (Change::ReviewOverdue, true)];
        for change in Change::ALL {
            for (standing, overdue) in Standing::ALL.iter().flat_map(|s| [(*s, true), (*s, false)]) {
                let expected = set.iter().find(|(of, _)| *of == change).map_or(overdue, |(_, mark)| *mark);
                let found = after(State { standing, review_overdue: overdue }, change);
                assert!(found.is_none_or(|state| state.review_overdue == expected), "{change:?} {standing}");
            }
        }
    }

    #[test]
    fn nothing_follows_an_end_but_taking_a_withdrawal_back() {
        for standing in Standing::ALL.into_iter().filter(|standing| standing.is_ended()) {
            let mut followers = Change::ALL.iter().filter(|change| outcome(standing, **change) != ".");
            assert!(followers.all(|change| *change == Change::Restored));
        }
    }

    #[test]
    fn words_are_those_of_the_interface() {
        for change in Change::ALL {
            assert_eq!(serde_json::to_value(change).unwrap(), change.word());
        }
        for standing in Standing::ALL {
            assert_eq!(serde_json::to_value(standing).unwrap(), standing.word());
            assert_eq!(standing.word().parse::<Standing>().unwrap(), standing);
        }
    }
}
