//! When a job is due: the times it is for are numbered, and each number is done once. Pure.

use crate::clock::Timestamp;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Once in so many seconds.
    Seconds(u32),
    /// Once a day, from this hour on (UTC+8).
    Day {
        /// 0 to 23.
        hour: u8,
    },
}

impl Every {
    /// The number of the newest time that has come.
    #[must_use]
    pub fn slot(self, now: Timestamp) -> i64 {
        match self {
            Self::Seconds(seconds) => now.millis().div_euclid(1_000 * i64::from(seconds.max(1))),
            Self::Day { hour } => i64::from(now.plus_seconds(-3_600 * i64::from(hour)).day().0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-06-15T10:00:00+08:00.
    const MORNING: Timestamp = Timestamp(1_781_488_800_000);

    #[test]
    fn a_daily_job_is_due_from_its_hour_on_in_china() {
        let slot = |seconds| Every::Day { hour: 2 }.slot(MORNING.plus_seconds(seconds));
        let today = slot(0);
        assert_eq!(slot(-8 * 3_600), today, "at two o'clock");
        assert_eq!(slot(-8 * 3_600 - 1), today - 1, "a second before");
        assert_eq!(slot(16 * 3_600 - 1), today);
    }

    #[test]
    fn others_are_due_once_in_their_time() {
        let slot = |seconds| Every::Seconds(60).slot(MORNING.plus_seconds(seconds));
        assert_eq!([slot(0), slot(59), slot(60)], [slot(0), slot(0), slot(0) + 1]);
    }
}
