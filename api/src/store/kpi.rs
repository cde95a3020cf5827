//! Queries behind the figures: certificates counted by division and kind.
//!
//! Every condition is a range, so that one query does for every choice. What is not here: what the figures mean.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::{activations, certificates};

/// Division, kind, number.
pub type Counted = (String, String, i64);

/// Which certificates and uses count. Every range holds both its ends.
#[derive(Clone, Debug)]
pub struct Filter {
    /// The year of the uses.
    pub year: i32,
    /// Days of issue, counted from 1970-01-01.
    pub issued: (i32, i32),
    /// Division codes, six digits.
    pub divisions: (String, String),
    /// Kinds, three digits.
    pub kinds: (String, String),
    /// Words of [`super::activations::Source`].
    pub sources: (&'static str, &'static str),
}

/// Certificates issued on the days of the filter.
///
/// # Errors
/// When the database cannot.
pub fn issued(conn: &mut Conn, filter: &Filter) -> Result<Vec<Counted>, StoreError> {
    Ok(certificates::table
        .filter(certificates::issued_on.between(filter.issued.0, filter.issued.1))
        .filter(certificates::division.between(&filter.divisions.0, &filter.divisions.1))
        .filter(certificates::kind.between(&filter.kinds.0, &filter.kinds.1))
        .filter(certificates::specimen.eq(false))
        .group_by((certificates::division, certificates::kind))
        .select((certificates::division, certificates::kind, count_star()))
        .load(conn)?)
}

/// Certificates used in the year, once each: those issued on these days, or all.
///
/// # Errors
/// When the database cannot.
pub fn activated(
    conn: &mut Conn,
    filter: &Filter,
    issued: Option<(i32, i32)>,
) -> Result<Vec<Counted>, StoreError> {
    let (first, last) = issued.unwrap_or((i32::MIN, i32::MAX));
    let used = activations::table
        .filter(activations::year.eq(filter.year))
        .filter(activations::source.between(filter.sources.0, filter.sources.1))
        .select(activations::certificate_id);
    Ok(certificates::table
        .filter(certificates::id.eq_any(used))
        .filter(certificates::issued_on.between(first, last))
        .filter(certificates::division.between(&filter.divisions.0, &filter.divisions.1))
        .filter(certificates::kind.between(&filter.kinds.0, &filter.kinds.1))
        .filter(certificates::specimen.eq(false))
        .group_by((certificates::division, certificates::kind))
        .select((certificates::division, certificates::kind, count_star()))
        .load(conn)?)
}
