//! The checks that rules name: each a function of a certificate and of what is known around it, true where it fits.
//!
//! - `check/dates.rs`: dates in order, against the law and against today
//! - `check/vehicle.rs`: plate, colour, type and fuel
//! - `check/holder.rs`: codes, names, age, portrait
//! - `check/place.rs`: issuer and division
//! - `check/scope.rs`: 经营范围 against kind and licences, categories
//! - `check/around.rs`: what is known of other certificates and of events
//!
//! Pure. Not here: where what is known comes from ([`super::gather`]).

use std::collections::{BTreeMap, BTreeSet};

use verifier_core::ids::Kind;

use super::rules::{ConformityRule, Grade, Parameters};
use super::settings::RuleSet;
use crate::record::{Accepted, Finding, Record, Severity};

mod around;
mod dates;
mod holder;
mod place;
mod scope;
mod vehicle;

pub use around::{Facts, Paper};

/// How a rule is looked at.
#[derive(Clone, Copy)]
pub enum Check {
    /// A rule of admission, by its code: what was admitted with a warning still has it.
    Admission,
    /// Whether it would be admitted today.
    Admissible,
    /// A function of this program.
    Compiled(Compiled),
}

/// True where the certificate fits.
type Compiled = fn(&Subject<'_>, Parameters) -> bool;

/// A certificate and what is known around it.
pub struct Subject<'a> {
    record: &'a Record,
    facts: &'a Facts,
    issuers: &'a BTreeMap<String, String>,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub rule: &'static str,
    /// How grave that is here.
    pub grade: Grade,
    /// The names of the items concerned, with spaces between.
    pub items: String,
}

const COMPILED: [(&str, Compiled); 24] = [
    ("no_strangers", holder::no_strangers),
    ("issued_in_future", dates::issued_in_future),
    ("starts_before_issue", dates::starts_before_issue),
    ("longest_validity", dates::longest_validity),
    ("category_outlives", dates::category_outlives),
    ("expired", dates::expired),
    ("passed", dates::passed),
    ("age", holder::age),
    ("code_type", holder::code_type),
    ("portrait", holder::portrait),
    ("one_name", holder::one_name),
    ("clean_plate", vehicle::clean_plate),
    ("size_plate", vehicle::size_plate),
    ("trailer_plate", vehicle::trailer_plate),
    ("issuer_division", place::issuer_division),
    ("issuer_known", place::issuer_known),
    ("scope_of", scope::scope_of),
    ("scope_not_of", scope::scope_not_of),
    ("operator_licence", scope::operator_licence),
    ("operator_scope", scope::operator_scope),
    ("one_for_category", scope::one_for_category),
    ("one_for_plate", around::one_for_plate),
    ("review_overdue", around::review_overdue),
    ("pushed_late", around::pushed_late),
];

/// The check of this name.
#[must_use]
pub fn named(name: &str) -> Option<Check> {
    match name {
        "admission" => Some(Check::Admission),
        "admissible" => Some(Check::Admissible),
        _ => COMPILED.iter().find(|(known, _)| *known == name).map(|(_, check)| Check::Compiled(*check)),
    }
}

/// The rules that a certificate of this kind, as it was read, breaks.
#[must_use]
pub fn findings(
    rules: &RuleSet,
    kind: Kind,
    reading: &Result<Accepted, Vec<Finding>>,
    facts: &Facts,
) -> Vec<Found> {
    let looked_at = rules.rules().filter(|(rule, grade)| *grade != Grade::Off && rule.is_for(kind));
    looked_at
        .filter_map(|(rule, grade)| {
            let items = broken(rule, reading, facts, rules.issuers())?;
            Some(Found { rule: rule.id, grade, items })
        })
        .collect()
}

/// The items concerned, where the rule is broken.
fn broken(
    rule: &ConformityRule,
    reading: &Result<Accepted, Vec<Finding>>,
    facts: &Facts,
    issuers: &BTreeMap<String, String>,
) -> Option<String> {
    let made = match reading {
        Ok(accepted) => &accepted.warnings,
        Err(findings) => findings,
    };
    match rule.check {
        Check::Admission => {
            let code = rule.parameters.text("code")?;
            named_items(made.iter().filter(|finding| finding.rule.code() == code))
        }
        Check::Admissible => named_items(made.iter().filter(|finding| finding.severity == Severity::Error)),
        Check::Compiled(fits) => {
            let record = &reading.as_ref().ok()?.record;
            let subject = Subject { record, facts, issuers };
            (!fits(&subject, rule.parameters)).then(|| rule.items.to_owned())
        }
    }
}

/// The names of the items of findings, each once; `None` where there is no finding.
fn named_items<'a>(findings: impl Iterator<Item = &'a Finding>) -> Option<String> {
    let items: BTreeSet<_> = findings.map(|finding| finding.item.as_str()).collect();
    (!items.is_empty()).then(|| items.into_iter().collect::<Vec<_>>().join(" ").trim().to_owned())
}
