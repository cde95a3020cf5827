//! The figures of a rate: whole numbers, and their fraction as a percentage for people.

use std::iter::Sum;
use std::ops::AddAssign;

use serde::Serialize;
use utoipa::ToSchema;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub activated: u64,
    pub issued: u64,
    pub activated_of_any_year: u64,
}

/// A rate as its exact fraction, and as a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// Numerator: certificates issued in the year and activated in it.
    pub activated: u64,
    /// Denominator: certificates issued in the year.
    pub issued: u64,
    /// The fraction in per cent, rounded to two places; null when nothing was issued. Compare fractions, not this.
    pub percent: Option<f64>,
    /// `not_applicable` when nothing was issued: there is no rate then, which is not nought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
    /// Beside the rate: certificates activated in the year, whatever their year of issue.
    pub activated_of_any_year: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.activated += other.activated;
        self.issued += other.issued;
        self.activated_of_any_year += other.activated_of_any_year;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

impl From<Tally> for Figures {
    fn from(Tally { activated, issued, activated_of_any_year }: Tally) -> Self {
        let percent = percent(activated, issued);
        let note = percent.is_none().then_some("not_applicable");
        Self { activated, issued, percent, note, activated_of_any_year }
    }
}

/// Rounded half up to hundredths in whole numbers, so that both databases and all machines agree.
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    let hundredths = part.checked_mul(20_000)?.checked_add(whole)?.checked_div(whole.checked_mul(2)?)?;
    u32::try_from(hundredths).ok().map(|hundredths| f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_to_two_places() {
        for (part, whole, expected) in [
            (0, 7, 0.0),
            (1, 3, 33.33),
            (2, 3, 66.67),
            (1, 8, 12.5),
            (1, 20_000, 0.01),
            (8_999, 9_999, 90.0),
            (9, 9, 100.0),
        ] {
            assert_eq!(percent(part, whole), Some(expected), "{part}/{whole}");
        }
    }

    #[test]
    fn a_rate_of_nothing_is_not_applicable() {
        let figures = Figures::from(Tally { activated_of_any_year: 3, ..Tally::default() });
        assert_eq!((figures.percent, figures.note), (None, Some("not_applicable")));
    }
}
