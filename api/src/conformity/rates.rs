//! 数据合规率: of the certificates in force, those without an open error, by division and kind, on any day and over time.
//!
//! The numbers are sums of what changed on each day (`conformity::keep`): no certificate is looked at for them. A change counts
//! on the day it was checked, which is within a minute of its event. A certificate nobody has an open error against
//! although an exception was made of one conforms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use verifier_core::ids::Kind;

use crate::app::App;
use crate::auth::Account;
use crate::problem::{Code, Finding, Problem};
use crate::record::Day;
use crate::record::codes::Codes;
use crate::store::StoreError;
use crate::store::conformity::checks::{self, Cell, Step};

/// Most days of a course.
const DAYS_MAX: i32 = 366;

/// What is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RateQuery {
    /// Two, four or six digits of GB/T 2260; the account's own jurisdiction unless given.
    #[param(example = "2101")]
    division: Option<String>,
    /// One kind, by its three digits.
    #[param(example = "013")]
    kind: Option<String>,
    /// How it stood at the end of this day, `YYYYMMDD`; today unless given.
    #[param(example = "20260615")]
    as_of: Option<String>,
    /// With the course from this day on, 366 days at most.
    #[param(example = "20260601")]
    since: Option<String>,
}

/// What is asked for, checked.
#[derive(Clone, Debug)]
pub struct RateScope {
    divisions: (String, String),
    division: String,
    kind: Option<Kind>,
    as_of: Day,
    since: Option<Day>,
}

/// 数据合规率 of a jurisdiction.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConformityRates {
    /// The jurisdiction: a prefix of division codes; empty: the whole province.
    division: String,
    /// The kind, when asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The day.
    #[schema(example = "20260615")]
    as_of: String,
    /// In all.
    total: ConformityFigures,
    /// By kind.
    by_kind: Vec<KindConformity>,
    /// By division, six digits.
    by_division: Vec<DivisionConformity>,
    /// Day by day, when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days: Vec<DayConformity>,
}

/// A rate as its exact fraction, and as a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConformityFigures {
    /// Numerator: certificates in force without an open error.
    pub conforming: i64,
    /// Denominator: certificates in force that were checked.
    pub in_force: i64,
    /// The fraction in per cent, rounded to two places; null where none is in force.
    pub percent: Option<f64>,
}

/// The rate of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindConformity {
    /// Last three digits of the type code.
    #[schema(example = "013")]
    kind: String,
    /// What it is called, in Chinese.
    name: &'static str,
    /// Its figures.
    #[serde(flatten)]
    figures: ConformityFigures,
}

/// The rate of one division.
#[derive(Debug, Serialize, ToSchema)]
pub struct DivisionConformity {
    /// GB/T 2260, six digits.
    #[schema(example = "210100")]
    division: String,
    /// What it is called, where this program knows it.
    name: Option<&'static str>,
    /// Its figures.
    #[serde(flatten)]
    figures: ConformityFigures,
}

/// The rate at the end of one day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayConformity {
    /// Which day.
    #[schema(example = "20260615")]
    day: String,
    /// Its figures.
    #[serde(flatten)]
    figures: ConformityFigures,
}

