//! 年度激活率, the yearly activation rate (annex A of Liaoning's standard): of the certificates issued in a year, those
//! that were used (使用证照) or checked (亮证查验) in it at least once.
//!
//! - `kpi/query.rs`: what is asked for
//! - `kpi/figures.rs`: the figures and their fraction
//! - `kpi/places.rs`: divisions and what they are called
//! - `kpi/follow.rs`: the job that keeps the tallies; `kpi/count.rs`: what a certificate adds to them;
//!   `kpi/conformity.rs`: whether it conforms; `kpi/calendar.rs`: days, months and years
//! - `kpi/scoring.rs`: annex A as data; `kpi/scores.rs`: its four rows, made from tallies and from
//!   `kpi/licences.rs`, `kpi/training.rs`, `kpi/refusal.rs`: what is reported
//! - `kpi/reports.rs`: frozen figures; `kpi/annual.rs`: the annual report
//!
//! The numerator counts certificates issued in the year only, so that no rate is above one; the wider figure, all
//! certificates activated in the year whatever their year of issue, stands beside it. Without certificates issued the
//! rate is not applicable, which is not nought. What is not here: what counts as an activation
//! (`store/activations.rs`, `receipt/judge.rs`), and the points a rate is worth.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::ids::Kind;

use crate::app::App;
use crate::problem::{Code, Finding, Problem};
use crate::store::scores::{self as rows, Counted};
use crate::store::{Conn, StoreError};

pub mod annual;
mod calendar;
mod conformity;
mod count;
mod figures;
mod follow;
pub mod licences;
mod places;
mod query;
pub mod refusal;
pub mod reports;
pub mod scores;
mod scoring;
pub mod training;

pub use figures::{Figures, percent};
pub use follow::catch_up;
pub use query::{ActivationQuery, Scope, SourceFilter};

use count::Measure;
use figures::Tally;

/// The activation rate of one year and jurisdiction.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivationRate {
    /// The year, in China.
    year: u16,
    /// The jurisdiction: a prefix of division codes; empty: the whole province.
    division: String,
    /// The kind of certificate, when asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The last day that counts, `YYYYMMDD`.
    #[schema(example = "20261231")]
    as_of: String,
    /// The number of the newest event of a certificate that is counted: figures are kept by a job, a few seconds behind.
    counted_to: i64,
    /// Which uses count.
    source: SourceFilter,
    /// In all.
    total: Figures,
    /// By kind.
    by_kind: Vec<KindFigures>,
    /// By city: the first four digits of the division.
    by_city: Vec<DivisionFigures>,
    /// By county: all six.
    by_county: Vec<DivisionFigures>,
}

/// The figures of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindFigures {
    /// Last three digits of the type code.
    #[schema(example = "013")]
    kind: String,
    /// What it is called, in Chinese.
    name: &'static str,
    /// What it is called, in English.
    name_en: &'static str,
    /// Its figures.
    #[serde(flatten)]
    figures: Figures,
}

/// The figures of one division.
#[derive(Debug, Serialize, ToSchema)]
pub struct DivisionFigures {
    /// GB/T 2260, six digits.
    #[schema(example = "210100")]
    division: String,
    /// What it is called, where this program knows it.
    name: Option<&'static str>,
    /// Its figures.
    #[serde(flatten)]
    figures: Figures,
}

/// Counts, from the tallies.
///
/// # Errors
/// When the database cannot.
pub async fn activation(app: &App, scope: Scope, source: SourceFilter) -> Result<ActivationRate, Problem> {
    let filter = scope.of_year();
    let read = move |conn: &mut Conn| Ok((rows::counted(conn, &filter)?, rows::mark(conn)?));
    let counted: Result<_, StoreError> = app.db.read(read).await;
    let (counted, mark) = counted?;
    Ok(report(scope, source, mark, &tallies(source, counted)))
}

/// The problem of an item that does not fit.
fn unfit(item: &'static str, rule: &'static str) -> Problem {
    let finding = Finding { item: item.into(), rule: rule.into(), source: None };
    Problem::new(Code::UnfitValue).findings(vec![finding])
}

/// One tally for each division and kind.
type Cells = BTreeMap<(String, String), Tally>;

