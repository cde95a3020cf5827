//! When to try again: later each time, and not all sites at once. Pure.

/// The first pause, in milliseconds.
const FIRST: i64 = 2_000;
/// The longest: a ministry that is back is noticed within minutes.
const LONGEST: i64 = 5 * 60_000;

/// Milliseconds to wait after so many failures in a row: twice as long each time, of which the last half is left to
/// chance (`random`).
pub(super) fn pause(failures: i64, random: u32) -> i64 {
    let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 20)).unwrap_or(0);
    let whole = FIRST.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST);
    let half = whole / 2;
    half + half * i64::from(random) / i64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_the_one_before_up_to_five_minutes() {
        let longest = [1, 2, 3, 8, 9, 1_000_000].map(|failures| pause(failures, u32::MAX));
        assert_eq!(longest, [2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
    }

    #[test]
    fn half_of_it_is_left_to_chance() {
        assert_eq!([0, u32::MAX / 2, u32::MAX].map(|random| pause(2, random)), [2_000, 2_999, 4_000]);
    }
}
