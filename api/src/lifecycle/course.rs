//! The course of a certificate: its state, and the days on which that changes without anybody's doing. Pure.
//!
//! Whatever comes in is judged by the state a certificate has by then, whether or not the job that writes it down has
//! run (`automatic.rs`): so the history does not depend on when it runs.

use super::{Change, Standing, State, after};
use crate::clock::Timestamp;
use crate::record;
use crate::store::StoreError;
use crate::store::certificates::CertificateRow;
use crate::store::events::EventRow;

/// Who does what nobody does.
const NOBODY: &str = "system";

/// A state and the days that end it. Days are counted from 1970-01-01 (UTC+8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The state now.
    pub state: State,
    /// Last valid day; `None`: no end.
    pub valid_to: Option<i32>,
    /// Last day its review or assessment is good for; `None`: not known.
    pub review_due: Option<i32>,
    /// Last day of its suspension; `None`: open, or none.
    pub suspended_until: Option<i32>,
}

/// Something that happened by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub change: Change,
    /// The day with whose beginning it happened.
    pub day: i32,
    /// What it left.
    pub course: Course,
}

impl Course {
    /// The course of a stored certificate.
    ///
    /// # Errors
    /// When its status is not one of ours.
    pub fn of(row: &CertificateRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: State::of(row)?,
            valid_to: row.valid_to,
            review_due: row.review_due,
            suspended_until: row.suspended_until,
        })
    }

    /// The course of a certificate that begins.
    #[must_use]
    pub const fn beginning(valid_to: Option<i32>, review_due: Option<i32>) -> Self {
        let state = State { standing: Standing::Valid, review_overdue: false };
        Self { state, valid_to, review_due, suspended_until: None }
    }

    /// Writes it into a row, with the day on which it goes on by itself.
    pub fn put_into(&self, row: &mut CertificateRow) {
        self.state.standing.word().clone_into(&mut row.status);
        row.review_overdue = self.state.review_overdue;
        row.valid_to = self.valid_to;
        row.review_due = self.review_due;
        row.suspended_until = self.suspended_until;
        row.due_on = self.next().map(|(day, _)| day);
    }

    /// What happens next by itself, and on which day: the earliest, and of one day first what ends a suspension, last
    /// what ends the validity.
    #[must_use]
    pub fn next(&self) -> Option<(i32, Change)> {
        let overdue = self.review_due.filter(|_| !self.state.review_overdue);
        let ends = [
            (self.suspended_until, Change::Resumed),
            (overdue, Change::ReviewOverdue),
            (self.valid_to, Change::Expired),
        ];
        let possible = ends.into_iter().filter(|(_, change)| after(self.state, *change).is_some());
        possible
            .filter_map(|(last, change)| Some((last?.checked_add(1)?, change)))
            .min_by_key(|(day, _)| *day)
    }

    /// What an event makes of it; `None` where the event cannot happen. `until`: the last day of the suspension it
    /// begins, or that the review it reports is good for.
    #[must_use]
    pub fn after(&self, change: Change, until: Option<i32>) -> Option<Self> {
        let state = after(self.state, change)?;
        let is_review = matches!(change, Change::ReviewPassed | Change::Assessed);
        let suspended_until = if change == Change::Suspended { until } else { self.suspended_until };
        Some(Self {
            state,
            review_due: if is_review { until } else { self.review_due },
            suspended_until: suspended_until.filter(|_| state.standing == Standing::Suspended),
            ..*self
        })
    }

    /// What a new version makes of it. Reissue ends a loss, renewal an expiry; whatever else stands, stands. A review that
    /// is good beyond today is overdue no longer, and neither is one that the record says was passed.
    #[must_use]
    pub fn after_version(
        &self,
        event: record::Event,
        valid_to: Option<i32>,
        stated: Option<i32>,
        today: i32,
    ) -> Self {
        let still_good = valid_to.is_none_or(|last| today <= last);
        let standing = match (event, self.state.standing) {
            (record::Event::Reissue, Standing::ReportedLost) => Standing::Valid,
            (record::Event::Renewal, Standing::ExpiredNotRenewed) if still_good => Standing::Valid,
            (_, standing) => standing,
        };
        let is_passed = matches!(event, record::Event::Review | record::Event::Assessment);
        let review_due = if is_passed { stated } else { stated.or(self.review_due) };
        let is_good = stated.map_or(is_passed, |last| today <= last);
        let review_overdue = self.state.review_overdue && !is_good;
        Self { state: State { standing, review_overdue }, valid_to, review_due, ..*self }
    }

    /// As it was when it was withdrawn, which `before` was the last event of.
    pub(super) fn back_to(&self, before: &EventRow) -> Result<Self, StoreError> {
        let standing = before.status.parse()?;
        let suspended_until = before.until_day.filter(|_| before.event == Change::Suspended.word());
        Ok(Self { state: State { standing, ..self.state }, suspended_until, ..*self })
    }

    /// All that happens by itself up to the beginning of a day, in its order, each with what it leaves.
    pub fn until(self, today: i32) -> impl Iterator<Item = Happened> {
        let mut course = self;
        std::iter::from_fn(move || {
            let (day, change) = course.next().filter(|(day, _)| *day <= today)?;
            course = course.after(change, None)?;
            Some(Happened { change, day, course })
        })
    }
}

