//! Dates against each other.

use crate::record::day::Day;
use crate::record::draft::Draft;
use crate::record::name;
use crate::record::parts::{Parts, day};
use crate::record::rule::Rule;

/// Ends before it begins; issued after its end.
pub(super) fn validity(parts: &Parts, draft: &mut Draft) {
    let Some(end) = parts.valid_to else { return };
    if parts.valid_from.is_some_and(|start| end < start) {
        draft.report(name::VALID_TO, Rule::EndsBeforeStart);
    }
    if parts.issued_on.is_some_and(|issued| issued > end) {
        draft.report(name::ISSUE_DATE, Rule::IssuedAfterEnd);
    }
}

/// First issued after this version was.
pub(super) fn first_issue(parts: &Parts, draft: &mut Draft) {
    let first = day(draft, name::FIRST_ISSUE_DATE);
    if first.zip(parts.issued_on).is_some_and(|(first, issued)| first > issued) {
        draft.report(name::FIRST_ISSUE_DATE, Rule::FirstIssueLate);
    }
}

/// The categories of a qualification have a date each, and none ends before it begins.
pub(super) fn categories(_: &Parts, draft: &mut Draft) {
    let count = draft.items.list(name::QUALIFICATION).len();
    for name in [name::QUALIFICATION_FIRST_ISSUE, name::QUALIFICATION_FROM, name::QUALIFICATION_TO] {
        let dates = draft.items.list(name).len();
        if dates != 0 && count != 0 && dates != count {
            draft.report(name, Rule::UnequalLists);
        }
    }
    let starts = draft.items.list(name::QUALIFICATION_FROM).iter();
    let ends = draft.items.list(name::QUALIFICATION_TO).iter();
    let is_backwards = |(start, end): (&String, &String)| Day::parse(end) < Day::parse(start);
    if starts.zip(ends).any(is_backwards) {
        draft.report(name::QUALIFICATION_TO, Rule::EndsBeforeStart);
    }
}
