//! Items all invented certificates have.

use verifier_core::ids::Kind;

use super::place::City;
use super::term::Term;
use crate::record::codes::Codes;
use crate::record::{Items, name};

/// Kind, number, issuer, division and dates.
pub(super) fn common(kind: Kind, city: &City, number: &str, term: Term) -> Items {
    let mut items = Items::default();
    items.set(name::KIND, kind.code());
    items.set(name::NUMBER, number);
    items.set(name::ISSUER_CODE, city.authority.code.as_str());
    items.set(name::ISSUER_NAME, city.authority.name.as_str());
    items.set(name::DIVISION, city.code);
    items.set(name::ISSUE_DATE, term.issued.to_string());
    items.set(name::VALID_FROM, term.issued.to_string());
    items.set(name::VALID_TO, term.end.to_string());
    items
}

/// The names of codes, one after the other.
pub(super) fn named(list: &[&str], codes: Codes) -> String {
    let names: Vec<_> = list.iter().filter_map(|code| codes.name(code)).collect();
    names.join("、")
}
