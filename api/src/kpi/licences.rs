//! 有效实体证照: how many valid licences have no e-certificate, as the 运政系统 reports it.
//!
//! A number is of a division, a kind and a day. Reporting again for the same ones replaces the number and keeps the one
//! before. What is not here: what the number does to 制证率 (`kpi/scores/certification.rs`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::ids::{Division, Kind};

use super::unfit;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::record::Day;
use crate::store::Conn;
use crate::store::licence_counts::{self as rows, LicenceCountRow};

/// Most numbers of one report.
const MOST: usize = 1_000;
/// Longest note, in characters.
const MAX_NOTE: usize = 200;

/// Numbers as they are reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceReport {
    /// 1 to 1,000 numbers.
    counts: Vec<LicenceCount>,
    /// What they rest on: 1 to 200 characters.
    #[schema(example = "运政系统 2026 年 6 月 30 日统计报表")]
    note: String,
}

/// One number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceCount {
    /// GB/T 2260, six digits.
    #[schema(example = "210102")]
    division: String,
    /// Last three digits of the type code.
    #[schema(example = "013")]
    kind: String,
    /// The day it is of, `YYYYMMDD`, not after today.
    #[schema(example = "20260630")]
    day: String,
    /// Valid licences that have no e-certificate.
    #[schema(maximum = 2_147_483_647)]
    paper: u32,
}

/// What became of a report.
#[derive(Serialize, ToSchema)]
pub struct LicenceReported {
    /// Numbers taken in.
    taken: usize,
    /// Of those, in the place of another.
    replaced: usize,
}

/// A number with its history.
#[derive(Serialize, ToSchema)]
pub struct ReportedCount {
    id: String,
    /// GB/T 2260, six digits.
    division: String,
    /// Last three digits of the type code.
    kind: String,
    /// The day it is of, `YYYYMMDD`.
    day: Option<String>,
    /// Valid licences that have no e-certificate.
    paper: i32,
    /// What it rests on.
    note: String,
    /// When it was reported.
    reported_at: Timestamp,
    /// When another took its place.
    replaced_at: Option<Timestamp>,
}

/// Takes numbers in, all or none.
///
/// # Errors
/// `unfit_value` with what does not fit, `other_division`.
pub async fn report(
    app: &Arc<App>,
    context: Context,
    account: Account,
    report: LicenceReport,
) -> Result<LicenceReported, Problem> {
    let now = app.clock.now();
    let new = report.rows(app, &account, now)?;
    let server = Arc::clone(app);
    let work = move |conn: &mut Conn| -> Result<LicenceReported, Problem> {
        let mut replaced = 0;
        for row in &new {
            replaced += usize::from(rows::put(conn, row)?);
        }
        let entry = Entry::new(Action::LicencesReported, context.by(&account))
            .in_division(account.division.clone().unwrap_or_default())
            .detail("taken", new.len())
            .detail("replaced", replaced);
        server.audit.append(conn, entry)?;
        Ok(LicenceReported { taken: new.len(), replaced })
    };
    app.db.write(work).await
}

impl LicenceReport {
    fn rows(&self, app: &App, account: &Account, now: Timestamp) -> Result<Vec<LicenceCountRow>, Problem> {
        let note = self.note.trim();
        if !(1..=MAX_NOTE).contains(&note.chars().count()) {
            return Err(unfit("note", "unfit_length"));
        }
        if !(1..=MOST).contains(&self.counts.len()) {
            return Err(unfit("counts", "unfit_number"));
        }
        let mut rows = Vec::with_capacity(self.counts.len());
        for count in &self.counts {
            let (day, paper) = count.checked(now)?;
            account.require_division(&count.division)?;
            rows.push(LicenceCountRow {
                id: app.new_id().to_string(),
                division: count.division.clone(),
                kind: count.kind.clone(),
                day,
                paper,
                note: note.to_owned(),
                reported_by: account.id.clone(),
                reported_at: now.millis(),
                replaced_at: None,
            });
        }
        // Always in the same order: two reports that meet wait for each other.
        rows.sort_by(|one, other| key(one).cmp(&key(other)));
        if rows.windows(2).any(|pair| matches!(pair, [one, other] if key(one) == key(other))) {
            return Err(unfit("counts", "repeated"));
        }
        Ok(rows)
    }
}

fn key(row: &LicenceCountRow) -> (&str, &str, i32) {
    (&row.division, &row.kind, row.day)
}

impl LicenceCount {
    fn checked(&self, now: Timestamp) -> Result<(i32, i32), Problem> {
        let today = i64::from(now.day().0);
        let day = Day::parse(&self.day).map(Day::days).filter(|day| (0..=today).contains(&i64::from(*day)));
        let paper = i32::try_from(self.paper).ok();
        let is_kind = Kind::from_code(&self.kind).is_some();
        match (Division::parse(&self.division).is_ok(), is_kind, day, paper) {
            (false, ..) => Err(unfit("division", "unfit")),
            (_, false, ..) => Err(unfit("kind", "unknown_code")),
            (.., Some(day), Some(paper)) => Ok((day, paper)),
            (.., None, _) => Err(unfit("day", "unfit")),
            (.., None) => Err(unfit("paper", "unfit")),
        }
    }
}

/// Numbers with their history, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    divisions: &(String, String),
    after: &str,
    limit: i64,
) -> Result<Vec<ReportedCount>, Problem> {
    let shown = |row: LicenceCountRow| ReportedCount {
        id: row.id,
        division: row.division,
        kind: row.kind,
        day: Day::from_days(row.day).map(|day| day.to_string()),
        paper: row.paper,
        note: row.note,
        reported_at: Timestamp(row.reported_at),
        replaced_at: row.replaced_at.map(Timestamp),
    };
    Ok(rows::list(conn, divisions, after, limit)?.into_iter().map(shown).collect())
}

impl ReportedCount {
    /// What it is told by.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}
