//! Annex A as data (`api/data/scoring/annex-a.csv`): what a fraction is worth. Pure.
//!
//! Fractions are compared as they are, in whole numbers: a rate that is 90 % only when rounded is not 90 %.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What points are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// 制证率.
    Certification,
    /// 年度激活率.
    Activation,
    /// 宣传培训: 0 none, 1 in part, 100 all.
    Training,
    /// 亮证与查验: the number of confirmed incidents.
    Showing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    Inclusive,
    Exclusive,
}

/// A band: from this per cent on, so many points.
#[derive(Clone, Debug, Deserialize)]
struct Band {
    indicator: Indicator,
    from: u64,
    bound: Bound,
    points: u16,
}

/// Points, by both readings of 高于90%.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Points {
    /// As the words say: exactly 90 % is not above 90 %.
    pub points: u16,
    /// By the other reading: exactly 90 % is in the highest band.
    pub other_reading: u16,
}

/// The next band, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextBand {
    /// Where it begins, in per cent.
    pub from_percent: u64,
    /// Whether the bound itself is in it.
    pub bound_included: bool,
    /// What it is worth.
    pub points: u16,
    /// How many more of the numerator reach it.
    pub missing: u64,
}

static BANDS: LazyLock<Vec<Band>> = LazyLock::new(|| {
    let text = include_str!("../../data/scoring/annex-a.csv");
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .flatten()
        .collect()
});

impl Indicator {
    /// What a fraction is worth; `None` when it is of nothing.
    #[must_use]
    pub fn points(self, part: u64, whole: u64) -> Option<Points> {
        if whole == 0 {
            return None;
        }
        let reached = |reading: fn(&Band, u64, u64) -> bool| {
            let bands = BANDS.iter().filter(|band| band.indicator == self && reading(band, part, whole));
            bands.max_by_key(|band| band.from).map_or(0, |band| band.points)
        };
        let other = |band: &Band, part, whole| band.is_touched(part, whole);
        Some(Points { points: reached(Band::is_reached), other_reading: reached(other) })
    }

    /// The next band; `None` in the highest.
    #[must_use]
    pub fn next_band(self, part: u64, whole: u64) -> Option<NextBand> {
        let open = BANDS.iter().filter(|band| band.indicator == self && !band.is_reached(part, whole));
        let band = open.min_by_key(|band| band.from)?;
        let bound = u128::from(band.from) * u128::from(whole);
        let needed = match band.bound {
            Bound::Inclusive => bound.div_ceil(100),
            Bound::Exclusive => bound / 100 + 1,
        };
        let needed = u64::try_from(needed).ok().filter(|needed| *needed <= whole)?;
        Some(NextBand {
            from_percent: band.from,
            bound_included: band.bound == Bound::Inclusive,
            points: band.points,
            missing: needed.saturating_sub(part),
        })
    }
}

impl Band {
    fn is_reached(&self, part: u64, whole: u64) -> bool {
        self.is_touched(part, whole) && (self.bound == Bound::Inclusive || !self.is_bound(part, whole))
    }

    fn is_touched(&self, part: u64, whole: u64) -> bool {
        u128::from(part) * 100 >= u128::from(self.from) * u128::from(whole)
    }

    fn is_bound(&self, part: u64, whole: u64) -> bool {
        u128::from(part) * 100 == u128::from(self.from) * u128::from(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(indicator: Indicator, part: u64, whole: u64) -> (u16, u16) {
        let points = indicator.points(part, whole).unwrap();
        (points.points, points.other_reading)
    }

    #[test]
    fn every_line_of_the_annex_is_read() {
        let text = include_str!("../../data/scoring/annex-a.csv");
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(BANDS.len(), lines - 1);
    }

    #[test]
    fn a_bound_belongs_to_the_band_it_begins() {
        for (part, expected) in
            [(0, 0), (29, 0), (30, 5), (39, 5), (40, 15), (50, 20), (60, 25), (70, 30), (80, 35), (91, 40)]
        {
            assert_eq!(points(Indicator::Certification, part, 100), (expected, expected), "{part} %");
        }
        for (part, expected) in [(19, 0), (20, 5), (30, 10), (40, 15), (89, 35), (100, 40)] {
            assert_eq!(points(Indicator::Activation, part, 100), (expected, expected), "{part} %");
        }
    }

    #[test]
    fn exactly_ninety_per_cent_is_read_both_ways() {
        assert_eq!(points(Indicator::Activation, 9, 10), (35, 40));
        assert_eq!(points(Indicator::Activation, 8_999, 9_999), (35, 35), "90.00 % only when rounded");
        assert_eq!(points(Indicator::Activation, 900_001, 1_000_000), (40, 40));
    }

    #[test]
    fn nothing_of_nothing_is_worth_no_number() {
        assert_eq!(Indicator::Activation.points(0, 0), None);
        assert_eq!(Indicator::Activation.next_band(0, 0), None);
    }

    #[test]
    fn what_is_missing_reaches_the_next_band_and_one_less_does_not() {
        for whole in [1, 3, 7, 10, 999] {
            for part in 0..=whole {
                let Some(next) = Indicator::Activation.next_band(part, whole) else { continue };
                assert!(next.missing > 0, "{part}/{whole}");
                let [with, without] = [next.missing, next.missing - 1]
                    .map(|more| points(Indicator::Activation, part + more, whole).0);
                assert!(with >= next.points && without < next.points, "{part}/{whole}: {next:?}");
            }
        }
        assert_eq!(Indicator::Activation.next_band(9, 10).unwrap().missing, 1);
        assert_eq!(Indicator::Activation.next_band(10, 10), None);
    }

    #[test]
    fn training_and_showing_are_bands_too() {
        assert_eq!([0, 1, 99, 100].map(|part| points(Indicator::Training, part, 100).0), [0, 6, 6, 10]);
        assert_eq!([0, 1, 7].map(|incidents| points(Indicator::Showing, incidents, 100).0), [10, 0, 0]);
    }
}
