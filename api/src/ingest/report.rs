//! What became of a batch, for whoever sent it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::record::Rule;
use crate::store::batches::{self, BatchRow, FindingRow};
use crate::store::{Conn, StoreError};

/// Most findings in one answer.
pub const FINDINGS_MAX: usize = 1000;

/// What became of a batch: so far, or altogether once it is finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// The batch.
    pub batch: String,
    /// When its first records were kept.
    pub started_at: Timestamp,
    /// When it was read to its end; absent while it is being read, and where it broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Records, blank lines and the header of CSV not counted: the sum of the next four.
    pub lines: i64,
    /// Certificates that were new.
    pub created: i64,
    /// Certificates that got a new version.
    pub changed: i64,
    /// Records that said what was known already.
    pub unchanged: i64,
    /// Records that were refused.
    pub rejected: i64,
    /// What was found, in the order of the lines: 1,000 at most in one answer.
    pub findings: Vec<LineFinding>,
    /// Where there are more findings: the `after_line` to ask for them with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_after_line: Option<i64>,
}

/// One thing wrong or doubtful in a record: item and rule, never the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineFinding {
    /// The line the record begins on, from 1.
    pub line: i64,
    /// `error`: the record was refused; `warning`: it was taken.
    pub severity: String,
    /// The item, by the name it was sent under; empty where it is the whole record.
    pub item: String,
    /// The rule: a stable code.
    #[schema(example = "ends_before_start")]
    pub rule: String,
    /// The standard and clause the rule comes from.
    pub source: String,
    /// The rule in Chinese.
    pub message_zh: &'static str,
    /// The rule in English.
    pub message_en: &'static str,
}

impl Report {
    /// The report of a batch, with findings after a line.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn of(conn: &mut Conn, batch: BatchRow, after_line: i64) -> Result<Self, StoreError> {
        let limit = i64::try_from(FINDINGS_MAX + 1).unwrap_or(i64::MAX);
        let mut rows = batches::findings_after(conn, &batch.id, after_line, limit)?;
        let next_after_line = cut_page(&mut rows);
        Ok(Self {
            batch: batch.id,
            started_at: Timestamp(batch.started_at),
            finished_at: batch.finished_at.map(Timestamp),
            lines: batch.lines,
            created: batch.created,
            changed: batch.changed,
            unchanged: batch.unchanged,
            rejected: batch.rejected,
            findings: rows.into_iter().map(LineFinding::from).collect(),
            next_after_line,
        })
    }
}

/// Ends a page between lines, never within one; `Some`: there is more after this line.
fn cut_page(rows: &mut Vec<FindingRow>) -> Option<i64> {
    if rows.len() <= FINDINGS_MAX {
        return None;
    }
    let cut = rows.last()?.line;
    rows.retain(|row| row.line < cut);
    rows.last().map(|row| row.line)
}

impl From<FindingRow> for LineFinding {
    fn from(row: FindingRow) -> Self {
        let (message_zh, message_en) = message(&row.rule);
        Self {
            line: row.line,
            severity: row.severity,
            item: row.item,
            rule: row.rule,
            source: row.source,
            message_zh,
            message_en,
        }
    }
}

/// A rule in Chinese and English, by its code. A rule of an earlier version of this program has no text any more.
fn message(rule: &str) -> (&'static str, &'static str) {
    static MESSAGES: LazyLock<HashMap<&'static str, (&'static str, &'static str)>> =
        LazyLock::new(|| Rule::all().map(|rule| (rule.code(), (rule.text_zh(), rule.text_en()))).collect());
    MESSAGES.get(rule).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: i64, ordinal: i32) -> FindingRow {
        FindingRow {
            batch_id: "batch".to_owned(),
            line,
            ordinal,
            severity: "error".to_owned(),
            item: "vin".to_owned(),
            rule: Rule::VinCheck.code().to_owned(),
            source: "GB 16735-2019".to_owned(),
        }
    }

    #[test]
    fn a_page_ends_between_lines() {
        let mut rows: Vec<_> = (0..500).flat_map(|line| [row(line, 0), row(line, 1)]).collect();
        assert_eq!(cut_page(&mut rows), None);
        assert_eq!(rows.len(), FINDINGS_MAX);
        rows.insert(0, row(-1, 0));
        assert_eq!(cut_page(&mut rows), Some(498));
        assert_eq!(rows.len(), 999);
    }

    #[test]
    fn a_stored_finding_speaks_both_languages_again() {
        let finding = LineFinding::from(row(1, 0));
        assert_eq!(finding.message_zh, Rule::VinCheck.text_zh());
        assert_eq!(finding.message_en, Rule::VinCheck.text_en());
    }
}
