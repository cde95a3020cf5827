//! Instants and calendar days of the protocol. Nothing here reads a clock.

use core::fmt;

use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: u64 = 86_400;
/// China standard time is UTC+8 all year (GB/T 7408 as the certificates use it).
const CHINA_OFFSET: u64 = 8 * 3_600;

/// An instant: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    /// `seconds` later; the largest instant where there is none.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// `seconds` earlier; 1970 where there is none.
    #[must_use]
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds from `earlier` to this instant; 0 when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar day in China (UTC+8).
    #[must_use]
    pub fn day(self) -> Day {
        Day(u32::try_from(self.plus(CHINA_OFFSET).0 / SECONDS_PER_DAY).unwrap_or(u32::MAX))
    }
}

/// A calendar day in China: whole days since 1970-01-01 (UTC+8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub u32);

impl Day {
    /// The first second of the day. 1970-01-01 began before the first instant, which then stands for it.
    #[must_use]
    pub fn start(self) -> Seconds {
        Seconds((u64::from(self.0) * SECONDS_PER_DAY).saturating_sub(CHINA_OFFSET))
    }

    /// Year, month 1–12 and day 1–31 of the Gregorian calendar
    /// (days-to-civil after Howard Hinnant, with eras of 400 years).
    #[must_use]
    pub fn civil(self) -> (u32, u32, u32) {
        let z = u64::from(self.0) + 719_468;
        let era = z / 146_097;
        let of_era = z % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        (narrow(year), narrow(month), narrow(day))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_in_china() {
        let midnight = Day(20_454).start();
        assert_eq!(midnight, Seconds(1_767_196_800), "2026-01-01T00:00:00+08:00");
        assert_eq!(midnight.day(), Day(20_454));
        assert_eq!(midnight.minus(1).day(), Day(20_453));
    }

    #[test]
    fn days_are_written_as_dates() {
        for (day, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_453, "2025-12-31"),
            (20_454, "2026-01-01"),
        ] {
            assert_eq!(Day(day).to_string(), text);
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(Seconds(u64::MAX).plus(1), Seconds(u64::MAX));
        assert_eq!(Seconds(u64::MAX).day(), Day(u32::MAX));
        assert_eq!(Day(0).start(), Seconds(0));
        let _ = Day(u32::MAX).to_string();
    }
}