impl RateQuery {
    /// What is asked for, if this account may.
    ///
    /// # Errors
    /// [`Code::BadQuery`] with what does not fit, [`Code::OtherDivision`].
    pub fn scope(self, account: &Account, today: Day) -> Result<RateScope, Problem> {
        let day = |text: Option<String>| text.map(|text| Day::parse(&text));
        let kind = self.kind.as_deref().map(Kind::from_code);
        let (as_of, since) = (day(self.as_of).unwrap_or(Some(today)), day(self.since));
        let is_course =
            |since: Day| as_of.is_some_and(|as_of| since <= as_of && as_of.days() - since.days() < DAYS_MAX);
        let findings: Vec<_> = [
            ("kind", kind != Some(None)),
            ("as_of", as_of.is_some()),
            ("since", since.is_none_or(|since| since.is_some_and(is_course))),
        ]
        .into_iter()
        .filter(|(_, fits)| !fits)
        .map(|(item, _)| Finding { item: item.into(), rule: "unfit".into(), source: None })
        .collect();
        let Some(as_of) = as_of.filter(|_| findings.is_empty()) else {
            return Err(Problem::new(Code::BadQuery).findings(findings));
        };
        let division = self.division.clone().or_else(|| account.division.clone()).unwrap_or_default();
        let divisions = account.divisions(self.division)?;
        Ok(RateScope { divisions, division, kind: kind.flatten(), as_of, since: since.flatten() })
    }
}

/// Sums up.
///
/// # Errors
/// When the database cannot.
pub async fn rates(app: &App, scope: RateScope) -> Result<ConformityRates, Problem> {
    let asked = scope.clone();
    let read = move |conn: &mut _| {
        let kinds = asked.kind.map_or(("000", "999"), |kind| (kind.code(), kind.code()));
        checks::steps(conn, &asked.divisions, kinds, asked.as_of.days())
    };
    let steps = app.db.read::<_, StoreError, _>(read).await?;
    Ok(report(scope, &steps))
}

fn report(scope: RateScope, steps: &[(i32, Cell)]) -> ConformityRates {
    let cells = || steps.iter().map(|(_, cell)| cell);
    let kinds = grouped(cells().map(|(_, kind, step)| (kind.as_str(), *step)));
    let divisions = grouped(cells().map(|(division, _, step)| (division.as_str(), *step)));
    let name = |kind: &str| Kind::from_code(kind).map_or("", Kind::name_zh);
    ConformityRates {
        division: scope.division.clone(),
        kind: scope.kind.map(Kind::code),
        as_of: scope.as_of.to_string(),
        total: figures(cells().map(|(_, _, step)| *step)),
        by_kind: kinds
            .into_iter()
            .map(|(kind, step)| KindConformity {
                kind: kind.to_owned(),
                name: name(kind),
                figures: step.into(),
            })
            .collect(),
        by_division: divisions
            .into_iter()
            .map(|(division, step)| DivisionConformity {
                division: division.to_owned(),
                name: Codes::Divisions.name(division),
                figures: step.into(),
            })
            .collect(),
        days: course(&scope, steps),
    }
}

/// How it stood at the end of each day.
fn course(scope: &RateScope, steps: &[(i32, Cell)]) -> Vec<DayConformity> {
    let Some(since) = scope.since else { return Vec::new() };
    let (mut sum, mut steps) = (Step::default(), steps.iter().peekable());
    let mut days = Vec::new();
    for day in since.days()..=scope.as_of.days() {
        while let Some((_, (_, _, step))) = steps.next_if(|(changed, _)| *changed <= day) {
            sum = added(sum, *step);
        }
        days.extend(
            Day::from_days(day).map(|day| DayConformity { day: day.to_string(), figures: sum.into() }),
        );
    }
    days
}

fn grouped<'a>(steps: impl Iterator<Item = (&'a str, Step)>) -> BTreeMap<&'a str, Step> {
    let mut groups = BTreeMap::new();
    for (key, step) in steps {
        let sum: &mut Step = groups.entry(key).or_default();
        *sum = added(*sum, step);
    }
    groups
}

fn figures(steps: impl Iterator<Item = Step>) -> ConformityFigures {
    steps.fold(Step::default(), added).into()
}

fn added(one: Step, other: Step) -> Step {
    Step { in_force: one.in_force + other.in_force, conforming: one.conforming + other.conforming }
}

impl From<Step> for ConformityFigures {
    fn from(Step { in_force, conforming }: Step) -> Self {
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        Self { conforming, in_force, percent: crate::kpi::percent(number(conforming), number(in_force)) }
    }
}
