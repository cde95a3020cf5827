//! 数据合规: whether the data of certificates that were admitted is true to the rules, from now on and every night.
//!
//! - `conformity/rules.rs`: the table of rules, `api/data/conformity/rules.csv`
//! - `conformity/settings.rs`: what a site makes of them
//! - `conformity/check.rs`, `conformity/check/`: the checks that rules name; pure
//! - `conformity/gather.rs`: what checks have to know, of many certificates at once
//! - `conformity/keep.rs`: what follows from what they find: opened, closed, counted
//! - `conformity/follow.rs`: after each event, the certificates it concerns
//! - `conformity/run.rs`: all of them every night, or those that are asked for
//! - `conformity/rates.rs`: 数据合规率
//! - `conformity/shown.rs`, `conformity/csv.rs`: what does not fit, as people see it
//! - `conformity/exception.rs`: 确认为例外
//!
//! A certificate conforms when it is in force and no rule graded error stands open against it. Nobody closes what
//! stands open: the check that no longer finds it does. What is not here: the rules at the door (`record`), which a
//! record passes before it is a certificate. docs/conformity.md is for those who work with it.

use std::collections::BTreeSet;

use crate::store::conformity::{checks, nonconformities};
use crate::store::{Conn, StoreError};

mod check;
pub mod csv;
mod document;
mod exception;
mod follow;
mod gather;
mod keep;
pub mod rates;
pub mod rules;
mod run;
mod settings;
pub mod shown;

pub use document::reference;
pub use exception::{Exception, except};
pub use follow::follow;
pub use keep::Outcome;
pub use rules::{Grade, RULES};
pub use run::{ConformityRun, Occasion, Wanted, ask, check_now, find, nightly, scope, sweep, work_off};
pub use settings::{RuleSet, RulesError};

/// Those of these certificates that conform: checked, in force, and without an open error. For figures that want to know it
/// of single certificates; the rate of a division is [`rates::rates`]. One that was never checked does not conform.
///
/// # Errors
/// When the database cannot.
pub fn is_conforming(conn: &mut Conn, certificates: &[&str]) -> Result<BTreeSet<String>, StoreError> {
    let mut conforming: BTreeSet<_> = checks::find(conn, certificates)?
        .into_iter()
        .filter(|check| check.in_force)
        .map(|check| check.certificate_id)
        .collect();
    for id in nonconformities::with_errors(conn, certificates)? {
        conforming.remove(&id);
    }
    Ok(conforming)
}