fn tallies(source: SourceFilter, counted: Vec<Counted>) -> Cells {
    let (of_year, of_any_year) = source.measures();
    let mut cells = Cells::new();
    for (measure, conforming, division, kind, number) in counted {
        let number = number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
        let tally = cells.entry((division, kind)).or_default();
        if measure == of_any_year.word() {
            tally.activated_of_any_year += number;
        } else if conforming && measure == of_year.word() {
            tally.activated += number;
        } else if conforming && measure == Measure::Issued.word() {
            tally.issued += number;
        }
    }
    cells
}

fn report(scope: Scope, source: SourceFilter, counted_to: i64, cells: &Cells) -> ActivationRate {
    let by_division = |name: fn(&str) -> String| {
        let rows = grouped(cells, |division, _| name(division)).into_iter();
        rows.map(|(division, figures)| DivisionFigures { name: places::name(&division), division, figures })
    };
    ActivationRate {
        year: scope.year,
        division: scope.division,
        kind: scope.kind.map(Kind::code),
        as_of: scope.as_of.to_string(),
        counted_to,
        source,
        total: cells.values().copied().sum::<Tally>().into(),
        by_kind: grouped(cells, |_, kind| kind.to_owned()).into_iter().filter_map(of_kind).collect(),
        by_city: by_division(places::city).collect(),
        by_county: by_division(str::to_owned).collect(),
    }
}

fn grouped(cells: &Cells, group: impl Fn(&str, &str) -> String) -> BTreeMap<String, Figures> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for ((division, kind), tally) in cells {
        *tallies.entry(group(division, kind)).or_default() += *tally;
    }
    tallies.into_iter().map(|(name, tally)| (name, tally.into())).collect()
}

fn of_kind((code, figures): (String, Figures)) -> Option<KindFigures> {
    let kind = Kind::from_code(&code)?;
    Some(KindFigures { name: kind.name_zh(), name_en: kind.name_en(), kind: code, figures })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(measure: Measure, division: &str, kind: &str, number: i64) -> Counted {
        (measure.word().to_owned(), true, division.to_owned(), kind.to_owned(), Some(number))
    }

    fn rate() -> ActivationRate {
        let counted = vec![
            counted(Measure::Issued, "210102", "013", 3),
            counted(Measure::Issued, "210103", "013", 1),
            counted(Measure::Issued, "210203", "071", 4),
            counted(Measure::Used, "210102", "013", 1),
            counted(Measure::Used, "210203", "071", 4),
            counted(Measure::Shown, "210203", "071", 2),
            counted(Measure::UsedAny, "210102", "013", 2),
            counted(Measure::UsedAny, "210203", "071", 4),
            counted(Measure::UsedAny, "210300", "072", 7),
            (Measure::Issued.word().to_owned(), false, "210102".to_owned(), "013".to_owned(), Some(9)),
        ];
        let as_of = crate::record::Day::parse("20261231").unwrap();
        let scope = Scope { year: 2026, division: String::new(), kind: None, as_of };
        report(scope, SourceFilter::Any, 0, &tallies(SourceFilter::Any, counted))
    }

    fn percents(rows: &[DivisionFigures]) -> Vec<(&str, Option<f64>)> {
        rows.iter().map(|row| (row.division.as_str(), row.figures.percent)).collect()
    }

    #[test]
    fn rows_add_up_to_the_total() {
        let rate = rate();
        let total = (rate.total.activated, rate.total.issued, rate.total.activated_of_any_year);
        assert_eq!(total, (5, 8, 13));
        assert_eq!(rate.total.percent, Some(62.5));
        assert_eq!(rate.by_kind.iter().map(|row| row.figures.issued).sum::<u64>(), 8);
    }

    #[test]
    fn counties_add_up_to_their_city() {
        assert_eq!(
            percents(&rate().by_county),
            [("210102", Some(33.33)), ("210103", Some(0.0)), ("210203", Some(100.0)), ("210300", None)]
        );
        assert_eq!(
            percents(&rate().by_city),
            [("210100", Some(25.0)), ("210200", Some(100.0)), ("210300", None)]
        );
    }
}
