//! The four rows of annex A for a jurisdiction, a year and a moment.
//!
//! - `scores/certification.rs`: 制证率; `scores/activation.rs`: 年度激活率
//! - `scores/conduct.rs`: 宣传培训, 亮证与查验
//! - `scores/behind.rs`: the certificates behind a figure
//! - `scores/signs.rs`: what speaks for inflated figures
//!
//! All of it is read from tallies and a few rows, whatever the number of certificates.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::Asked;
use super::scoring::Points;
use super::{Scope, calendar, places};
use crate::app::App;
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::scores::{self as rows, Counted};
use crate::store::{Conn, StoreError, licence_counts, refusals, trainings};

mod activation;
pub mod behind;
pub mod certification;
mod conduct;
pub mod signs;

pub use activation::ActivationRow;
pub use certification::CertificationRow;
pub use conduct::{RefusalRow, TrainingRow};

/// The parameters as they come.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScoresQuery {
    /// The year, in China.
    #[param(example = 2026)]
    year: String,
    /// Two, four or six digits: province, city or county (GB/T 2260).
    #[param(example = "2101")]
    division: Option<String>,
    /// As of the end of this day, `YYYYMMDD`; without: now.
    #[param(example = "20261231")]
    as_of: Option<String>,
}

impl ScoresQuery {
    /// What is asked for, within what the operator may see.
    ///
    /// # Errors
    /// As [`super::ActivationQuery::scope`].
    pub fn scope(self, operator: &Account, now: Timestamp) -> Result<Scope, Problem> {
        Asked { year: &self.year, kind: None, as_of: self.as_of.as_deref() }.scope(
            self.division,
            operator,
            now,
        )
    }
}

/// 道路运输电子证照运行服务评价表: the four rows of annex A.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scores {
    /// The year, in China.
    pub year: u16,
    /// A prefix of division codes; empty: the whole province.
    pub division: String,
    /// What it is called, where this program knows it.
    pub division_name: Option<String>,
    /// The last day that counts, `YYYYMMDD`.
    pub as_of: String,
    /// The number of the newest event of a certificate that is counted.
    pub counted_to: i64,
    /// 1 制证率.
    pub certification: CertificationRow,
    /// 2 年度激活率.
    pub activation: ActivationRow,
    /// 3 宣传培训.
    pub training: TrainingRow,
    /// 4 亮证与查验.
    pub showing: RefusalRow,
    /// All points; null when one of the rates is not applicable.
    pub total: Option<Points>,
}

/// A whole number of a part in a whole, with its share for people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rate {
    /// Numerator.
    pub part: u64,
    /// Denominator.
    pub whole: u64,
    /// In per cent, rounded to two places; null when the denominator is nought. Points follow from the fraction.
    pub percent: Option<f64>,
}

impl Rate {
    pub(super) fn of(part: u64, whole: u64) -> Self {
        Self { part, whole, percent: super::figures::percent(part, whole) }
    }
}

/// The scores, counted from tallies.
///
/// # Errors
/// When the database cannot.
pub async fn scores(app: &App, scope: Scope) -> Result<Scores, Problem> {
    let read = move |conn: &mut Conn| read(conn, &scope);
    let scores: Result<_, StoreError> = app.db.read(read).await;
    Ok(scores?)
}

/// The same on a connection.
///
/// # Errors
/// When the database cannot.
pub fn read(conn: &mut Conn, scope: &Scope) -> Result<Scores, StoreError> {
    let (divisions, kinds, as_of) = (scope.divisions(), scope.kinds(), scope.as_of.days());
    let in_force = rows::counted(conn, &scope.in_force())?;
    let of_year = rows::counted(conn, &scope.of_year())?;
    let paper = licence_counts::as_of(conn, as_of, &divisions, &kinds)?;
    let days = (calendar::first_day(scope.year), calendar::last_day(scope.year).min(as_of));
    let trainings = trainings::of_days(conn, days, &scope.division)?;
    let instants = (calendar::begins(days.0), calendar::begins(days.1.saturating_add(1)));
    let confirmed = refusals::confirmed(conn, instants, &divisions)?;
    let certification = CertificationRow::of(&in_force, &paper);
    let activation = ActivationRow::of(&of_year);
    let training = TrainingRow::of(&trainings);
    let showing = RefusalRow::of(confirmed);
    let rates = certification.points.zip(activation.points);
    let total = rates.map(|(one, two)| one + two + training.points + showing.points);
    Ok(Scores {
        year: scope.year,
        division: scope.division.clone(),
        division_name: places::name_of_prefix(&scope.division).map(str::to_owned),
        as_of: scope.as_of.to_string(),
        counted_to: rows::mark(conn)?,
        certification,
        activation,
        training,
        showing,
        total,
    })
}

impl std::ops::Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { points: self.points + other.points, other_reading: self.other_reading + other.other_reading }
    }
}

/// The number of a tally, which is never below nought.
fn number(counted: &Counted) -> u64 {
    counted.4.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}