impl Happened {
    /// The event it is in the history of a certificate.
    #[must_use]
    pub fn event(&self, id: String, row: &CertificateRow, now: Timestamp) -> EventRow {
        EventRow {
            id,
            seq: 0,
            certificate_id: row.id.clone(),
            event: self.change.word().to_owned(),
            version: row.version,
            status: self.course.state.standing.word().to_owned(),
            review_overdue: self.course.state.review_overdue,
            division: row.division.clone(),
            moved_from: None,
            until_day: None,
            reason: None,
            occurred_at: Timestamp::beginning_of(self.day).millis(),
            recorded_at: now.millis(),
            actor: NOBODY.to_owned(),
            batch_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Change::{Expired, Resumed, ReviewOverdue};

    const FRESH: Course = Course::beginning(None, None);

    fn until(course: Course, today: i32) -> Vec<(Change, i32)> {
        course.until(today).map(|happened| (happened.change, happened.day)).collect()
    }

    #[test]
    fn a_certificate_expires_on_the_day_after_its_last() {
        let course = Course { valid_to: Some(100), ..FRESH };
        assert_eq!(until(course, 100), []);
        assert_eq!(until(course, 101), [(Expired, 101)]);
    }

    #[test]
    fn a_review_is_overdue_once_and_then_until_it_is_passed() {
        let course = Course { review_due: Some(100), ..FRESH };
        assert_eq!(until(course, 200), [(ReviewOverdue, 101)]);
        let overdue = course.until(200).last().unwrap().course;
        let passed = overdue.after(Change::ReviewPassed, Some(150)).unwrap();
        assert_eq!(until(passed, 200), [(ReviewOverdue, 151)]);
        assert_eq!(until(overdue.after(Change::ReviewPassed, None).unwrap(), 200), []);
    }

    #[test]
    fn a_suspension_with_a_last_day_ends_and_one_without_does_not() {
        let suspended = |until| FRESH.after(Change::Suspended, until).unwrap();
        assert_eq!(until(suspended(Some(100)), 200), [(Resumed, 101)]);
        assert_eq!(until(suspended(None), 200), []);
        let resumed = suspended(Some(100)).after(Resumed, None).unwrap();
        assert_eq!(resumed.suspended_until, None, "the next suspension has a last day of its own");
    }

    #[test]
    fn what_ended_goes_on_no_more() {
        let course = Course { valid_to: Some(100), review_due: Some(50), ..FRESH };
        assert_eq!(course.after(Change::Cancelled, None).unwrap().next(), None);
        assert_eq!(until(course, 200), [(ReviewOverdue, 51), (Expired, 101)]);
        assert_eq!(until(Course { review_due: Some(150), ..course }, 200), [(Expired, 101)]);
    }

    fn day() -> impl Strategy<Value = Option<i32>> {
        prop::option::weighted(0.7, 0..60)
    }

    proptest! {
        /// Whenever somebody looks, and however often, the end is the same as looking once.
        #[test]
        fn it_does_not_matter_when_what_happens_by_itself_is_written_down(
            (valid_to, review_due) in (day(), day()),
            events in prop::collection::vec((0..60, prop::sample::select(&Change::ALL[..]), day(), any::<bool>()), 0..12),
        ) {
            let mut events = events;
            events.sort_by_key(|(day, ..)| *day);
            let begin = Course { valid_to, review_due, ..FRESH };
            let look = |course: Course, today| course.until(today).last().map_or(course, |last| last.course);
            let (mut lazy, mut eager) = (begin, begin);
            for (today, change, last, looked) in events {
                if looked {
                    eager = look(eager, today / 2);
                    eager = look(eager, today);
                }
                for course in [&mut lazy, &mut eager] {
                    let caught_up = look(*course, today);
                    *course = caught_up.after(change, last).unwrap_or(*course);
                }
            }
            prop_assert_eq!(look(lazy, 60), look(eager, 60));
            prop_assert!(look(lazy, 60).next().is_none_or(|(day, _)| day > 60));
        }
    }
}
