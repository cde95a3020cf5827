//! Tallies summed up to the end of a day.

use diesel::dsl::sum;
use diesel::prelude::*;

use crate::schema::score_tallies;
use crate::store::{Conn, StoreError};

/// Measure, conforming, division, kind, number.
pub type Counted = (String, bool, String, String, Option<i64>);

/// Which tallies count. Every range holds both its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The year of issue or use; 0: what is in force.
    pub year: i32,
    /// Until when.
    pub until: Until,
    /// Division codes, six digits.
    pub divisions: (String, String),
    /// Kinds, three digits.
    pub kinds: (String, String),
}

/// A day, with the first days of its month and its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// The first day of its year.
    pub year: i32,
    /// The first day of its month.
    pub month: i32,
    /// Itself.
    pub day: i32,
}

/// The tallies by measure, division and kind: the years before, the months before in the year, the days in the month.
///
/// # Errors
/// When the database cannot.
pub fn counted(conn: &mut Conn, filter: &Filter) -> Result<Vec<Counted>, StoreError> {
    use score_tallies::{conforming, division, kind, level, measure, number, starts, year};
    let until = filter.until;
    let years = level.eq("year").and(starts.lt(until.year));
    let months = level.eq("month").and(starts.ge(until.year)).and(starts.lt(until.month));
    let days = level.eq("day").and(starts.between(until.month, until.day));
    Ok(score_tallies::table
        .filter(year.eq(filter.year))
        .filter(years.or(months).or(days))
        .filter(division.between(&filter.divisions.0, &filter.divisions.1))
        .filter(kind.between(&filter.kinds.0, &filter.kinds.1))
        .group_by((measure, conforming, division, kind))
        .select((measure, conforming, division, kind, sum(number)))
        .load(conn)?)
}
