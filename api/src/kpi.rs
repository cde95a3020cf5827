//! 年度激活率, the yearly activation rate (annex A of Liaoning's standard): of the certificates issued in a year, those
//! that were used (使用证照) or checked (亮证查验) in it at least once.
//!
//! - `kpi/query.rs`: what is asked for
//! - `kpi/figures.rs`: the figures and their fraction
//! - `kpi/places.rs`: divisions and what they are called
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
use crate::problem::Problem;
use crate::store::StoreError;
use crate::store::kpi::{self as rows, Counted};

mod figures;
mod places;
mod query;

pub use figures::{Figures, percent};
pub use query::{ActivationQuery, Scope, SourceFilter};

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

/// Counts.
///
/// # Errors
/// When the database cannot.
pub async fn activation(app: &App, scope: Scope) -> Result<ActivationRate, Problem> {
    let counted = scope.filter();
    let cells: Result<_, StoreError> = app
        .db
        .read(move |conn| {
            let issued = rows::issued(conn, &counted)?;
            let activated = rows::activated(conn, &counted, Some(counted.issued))?;
            let of_any_year = rows::activated(conn, &counted, None)?;
            Ok([issued, activated, of_any_year])
        })
        .await;
    Ok(report(scope, &tallies(cells?)))
}

/// One tally for each division and kind.
type Cells = BTreeMap<(String, String), Tally>;

fn tallies([issued, activated, of_any_year]: [Vec<Counted>; 3]) -> Cells {
    let mut cells = Cells::new();
    let mut add = |counted: Vec<Counted>, set: fn(&mut Tally, u64)| {
        for (division, kind, number) in counted {
            set(cells.entry((division, kind)).or_default(), u64::try_from(number).unwrap_or_default());
        }
    };
    add(issued, |tally, number| tally.issued += number);
    add(activated, |tally, number| tally.activated += number);
    add(of_any_year, |tally, number| tally.activated_of_any_year += number);
    cells
}

fn report(scope: Scope, cells: &Cells) -> ActivationRate {
    let by_division = |name: fn(&str) -> String| {
        let rows = grouped(cells, |division, _| name(division)).into_iter();
        rows.map(|(division, figures)| DivisionFigures { name: places::name(&division), division, figures })
    };
    ActivationRate {
        year: scope.year,
        division: scope.division,
        kind: scope.kind.map(Kind::code),
        source: scope.source,
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

    fn counted(division: &str, kind: &str, number: i64) -> Counted {
        (division.to_owned(), kind.to_owned(), number)
    }

    fn rate() -> ActivationRate {
        let issued =
            vec![counted("210102", "013", 3), counted("210103", "013", 1), counted("210203", "071", 4)];
        let activated = vec![counted("210102", "013", 1), counted("210203", "071", 4)];
        let of_any_year =
            vec![counted("210102", "013", 2), counted("210203", "071", 4), counted("210300", "072", 7)];
        let scope = Scope { year: 2026, division: String::new(), kind: None, source: SourceFilter::Any };
        report(scope, &tallies([issued, activated, of_any_year]))
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
