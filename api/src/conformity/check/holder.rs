//! The holder: the type of the code, the name, the age, the portrait; and items that nobody knows.

use verifier_core::ids::{CitizenId, CreditCode};

use super::Subject;
use crate::conformity::rules::Parameters;
use crate::record::{Day, HolderCode, name};

/// Nothing was sent under a name the kind has no item for.
pub(super) fn no_strangers(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.record.extension().is_empty()
}

/// So many years old when it was issued.
pub(super) fn age(subject: &Subject<'_>, parameters: Parameters) -> bool {
    let born = subject.record.items().text(name::BIRTH_DATE).and_then(Day::parse);
    let grown = born.and_then(|born| born.plus_years(parameters.number("years")));
    grown.is_none_or(|grown| grown <= subject.record.issued_on())
}

/// A code of any other document is no citizen id and no credit code: those have types of their own.
pub(super) fn code_type(subject: &Subject<'_>, _: Parameters) -> bool {
    match subject.record.holder().typed_code() {
        HolderCode::Citizen(_) | HolderCode::Organisation(_) => true,
        HolderCode::Other { number, .. } => {
            CitizenId::parse(number).is_err() && CreditCode::parse(number).is_err()
        }
    }
}

/// There is a portrait, or its digest.
pub(super) fn portrait(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.record.photo_digest().is_some()
}

/// The holder goes by the name on this certificate.
pub(super) fn one_name(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.record.holder().name() == subject.facts.holder_name
}
