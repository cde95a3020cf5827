//! Rules that need more than one value: each a function of the draft and its parts that reports what it finds.
//!
//! Not here: the form of a single value ([`super::form`]) and what is missing ([`super::draft`]).

use super::draft::Draft;
use super::parts::Parts;

mod dates;
mod holder;
mod identifier;
mod place;
mod status;
mod vehicle;

/// A rule, or a few that belong together.
type Check = fn(&Parts, &mut Draft);

/// All of them. None needs another to have passed.
const CHECKS: [Check; 13] = [
    dates::validity,
    dates::first_issue,
    dates::categories,
    holder::person,
    holder::organisation,
    holder::document,
    holder::citizen,
    identifier::agrees,
    identifier::serial,
    place::division,
    place::number,
    vehicle::plate_and_vin,
    status::in_force,
];

/// Applies every check.
pub(super) fn apply(parts: &Parts, draft: &mut Draft) {
    for check in CHECKS {
        check(parts, draft);
    }
}
