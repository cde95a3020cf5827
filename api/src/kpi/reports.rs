//! Frozen figures: what the scores of the province were when they were reported, and what they rest on.
//!
//! A report is never changed: what is cancelled later is seen beside it, in the figures of now. For each figure the
//! certificates behind it are chained in the order of their ids with SM3, so that a list that is shown later can be
//! proven to be the one that was counted. What is not here: the annual report made from it (`kpi/annual.rs`).

use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::query::Asked;
use super::scores::behind::{self, Figure, Search};
use super::scores::{self, Scores};
use super::{Scope, unfit};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::score_reports::{self as rows, ReportRow};
use crate::store::{Conn, StoreError, scores as tallies};

/// Longest text of a section, in characters.
const MAX_TEXT: usize = 5_000;

/// A report that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedReport {
    /// The year, in China.
    #[schema(example = 2026)]
    year: u16,
    /// As of the end of this day, `YYYYMMDD`; without: now.
    as_of: Option<String>,
}

/// What a figure rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FigureEvidence)]
pub struct Evidence {
    /// Which figure, as `GET /v1/kpi/scores/certificates` names it.
    pub figure: String,
    /// How many certificates.
    pub number: u64,
    /// SM3, hex: of the digest so far, the certificate's id and what proves its uses, one certificate after the other.
    pub chain: String,
}

/// 自评估: the texts of an annual report that people write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assessment {
    /// 总体情况.
    pub overview: String,
    /// 制发与归集.
    pub issuing: String,
    /// 应用与服务.
    pub application: String,
    /// 宣传培训.
    pub training: String,
    /// 存在问题.
    pub problems: String,
    /// 下一步工作.
    pub plans: String,
}

/// Frozen figures.
#[derive(Serialize, ToSchema)]
#[schema(as = FrozenReport)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// The year, in China.
    pub year: i32,
    /// When it was frozen.
    pub frozen_at: Timestamp,
    /// The figures, as they were.
    pub figures: Scores,
    /// What they rest on.
    pub evidence: Vec<Evidence>,
    /// The self-assessment, which may be written until it is handed in.
    pub assessment: Assessment,
    /// When it was written last.
    pub assessed_at: Option<Timestamp>,
    /// The figures of now, of the same year: what has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Scores>,
}

/// Freezes the figures of the province.
///
/// # Errors
/// [`Code::OtherDivision`] for an operator of a part of it, [`Code::UnfitValue`].
pub async fn freeze(
    app: &Arc<App>,
    context: Context,
    operator: Account,
    wanted: WantedReport,
) -> Result<Report, Problem> {
    require_province(&operator)?;
    let now = app.clock.now();
    let year = wanted.year.to_string();
    let asked = Asked { year: &year, kind: None, as_of: wanted.as_of.as_deref() };
    let scope = asked.scope(Some(String::new()), &Account { division: None, ..operator.clone() }, now);
    let scope = scope.map_err(|_| unfit("year", "unfit"))?;
    super::catch_up(app).await?;
    let (server, id) = (Arc::clone(app), app.new_id().to_string());
    let work = move |conn: &mut Conn| -> Result<Report, Problem> {
        hold(conn)?;
        let figures = scores::read(conn, &scope)?;
        let evidence = evidence(conn, &scope, &figures)?;
        let row = ReportRow {
            id,
            year: scope.year.into(),
            as_of: scope.as_of.days(),
            division: scope.division.clone(),
            figures: serde_json::to_string(&figures).map_err(Problem::internal)?,
            evidence: serde_json::to_string(&evidence).map_err(Problem::internal)?,
            frozen_by: operator.id.clone(),
            frozen_at: now.millis(),
            assessment: serde_json::to_string(&Assessment::default()).map_err(Problem::internal)?,
            assessed_by: None,
            assessed_at: None,
        };
        rows::insert(conn, &row)?;
        let entry = Entry::new(Action::FiguresFrozen, context.by(&operator))
            .on("report", row.id.clone())
            .detail("year", row.year);
        let report = Report::of(row)?;
        server.audit.append(conn, entry)?;
        Ok(report)
    };
    app.db.write(work).await
}

