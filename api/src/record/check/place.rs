//! Divisions: whether they exist, and whether the number was given out where the certificate belongs.

use verifier_core::ids::Family;

use crate::record::codes::Codes;
use crate::record::draft::Draft;
use crate::record::name;
use crate::record::parts::Parts;
use crate::record::rule::Rule;

/// The province whose divisions the table has.
const LIAONING: &str = "21";

/// Digits of a division that name the city. Counties merge and are renamed while numbers stay, so a number is
/// compared by city only.
const CITY_DIGITS: usize = 4;

/// A division of Liaoning is in the table.
pub(super) fn division(parts: &Parts, draft: &mut Draft) {
    let Some(division) = &parts.division else {
        return;
    };
    let is_known = Codes::Divisions.name(division.as_str()).is_some();
    if division.province() == LIAONING && !is_known {
        draft.report(name::DIVISION, Rule::UnknownDivision);
    }
}

/// A number of twelve digits begins with a division of the same city.
pub(super) fn number(parts: &Parts, draft: &mut Draft) {
    let (Some(division), Some(number), Some(kind)) = (&parts.division, &parts.number, draft.kind) else {
        return;
    };
    if kind.family() == Family::Qualification {
        return;
    }
    let prefix = division.prefix();
    let city = prefix.get(..CITY_DIGITS).unwrap_or(prefix);
    if !number.division().is_some_and(|of_number| of_number.is_within(city)) {
        draft.report(name::NUMBER, Rule::NumberDivision);
    }
}
