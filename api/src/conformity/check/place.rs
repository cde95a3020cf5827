//! Issuer and division.

use verifier_core::ids::Division;

use super::Subject;
use crate::conformity::rules::Parameters;

/// The issuer is registered where the certificate belongs, or above: a credit code carries its division in characters 3
/// to 8. One registered at no division of ours says nothing.
pub(super) fn issuer_division(subject: &Subject<'_>, _: Parameters) -> bool {
    let registered = subject.record.issuer().as_str().get(2..8);
    let registered = registered.and_then(|text| Division::parse(text).ok());
    registered.is_none_or(|registered| subject.record.division().is_within(registered.prefix()))
}

/// The site's list has the issuer, for this division. Without a list nothing can be said.
pub(super) fn issuer_known(subject: &Subject<'_>, _: Parameters) -> bool {
    let of = subject.issuers.get(subject.record.issuer().as_str());
    subject.issuers.is_empty() || of.is_some_and(|prefix| subject.record.division().is_within(prefix))
}
