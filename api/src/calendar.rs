//! Working days: which days of the year are worked, and when a term of working days is over. Pure but for the reading of
//! the file.
//!
//! Statutory holidays and shifted working days are in `api/data/calendar/`, a file a year, with its source in its head. A
//! year without a file has its weekends only. A site's own file (`calendar_file`) takes the place of ours for the years it
//! names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::clock::Timestamp;
use crate::config::{Config, ConfigError};
use crate::record::Day;

const OURS: [&str; 2] =
    [include_str!("../data/calendar/2025.csv"), include_str!("../data/calendar/2026.csv")];

/// Longest run of days without a working day that is looked through, in days.
const LONGEST: usize = 366;

/// Which days are worked, apart from Monday to Friday.
#[derive(Clone, Debug, Default)]
pub struct Calendar(BTreeMap<Day, bool>);

#[derive(Deserialize)]
struct Row {
    date: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Holiday,
    Workday,
}

impl Calendar {
    /// The calendar of the settings.
    ///
    /// # Errors
    /// When a site's file cannot be read, or is not of its form.
    pub fn open(config: &Config) -> Result<Self, ConfigError> {
        let mut calendar = Self::default();
        OURS.into_iter().filter_map(parse).for_each(|days| calendar.take_over(days));
        if !config.calendar_file.is_empty() {
            let path = PathBuf::from(&config.calendar_file);
            let unreadable = |cause: String| ConfigError::Unreadable(path.clone(), cause);
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
            let days = parse(&text).ok_or_else(|| unreadable("a line is not date,kind,name".to_owned()))?;
            calendar.take_over(days);
        }
        Ok(calendar)
    }

    /// Whether a day is worked.
    #[must_use]
    pub fn is_worked(&self, day: Day) -> bool {
        // 1970-01-01 was a Thursday.
        let weekday = (day.days() + 3).rem_euclid(7);
        self.0.get(&day).copied().unwrap_or(weekday < 5)
    }

    /// The last of so many working days after a day.
    #[must_use]
    pub fn working_days_after(&self, day: Day, count: usize) -> Day {
        let later = (1..).map_while(|days| day.plus_days(days)).take(LONGEST * count.max(1));
        let mut worked = later.filter(|day| self.is_worked(*day));
        count.checked_sub(1).and_then(|index| worked.nth(index)).unwrap_or(day)
    }

    /// The first instant after a term of so many working days that begins on the day after `instant`.
    #[must_use]
    pub fn term(&self, instant: Timestamp, count: usize) -> Timestamp {
        let day = i32::try_from(instant.day().0).ok().and_then(Day::from_days).unwrap_or(Day::LAST);
        Timestamp::beginning_of(self.working_days_after(day, count).days() + 1)
    }

    /// What `days` says of a year is all there is of it.
    fn take_over(&mut self, days: BTreeMap<Day, bool>) {
        let years: BTreeSet<i16> = days.keys().map(|day| day.parts().0).collect();
        self.0.retain(|day, _| !years.contains(&day.parts().0));
        self.0.extend(days);
    }
}

/// The days of a file; `None` when one of its lines is not of its form.
fn parse(text: &str) -> Option<BTreeMap<Day, bool>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row: csv::Result<Row>| {
            let row = row.ok()?;
            Some((Day::parse(&row.date)?, row.kind == Kind::Workday))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Calendar {
        Calendar::open(&Config::default()).unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn our_files_are_of_their_form() {
        for text in OURS {
            let days = parse(text).unwrap();
            let weekend = |day: &Day| (day.days() + 3).rem_euclid(7) >= 5;
            assert!(days.iter().all(|(day, worked)| !worked || weekend(day)), "only weekends are shifted to");
        }
    }

    #[test]
    fn weekends_and_holidays_are_not_worked_and_shifted_days_are() {
        let calendar = ours();
        assert!(calendar.is_worked(day("20260615")), "Monday");
        assert!(!calendar.is_worked(day("20260613")), "Saturday");
        assert!(!calendar.is_worked(day("20260619")), "端午节, a Friday");
        assert!(calendar.is_worked(day("20260214")), "a Saturday before the Spring Festival");
        assert!(calendar.is_worked(day("20270101")), "a year nobody has announced yet has its weekends only");
    }

    #[test]
    fn a_term_of_working_days_begins_on_the_day_after() {
        let calendar = ours();
        let after = |text, count| calendar.working_days_after(day(text), count).to_string();
        assert_eq!(after("20260615", 2), "20260617");
        assert_eq!(after("20260617", 2), "20260622", "over 端午节 and its weekend");
        assert_eq!(after("20260930", 2), "20261009", "over the National Day: 8 and 9 October");
        assert_eq!(after("20260213", 1), "20260214", "a Saturday that is worked");
        assert_eq!(after("20260612", 1), "20260615", "over a weekend");
        assert_eq!(after("20260612", 0), "20260612");
    }

    #[test]
    fn a_term_is_over_at_midnight_in_china() {
        // 2026-06-15T10:00:00+08:00: over from 2026-06-18T00:00:00+08:00 on.
        assert_eq!(ours().term(Timestamp(1_781_488_800_000), 2), Timestamp(1_781_712_000_000));
    }

    #[test]
    fn a_sites_file_takes_the_place_of_ours_for_its_years() {
        let mut calendar = ours();
        calendar.take_over(parse("date,kind,name\n20260618,holiday,x\n").unwrap());
        assert!(!calendar.is_worked(day("20260618")));
        assert!(calendar.is_worked(day("20260619")), "the year is theirs alone");
        assert!(!calendar.is_worked(day("20250101")), "other years are ours");
        assert!(parse("date,kind,name\n2026-06-18,holiday,x\n").is_none());
    }
}
