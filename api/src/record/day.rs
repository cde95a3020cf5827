//! Calendar days, as certificates state them (`YYYYMMDD`) and as the database keeps them (days since 1970-01-01).
//!
//! Not here: moments in time and time zones; a day of this module is a day in China (UTC+8).

use core::fmt;

use jiff::Span;
use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A day that exists in the calendar, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// 99991231, which certificates without an end state as their last day.
    pub const LAST: Self = Self(Date::constant(9999, 12, 31));

    /// Reads eight digits, `YYYYMMDD`; `None` where there is no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        if year < 1 {
            return None;
        }
        Date::new(year, month, day).ok().map(Self)
    }

    /// The day this many days after 1970-01-01; `None` outside the calendar.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        Some(Self(EPOCH)).and_then(|epoch| epoch.plus_days(days))
    }

    /// Days since 1970-01-01, negative before.
    #[must_use]
    pub fn days(self) -> i32 {
        let days = self.0.duration_since(EPOCH).as_hours() / 24;
        i32::try_from(days).unwrap_or(i32::MAX)
    }

    /// The day this many days later, or earlier where negative; `None` outside the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Option<Self> {
        self.plus(Span::new().try_days(days).ok()?)
    }

    /// The same day this many years later, the 28th where it would be a 29 February; `None` outside the calendar.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Option<Self> {
        self.plus(Span::new().try_years(years).ok()?)
    }

    /// Year, month and day of month.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    fn plus(self, span: Span) -> Option<Self> {
        let date = self.0.checked_add(span).ok()?;
        (date.year() >= 1).then_some(Self(date))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}{month:02}{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_1970() {
        for (text, days) in [("19700101", 0), ("19691231", -1), ("20000301", 11_017), ("99991231", 2_932_896)]
        {
            let day = Day::parse(text).unwrap();
            assert_eq!(day.days(), days);
            assert_eq!(Day::from_days(days), Some(day));
            assert_eq!(day.to_string(), text);
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in
            ["20250229", "20251301", "20250100", "2025010", "2025-1-1", "00000101", "２０２５０１０１"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_after_a_leap_day_is_the_28th() {
        let day = Day::parse("20240229").unwrap();
        assert_eq!(day.plus_years(1), Day::parse("20250228"));
    }

    #[test]
    fn the_calendar_ends() {
        assert_eq!(Day::LAST.plus_days(1), None);
        for far in [i32::MIN, -1_000_000, i32::MAX] {
            assert_eq!(Day::from_days(far), None);
            assert_eq!(Day::LAST.plus_years(far), None);
        }
    }
}
