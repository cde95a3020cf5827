//! What is known of other certificates and of events, and the checks of nothing else.

use verifier_core::ids::Kind;

use super::Subject;
use crate::conformity::rules::Parameters;
use crate::record::Day;

/// What a certificate does not say of itself.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The day of the check.
    pub today: Day,
    /// The name its holder is known by: the one heard last.
    pub holder_name: String,
    /// For how many days its review or assessment has been overdue.
    pub overdue_days: Option<i32>,
    /// After how many days its newest change was heard of.
    pub late_days: Option<i32>,
    /// How many other transport certificates in force its plate has.
    pub plate_mates: usize,
    /// Its holder's operating licences in force.
    pub licences: Vec<Paper>,
    /// Its holder's other qualifications in force.
    pub qualifications: Vec<Paper>,
}

/// Another certificate: its kind, and its scopes or categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Which kind.
    pub kind: Kind,
    /// 经营范围 of a licence, 从业资格类别 of a qualification.
    pub scopes: Vec<String>,
}

/// The plate has no other transport certificate in force.
pub(super) fn one_for_plate(subject: &Subject<'_>, _: Parameters) -> bool {
    subject.facts.plate_mates == 0
}

/// The review has not been overdue for longer than so many days.
pub(super) fn review_overdue(subject: &Subject<'_>, parameters: Parameters) -> bool {
    subject.facts.overdue_days.is_none_or(|days| days <= parameters.number("days"))
}

/// The newest change was heard of within so many days. First issues are not judged: the first import of a province is
/// late in all of them.
pub(super) fn pushed_late(subject: &Subject<'_>, parameters: Parameters) -> bool {
    subject.facts.late_days.is_none_or(|days| days <= parameters.number("days"))
}
