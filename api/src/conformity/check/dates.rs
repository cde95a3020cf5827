//! Dates in order, against the longest term there is, and against today.

use super::Subject;
use crate::conformity::rules::Parameters;
use crate::record::{Day, name};

/// Issued today or before.
pub(super) fn issued_in_future(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.record.issued_on() <= subject.facts.today
}

/// Valid from its day of issue on, or later.
pub(super) fn starts_before_issue(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.record.valid_from() >= subject.record.issued_on()
}

/// Valid for so many years at most. One day more is let pass: 1 March to 1 March is written as often as to 28 February.
pub(super) fn longest_validity(subject: &Subject<'_>, parameters: Parameters) -> bool {
    let longest = subject.record.valid_from().plus_years(parameters.number("years"));
    subject.record.valid_to().zip(longest).is_some_and(|(end, longest)| end <= longest)
}

/// No category is valid for longer than the certificate.
pub(super) fn category_outlives(subject: &Subject<'_>, _: Parameters) -> bool {
    let Some(end) = subject.record.valid_to() else { return true };
    let mut ends = subject.record.items().list(name::QUALIFICATION_TO).iter();
    ends.all(|text| Day::parse(text).is_none_or(|category| category <= end))
}

/// Its last day has not passed by more than so many days.
pub(super) fn expired(subject: &Subject<'_>, parameters: Parameters) -> bool {
    !is_past(subject.record.valid_to(), subject, parameters)
}

/// The day an item states has not passed by more than so many days; an item that is not there states none.
pub(super) fn passed(subject: &Subject<'_>, parameters: Parameters) -> bool {
    let stated = parameters.text("item").and_then(|item| subject.record.items().text(item));
    !is_past(stated.and_then(Day::parse), subject, parameters)
}

fn is_past(day: Option<Day>, subject: &Subject<'_>, parameters: Parameters) -> bool {
    let last = day.and_then(|day| day.plus_days(parameters.number("days")));
    last.is_some_and(|last| subject.facts.today > last)
}
