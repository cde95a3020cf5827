//! What follows from what a check found: what is new opens, what is gone closes, and the certificate is counted anew. All
//! of it in the caller's transaction.
//!
//! A check that knew fewer events than the one kept before is not kept: of two that were under way at once, the one that
//! knew more holds.

use std::collections::BTreeMap;

use super::check::Found;
use super::gather::Checked;
use super::settings::RuleSet;
use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::certificates::CertificateRow;
use crate::store::conformity::checks::{self, Cell, CheckRow, Step};
use crate::store::conformity::nonconformities::{self as rows, Closing, NonconformityRow};
use crate::store::conformity::requests;
use crate::store::{Conn, StoreError, in_turn, scores};

const EXCEPTED: &str = "excepted";

/// How much came of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Certificates checked.
    pub checked: u64,
    /// Findings that are new.
    pub opened: u64,
    /// Findings that are gone.
    pub closed: u64,
}

impl std::ops::AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.checked += other.checked;
        self.opened += other.opened;
        self.closed += other.closed;
    }
}

/// Keeps what checks found.
///
/// # Errors
/// When the database cannot.
pub fn keep(conn: &mut Conn, app: &App, now: Timestamp, all: Vec<Checked>) -> Result<Outcome, Problem> {
    in_turn(conn, checks::KEEPING)?;
    let ids: Vec<_> = all.iter().map(|checked| checked.row.id.as_str()).collect();
    let before: BTreeMap<_, _> = by_certificate(checks::find(conn, &ids).map_err(StoreError::from)?);
    let mut standing: BTreeMap<String, Vec<NonconformityRow>> = BTreeMap::new();
    for row in rows::standing(conn, &ids).map_err(StoreError::from)? {
        standing.entry(row.certificate_id.clone()).or_default().push(row);
    }
    let mut keeping = Keeping::begin(app, now);
    for checked in all {
        let known = before.get(&checked.row.id);
        if known.is_none_or(|known| known.seq <= checked.seq) {
            let standing = standing.remove(&checked.row.id).unwrap_or_default();
            keeping.one(conn, &checked, known, standing)?;
        }
    }
    keeping.finish(conn)
}

/// Counts a certificate anew after something else than a check, an approval say, changed what stands open against it.
///
/// # Errors
/// When the database cannot.
pub fn count_again(
    conn: &mut Conn,
    certificate_id: &str,
    because: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    in_turn(conn, checks::KEEPING)?;
    let ids = [certificate_id];
    let Some(known) = checks::find(conn, &ids).map_err(StoreError::from)?.pop() else { return Ok(()) };
    let standing = rows::standing(conn, &ids).map_err(StoreError::from)?;
    let conforming = known.in_force && !standing.iter().any(counts);
    if conforming != known.conforming {
        scores::touch(conn, certificate_id, &format!("exception {because}"))?;
        checks::set_conforming(conn, certificate_id, conforming).map_err(StoreError::from)?;
        let step = Step { in_force: 0, conforming: if conforming { 1 } else { -1 } };
        checks::add(conn, now.day_number(), &(known.division, known.kind, step))?;
    }
    Ok(())
}

/// Whether a finding that stands makes its certificate one that does not conform.
fn counts(row: &NonconformityRow) -> bool {
    row.severity == "error" && row.state != EXCEPTED
}

/// What is to be written for many certificates.
struct Keeping<'a> {
    app: &'a App,
    rules: &'a RuleSet,
    now: Timestamp,
    new: Vec<NonconformityRow>,
    checks: Vec<CheckRow>,
    steps: BTreeMap<(String, String), Step>,
    outcome: Outcome,
}

impl<'a> Keeping<'a> {
    fn begin(app: &'a App, now: Timestamp) -> Self {
        Self {
            app,
            rules: &app.conformity,
            now,
            new: Vec::new(),
            checks: Vec::new(),
            steps: BTreeMap::new(),
            outcome: Outcome::default(),
        }
    }

    fn one(
        &mut self,
        conn: &mut Conn,
        checked: &Checked,
        known: Option<&CheckRow>,
        standing: Vec<NonconformityRow>,
    ) -> Result<(), Problem> {
        let (had_error, mut has_error) = (standing.iter().any(counts), false);
        let mut fresh: BTreeMap<_, _> = checked.found.iter().map(|found| (found.rule, found)).collect();
        for row in standing {
            match fresh.remove(row.rule.as_str()) {
                Some(found) => has_error |= counts(&self.renew(conn, row, checked, found)?),
                None => self.close(conn, &row, checked)?,
            }
        }
        for found in fresh.into_values() {
            let row = self.opened(checked, found);
            has_error |= counts(&row);
            self.new.push(row);
            self.outcome.opened += 1;
        }
        if had_error != has_error {
            // The figures count it anew: whether it conforms is another matter now.
            scores::touch(conn, &checked.row.id, &format!("conformity {}", self.app.new_id()))?;
        }
        self.count(checked, known, checked.in_force && !has_error);
        self.outcome.checked += 1;
        Ok(())
    }

