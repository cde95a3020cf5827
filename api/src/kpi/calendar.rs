//! Days, months and years as the figures are kept by. Days are counted from 1970-01-01 (UTC+8).

use crate::record::Day;
use crate::store::scores::Until;

/// How long a time a tally is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Year,
    Month,
    Day,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Year, Self::Month, Self::Day];

    /// The word it is stored as.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
        }
    }

    /// The first day of the time that a day is in.
    pub fn starts(self, day: i32) -> i32 {
        let Some((_, month, of_month)) = Day::from_days(day).map(Day::parts) else { return day };
        match self {
            Self::Day => day,
            Self::Month => day - i32::from(of_month) + 1,
            Self::Year => {
                let first = Day::from_days(day - i32::from(of_month) + 1);
                first.map_or(day, |first| year_of(first, month))
            }
        }
    }
}

/// From the first of a month back to the first of its year.
fn year_of(first_of_month: Day, month: i8) -> i32 {
    (1..month).fold(first_of_month.days(), |first, _| Level::Month.starts(first - 1))
}

/// The year of a day.
pub fn year(day: i32) -> i32 {
    Day::from_days(day).map_or(0, |day| i32::from(day.parts().0))
}

/// The first day of a year.
pub fn first_day(year: u16) -> i32 {
    Day::parse(&format!("{year:04}0101")).map_or(0, Day::days)
}

/// The last day of a year.
pub fn last_day(year: u16) -> i32 {
    Day::parse(&format!("{year:04}1231")).map_or(0, Day::days)
}

/// The instant a day begins in China, in unix milliseconds.
pub fn begins(day: i32) -> i64 {
    (i64::from(day) * 24 - 8) * 3_600_000
}

/// A day, for sums of tallies.
pub fn until(day: i32) -> Until {
    Until { year: Level::Year.starts(day), month: Level::Month.starts(day), day }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i32 {
        Day::parse(text).unwrap().days()
    }

    #[test]
    fn a_day_is_in_its_month_and_its_year() {
        for (of, month, year) in [
            ("20260101", "20260101", "20260101"),
            ("20260301", "20260301", "20260101"),
            ("20240229", "20240201", "20240101"),
            ("20261231", "20261201", "20260101"),
            ("19691231", "19691201", "19690101"),
        ] {
            assert_eq!(until(day(of)), Until { year: day(year), month: day(month), day: day(of) });
        }
        assert_eq!((year(day("20261231")), year(day("20270101"))), (2026, 2027));
        assert_eq!(first_day(2026), day("20260101"));
    }
}
