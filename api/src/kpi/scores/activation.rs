//! 年度激活率: of the conforming certificates issued in the year, those used in it at least once, by either way.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Rate, number};
use crate::kpi::count::Measure;
use crate::kpi::scoring::{Indicator, NextBand, Points};
use crate::store::scores::Counted;

/// How many places are named where activations are easiest.
const EASIEST: usize = 10;

/// Row 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivationRow {
    /// The rate.
    pub rate: Rate,
    /// What it is worth, 40 at most; null when nothing was issued.
    pub points: Option<Points>,
    /// `not_applicable`: no conforming certificate was issued in the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Conforming certificates issued in the year: the denominator.
    pub issued: u64,
    /// Of those, used either way: the numerator.
    pub activated: u64,
    /// Of those, used by their holders (持证主体使用证照).
    pub shown: u64,
    /// Of those, checked by officers (亮证查验).
    pub checked: u64,
    /// Certificates issued in the year that do not conform: not in the rate.
    pub issued_not_conforming: u64,
    /// Beside the rate: all certificates activated in the year, whatever their year of issue and conformity.
    pub activated_of_any_year: u64,
    /// The next band: with so many more activations.
    pub next_band: Option<NextBand>,
    /// Where most conforming certificates of the year are not activated yet, ten at most.
    pub easiest: Vec<Easiest>,
}

/// A division and kind with certificates that are not activated yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Easiest {
    /// GB/T 2260, six digits.
    pub division: String,
    /// Last three digits of the type code.
    pub kind: String,
    /// How many.
    pub not_activated: u64,
}

impl ActivationRow {
    pub(super) fn of(counted: &[Counted]) -> Self {
        let sum = |measure: Measure, conforming: &[bool]| -> u64 {
            let of = |counted: &&Counted| counted.0 == measure.word() && conforming.contains(&counted.1);
            counted.iter().filter(of).map(number).sum()
        };
        let (issued, activated) = (sum(Measure::Issued, &[true]), sum(Measure::Used, &[true]));
        let points = Indicator::Activation.points(activated, issued);
        Self {
            rate: Rate::of(activated, issued),
            points,
            note: points.is_none().then(|| "not_applicable".to_owned()),
            issued,
            activated,
            shown: sum(Measure::Shown, &[true]),
            checked: sum(Measure::Checked, &[true]),
            issued_not_conforming: sum(Measure::Issued, &[false]),
            activated_of_any_year: sum(Measure::UsedAny, &[true, false]),
            next_band: Indicator::Activation.next_band(activated, issued),
            easiest: easiest(counted),
        }
    }
}

fn easiest(counted: &[Counted]) -> Vec<Easiest> {
    let mut left: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for counted in counted.iter().filter(|counted| counted.1 && counted.0 == Measure::Issued.word()) {
        *left.entry((&counted.2, &counted.3)).or_default() += number(counted);
    }
    for counted in counted.iter().filter(|counted| counted.1 && counted.0 == Measure::Used.word()) {
        let left = left.entry((&counted.2, &counted.3)).or_default();
        *left = left.saturating_sub(number(counted));
    }
    let mut easiest: Vec<_> = left.into_iter().filter(|(_, left)| *left > 0).collect();
    easiest.sort_by_key(|(cell, left)| (Reverse(*left), *cell));
    easiest.truncate(EASIEST);
    let named = |((division, kind), not_activated): ((&str, &str), u64)| Easiest {
        division: division.to_owned(),
        kind: kind.to_owned(),
        not_activated,
    };
    easiest.into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(measure: Measure, conforming: bool, division: &str, number: i64) -> Counted {
        (measure.word().to_owned(), conforming, division.to_owned(), "013".to_owned(), Some(number))
    }

    #[test]
    fn only_what_conforms_is_in_the_rate_and_the_wider_figure_stands_beside_it() {
        let row = ActivationRow::of(&[
            counted(Measure::Issued, true, "210102", 10),
            counted(Measure::Issued, true, "210203", 4),
            counted(Measure::Issued, false, "210102", 5),
            counted(Measure::Used, true, "210102", 8),
            counted(Measure::Used, false, "210102", 5),
            counted(Measure::UsedAny, true, "210102", 9),
            counted(Measure::UsedAny, false, "210102", 6),
        ]);
        assert_eq!((row.rate.part, row.rate.whole), (8, 14));
        assert_eq!((row.issued_not_conforming, row.activated_of_any_year), (5, 15));
        let easiest: Vec<_> =
            row.easiest.iter().map(|place| (place.division.as_str(), place.not_activated)).collect();
        assert_eq!(easiest, [("210203", 4), ("210102", 2)]);
        assert_eq!(row.next_band.unwrap().missing, 1, "9/14 is above 60 %");
    }
}
