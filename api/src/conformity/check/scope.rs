//! 经营范围 against the kind of certificate and against the operator's licences; categories of qualifications.

use std::collections::BTreeSet;

use verifier_core::ids::Kind;

use super::{Paper, Subject};
use crate::conformity::rules::Parameters;
use crate::record::name;

/// What 经营范围 of dangerous goods begin with, and those of class 7, which is radioactive.
const DANGEROUS: &str = "03";
const RADIOACTIVE: [&str; 2] = ["0317", "0327"];

/// One of its scopes begins so: `scopes=03+09`.
pub(super) fn scope_of(subject: &Subject<'_>, parameters: Parameters) -> bool {
    has_scope_of(subject, parameters)
}

/// None of its scopes begins so.
pub(super) fn scope_not_of(subject: &Subject<'_>, parameters: Parameters) -> bool {
    !has_scope_of(subject, parameters)
}

fn has_scope_of(subject: &Subject<'_>, parameters: Parameters) -> bool {
    let heads = parameters.text("scopes").unwrap_or_default();
    scopes(subject).iter().any(|scope| heads.split('+').any(|head| scope.starts_with(head)))
}

/// The operator has a licence in force of every kind that the scopes of the vehicle need.
pub(super) fn operator_licence(subject: &Subject<'_>, _: Parameters) -> bool {
    let needed: BTreeSet<_> = scopes(subject).iter().map(|scope| needed(scope)).collect();
    needed.into_iter().all(|kind| of_kind(subject, kind).next().is_some())
}

/// Every scope of the vehicle is one of the operator's, or lies in one. Where there is no licence at all, that is found
/// by [`operator_licence`].
pub(super) fn operator_scope(subject: &Subject<'_>, _: Parameters) -> bool {
    scopes(subject).iter().all(|scope| {
        let kind = needed(scope);
        let mut licences = of_kind(subject, kind).peekable();
        licences.peek().is_none()
            || licences.any(|licence| licence.scopes.iter().any(|of| lies_in(scope, of)))
    })
}

/// The holder has no other certificate of the kind with one of these categories.
pub(super) fn one_for_category(subject: &Subject<'_>, _: Parameters) -> bool {
    let own = subject.record.items().list(name::QUALIFICATION);
    let mut others = subject.facts.qualifications.iter();
    !others.any(|other| {
        other.kind == subject.record.kind() && other.scopes.iter().any(|category| own.contains(category))
    })
}

fn scopes<'a>(subject: &Subject<'a>) -> &'a [String] {
    subject.record.items().list(name::SCOPE)
}

fn of_kind<'a>(subject: &Subject<'a>, kind: Kind) -> impl Iterator<Item = &'a Paper> + use<'a> {
    subject.facts.licences.iter().filter(move |licence| licence.kind == kind)
}

/// The kind of licence a scope needs.
fn needed(scope: &str) -> Kind {
    if RADIOACTIVE.iter().any(|head| scope.starts_with(head)) {
        Kind::RadioactiveMaterialsLicence
    } else if scope.starts_with(DANGEROUS) {
        Kind::DangerousGoodsLicence
    } else {
        Kind::RoadTransportLicence
    }
}

/// Whether a scope is another, or one below it: 03131 lies in 03100.
fn lies_in(scope: &str, other: &str) -> bool {
    scope.starts_with(other.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_lies_in_itself_and_in_those_above() {
        for above in ["03131", "03100", "03000"] {
            assert!(lies_in("03131", above), "{above}");
        }
        for other in ["03121", "03200", "02000"] {
            assert!(!lies_in("03131", other), "{other}");
        }
    }

    #[test]
    fn each_scope_needs_a_kind_of_licence() {
        for (scope, kind) in [("03131", "016"), ("03170", "079"), ("03270", "079"), ("02101", "008")] {
            assert_eq!(needed(scope).code(), kind);
        }
    }
}