/// Keeps the job from moving facts and tallies until the transaction ends.
fn hold(conn: &mut Conn) -> Result<(), Problem> {
    let mark = tallies::mark(conn)?;
    if tallies::move_mark(conn, mark, mark)? { Ok(()) } else { Err(Problem::from(StoreError::Busy)) }
}

fn evidence(conn: &mut Conn, scope: &Scope, figures: &Scores) -> Result<Vec<Evidence>, Problem> {
    let activation = &figures.activation;
    let all = [
        (Figure::InForce, figures.certification.electronic),
        (Figure::Issued, activation.issued + activation.issued_not_conforming),
        (Figure::Shown, activation.shown),
        (Figure::Checked, activation.checked),
        (Figure::Activated, activation.activated),
    ];
    let mut evidence = Vec::new();
    for (figure, expected) in all {
        let search = Search { scope: scope.clone(), figure, after: String::new() };
        let only_conforming = !matches!(figure, Figure::InForce | Figure::Issued);
        let (number, chain) = behind::chain(conn, search, only_conforming)?;
        if number != expected {
            return Err(Problem::internal(format!("{figure:?}: {expected} counted and {number} found")));
        }
        evidence.push(Evidence { figure: figure.word().to_owned(), number, chain: HEXLOWER.encode(&chain) });
    }
    Ok(evidence)
}

/// A report beside the figures of now.
///
/// # Errors
/// [`Code::NotFound`]; when the database cannot.
pub fn compared(conn: &mut Conn, id: &str, now: Timestamp) -> Result<Report, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    let year = u16::try_from(row.year).map_err(Problem::internal)?;
    let as_of = super::query::today(now).ok_or_else(|| Problem::internal("a day beyond the calendar"))?;
    let scope = Scope { year, division: row.division.clone(), kind: None, as_of };
    let today = scores::read(conn, &scope)?;
    Ok(Report { now: Some(today), ..Report::of(row)? })
}

/// Writes the self-assessment of a report.
///
/// # Errors
/// [`Code::OtherDivision`], [`Code::NotFound`], [`Code::UnfitValue`].
pub async fn assess(
    app: &Arc<App>,
    context: Context,
    operator: Account,
    id: String,
    assessment: Assessment,
) -> Result<Report, Problem> {
    require_province(&operator)?;
    if assessment.sections().iter().any(|(_, text)| text.chars().count() > MAX_TEXT) {
        return Err(unfit("assessment", "too_long"));
    }
    let (server, now) = (Arc::clone(app), app.clock.now());
    let work = move |conn: &mut Conn| -> Result<Report, Problem> {
        rows::find(conn, &id)?.ok_or(Code::NotFound)?;
        let text = serde_json::to_string(&assessment).map_err(Problem::internal)?;
        rows::assess(conn, &id, &text, &operator.id, now.millis())?;
        let report = Report::of(rows::find(conn, &id)?.ok_or(Code::NotFound)?)?;
        let entry = Entry::new(Action::AssessmentWritten, context.by(&operator)).on("report", id);
        server.audit.append(conn, entry)?;
        Ok(report)
    };
    app.db.write(work).await
}

impl Report {
    /// As it is stored.
    ///
    /// # Errors
    /// When what is stored is no report.
    pub fn of(row: ReportRow) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id,
            year: row.year,
            frozen_at: Timestamp(row.frozen_at),
            figures: serde_json::from_str(&row.figures).map_err(Problem::internal)?,
            evidence: serde_json::from_str(&row.evidence).map_err(Problem::internal)?,
            assessment: serde_json::from_str(&row.assessment).map_err(Problem::internal)?,
            assessed_at: row.assessed_at.map(Timestamp),
            now: None,
        })
    }
}

impl Assessment {
    /// Its sections with their titles.
    #[must_use]
    pub fn sections(&self) -> [(&'static str, &str); 6] {
        [
            ("总体情况", &self.overview),
            ("制发与归集", &self.issuing),
            ("应用与服务", &self.application),
            ("宣传培训", &self.training),
            ("存在问题", &self.problems),
            ("下一步工作", &self.plans),
        ]
    }
}

fn require_province(operator: &Account) -> Result<(), Problem> {
    if operator.division.as_ref().is_none_or(|own| own.len() <= 2) {
        Ok(())
    } else {
        Err(Code::OtherDivision.into())
    }
}
