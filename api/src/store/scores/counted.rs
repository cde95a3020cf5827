//! Tallies summed up to the end of a day.

use std::collections::BTreeMap;

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

/// The tallies by measure, division and kind: the years before, the months before in the year, the days in the month. Each is
/// a query of its own, a range of the table's key: of all three in one, PostgreSQL reads the whole table.
///
/// # Errors
/// When the database cannot.
pub fn counted(conn: &mut Conn, filter: &Filter) -> Result<Vec<Counted>, StoreError> {
    let until = filter.until;
    let ranges = [
        ("year", i32::MIN, until.year.saturating_sub(1)),
        ("month", until.year, until.month.saturating_sub(1)),
        ("day", until.month, until.day),
    ];
    let mut sums: BTreeMap<(String, bool, String, String), i64> = BTreeMap::new();
    for (level, first, last) in ranges {
        for (measure, conforming, division, kind, number) in range(conn, filter, level, first, last)? {
            *sums.entry((measure, conforming, division, kind)).or_default() += number.unwrap_or_default();
        }
    }
    let row =
        |((measure, conforming, division, kind), number)| (measure, conforming, division, kind, Some(number));
    Ok(sums.into_iter().map(row).collect())
}

fn range(
    conn: &mut Conn,
    filter: &Filter,
    of: &str,
    first: i32,
    last: i32,
) -> Result<Vec<Counted>, StoreError> {
    use score_tallies::{conforming, division, kind, level, measure, number, starts, year};
    Ok(score_tallies::table
        .filter(year.eq(filter.year))
        .filter(level.eq(of))
        .filter(starts.between(first, last))
        .filter(division.between(&filter.divisions.0, &filter.divisions.1))
        .filter(kind.between(&filter.kinds.0, &filter.kinds.1))
        .group_by((measure, conforming, division, kind))
        .select((measure, conforming, division, kind, sum(number)))
        .load(conn)?)
}
