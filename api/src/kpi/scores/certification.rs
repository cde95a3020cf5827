//! 制证率: conforming e-certificates in force, of all valid licences, on paper or electronic.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Rate, number};
use crate::kpi::scoring::{Indicator, NextBand, Points};
use crate::record::Day;
use crate::store::licence_counts::LicenceCountRow;
use crate::store::scores::Counted;

/// Row 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CertificationRow {
    /// The rate.
    pub rate: Rate,
    /// What it is worth, 40 at most; null when there is no rate.
    pub points: Option<Points>,
    /// `not_applicable`: there is no valid licence. `not_reported`: no number of paper licences was reported.
    /// `partly_reported`: for some divisions and kinds none was; they count with their e-certificates alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// E-certificates in force that conform: the numerator.
    pub conforming: u64,
    /// E-certificates in force.
    pub electronic: u64,
    /// Valid licences without an e-certificate, as reported.
    pub paper: u64,
    /// The day of the oldest report that this rests on, `YYYYMMDD`.
    pub reported_since: Option<String>,
    /// Divisions and kinds that have e-certificates and no report.
    pub unreported: u64,
    /// The next band.
    pub next_band: Option<NextBand>,
    /// By city.
    pub by_city: Vec<CityCertification>,
}

/// Row 1 of a city.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CityCertification {
    /// GB/T 2260, six digits.
    pub division: String,
    /// The rate.
    pub rate: Rate,
}

#[derive(Clone, Copy, Default)]
struct Licences {
    conforming: u64,
    electronic: u64,
    paper: u64,
}

impl CertificationRow {
    pub(super) fn of(in_force: &[Counted], paper: &[LicenceCountRow]) -> Self {
        let mut cells: BTreeMap<(&str, &str), Licences> = BTreeMap::new();
        for counted in in_force {
            let licences = cells.entry((&counted.2, &counted.3)).or_default();
            licences.electronic += number(counted);
            licences.conforming += if counted.1 { number(counted) } else { 0 };
        }
        let reported: BTreeSet<_> =
            paper.iter().map(|row| (row.division.as_str(), row.kind.as_str())).collect();
        let unreported = cells
            .iter()
            .filter(|(cell, licences)| licences.electronic > 0 && !reported.contains(*cell))
            .count();
        for row in paper {
            let licences = cells.entry((&row.division, &row.kind)).or_default();
            licences.paper += u64::try_from(row.paper).unwrap_or_default();
        }
        let all = cells.values().fold(Licences::default(), Licences::with);
        let whole = all.electronic + all.paper;
        let note = if whole == 0 {
            Some("not_applicable")
        } else if paper.is_empty() {
            Some("not_reported")
        } else {
            (unreported > 0).then_some("partly_reported")
        };
        let known = !paper.is_empty() && whole > 0;
        Self {
            rate: Rate::of(all.conforming, whole),
            points: Indicator::Certification.points(all.conforming, whole).filter(|_| known),
            note: note.map(str::to_owned),
            conforming: all.conforming,
            electronic: all.electronic,
            paper: all.paper,
            reported_since: paper
                .iter()
                .map(|row| row.day)
                .min()
                .and_then(Day::from_days)
                .map(|day| day.to_string()),
            unreported: u64::try_from(unreported).unwrap_or_default(),
            next_band: Indicator::Certification.next_band(all.conforming, whole).filter(|_| known),
            by_city: by_city(&cells),
        }
    }
}

fn by_city(cells: &BTreeMap<(&str, &str), Licences>) -> Vec<CityCertification> {
    let mut cities: BTreeMap<String, Licences> = BTreeMap::new();
    for ((division, _), licences) in cells {
        let city = cities.entry(crate::kpi::places::city(division)).or_default();
        *city = city.with(licences);
    }
    let row = |(division, licences): (String, Licences)| CityCertification {
        division,
        rate: Rate::of(licences.conforming, licences.electronic + licences.paper),
    };
    cities.into_iter().map(row).collect()
}

impl Licences {
    fn with(self, other: &Self) -> Self {
        Self {
            conforming: self.conforming + other.conforming,
            electronic: self.electronic + other.electronic,
            paper: self.paper + other.paper,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_force(division: &str, kind: &str, conforming: bool, number: i64) -> Counted {
        ("in_force".to_owned(), conforming, division.to_owned(), kind.to_owned(), Some(number))
    }

    fn paper(division: &str, kind: &str, paper: i32) -> LicenceCountRow {
        LicenceCountRow {
            id: String::new(),
            division: division.to_owned(),
            kind: kind.to_owned(),
            day: 20_454,
            paper,
            note: String::new(),
            reported_by: String::new(),
            reported_at: 0,
            replaced_at: None,
        }
    }

    #[test]
    fn the_rate_is_of_all_valid_licences_and_only_conforming_ones_are_in_its_numerator() {
        let counted = [in_force("210102", "013", true, 80), in_force("210102", "013", false, 10)];
        let row = CertificationRow::of(&counted, &[paper("210102", "013", 10)]);
        assert_eq!((row.rate.part, row.rate.whole, row.rate.percent), (80, 100, Some(80.0)));
        assert_eq!((row.points.unwrap().points, row.note), (35, None));
    }

    #[test]
    fn without_reports_there_are_no_points() {
        let row = CertificationRow::of(&[in_force("210102", "013", true, 80)], &[]);
        assert_eq!((row.points, row.note.as_deref(), row.unreported), (None, Some("not_reported"), 1));
        let row = CertificationRow::of(&[], &[]);
        assert_eq!((row.rate.percent, row.note.as_deref()), (None, Some("not_applicable")));
    }

    #[test]
    fn what_only_some_reported_is_said_to_be_so() {
        let counted = [in_force("210102", "013", true, 1), in_force("210203", "013", true, 1)];
        let row = CertificationRow::of(&counted, &[paper("210102", "013", 2)]);
        assert_eq!((row.rate.part, row.rate.whole), (2, 4));
        assert_eq!((row.note.as_deref(), row.unreported), (Some("partly_reported"), 1));
        let cities: Vec<_> =
            row.by_city.iter().map(|city| (city.division.as_str(), city.rate.whole)).collect();
        assert_eq!(cities, [("210100", 3), ("210200", 1)]);
    }
}