    /// A finding that was there before. An exception is one for its version only.
    fn renew(
        &self,
        conn: &mut Conn,
        row: NonconformityRow,
        checked: &Checked,
        found: &Found,
    ) -> Result<NonconformityRow, Problem> {
        let is_other_version = row.excepted_version != Some(checked.row.version);
        let lapses = row.state == EXCEPTED && is_other_version;
        let is_seen_today = Timestamp(row.last_seen).day() == self.now.day();
        let renewed = NonconformityRow {
            severity: found.grade.word().to_owned(),
            items: found.items.clone(),
            division: checked.row.division.clone(),
            state: if lapses { "open".to_owned() } else { row.state.clone() },
            last_seen: if is_seen_today { row.last_seen } else { self.now.millis() },
            ..row.clone()
        };
        if renewed != row {
            rows::renew(conn, &renewed).map_err(StoreError::from)?;
        }
        Ok(renewed)
    }

    fn close(&mut self, conn: &mut Conn, row: &NonconformityRow, checked: &Checked) -> Result<(), Problem> {
        let closed_as = if !checked.in_force {
            "not_in_force"
        } else if !self.rules.is_on(&row.rule) {
            "rule_off"
        } else if checked.row.version > row.first_version {
            "corrected"
        } else {
            "resolved"
        };
        let at = self.now.millis();
        let closing = Closing { at, closed_as, version: checked.row.version, seq: checked.seq };
        rows::close(conn, &row.id, closing).map_err(StoreError::from)?;
        requests::answer(conn, &row.id, at).map_err(StoreError::from)?;
        self.outcome.closed += 1;
        Ok(())
    }

    fn opened(&self, checked: &Checked, found: &Found) -> NonconformityRow {
        let CertificateRow { id, kind, division, version, .. } = &checked.row;
        NonconformityRow {
            id: self.app.new_id().to_string(),
            certificate_id: id.clone(),
            rule: found.rule.to_owned(),
            severity: found.grade.word().to_owned(),
            items: found.items.clone(),
            kind: kind.clone(),
            division: division.clone(),
            state: "open".to_owned(),
            first_version: *version,
            first_seen: self.now.millis(),
            last_seen: self.now.millis(),
            closed_at: None,
            closed_as: None,
            closed_version: None,
            closed_seq: None,
            assigned_account: None,
            assigned_division: division.clone(),
            exception_approval: None,
            excepted_version: None,
        }
    }

    /// Counts the certificate where it is now, and no longer where it was.
    fn count(&mut self, checked: &Checked, known: Option<&CheckRow>, conforming: bool) {
        let CertificateRow { id, kind, division, holder_id, plate, plate_colour, .. } = &checked.row;
        let check = CheckRow {
            certificate_id: id.clone(),
            seq: checked.seq,
            rules: self.rules.version().to_owned(),
            checked_at: self.now.millis(),
            kind: kind.clone(),
            division: division.clone(),
            in_force: checked.in_force,
            conforming,
            holder_id: holder_id.clone(),
            plate: plate.clone(),
            plate_colour: *plate_colour,
        };
        for (counted, sign) in known.map(|known| (known, -1)).into_iter().chain([(&check, 1)]) {
            let step = self.steps.entry((counted.division.clone(), counted.kind.clone())).or_default();
            step.in_force += sign * i64::from(counted.in_force);
            step.conforming += sign * i64::from(counted.conforming);
        }
        self.checks.push(check);
    }

    fn finish(self, conn: &mut Conn) -> Result<Outcome, Problem> {
        rows::insert(conn, &self.new).map_err(StoreError::from)?;
        checks::keep(conn, &self.checks).map_err(StoreError::from)?;
        for ((division, kind), step) in self.steps {
            if step != Step::default() {
                let cell: Cell = (division, kind, step);
                checks::add(conn, self.now.day_number(), &cell)?;
            }
        }
        Ok(self.outcome)
    }
}

fn by_certificate(rows: Vec<CheckRow>) -> BTreeMap<String, CheckRow> {
    rows.into_iter().map(|row| (row.certificate_id.clone(), row)).collect()
}
