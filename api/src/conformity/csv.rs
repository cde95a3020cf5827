//! 不规范数据 as a file for spreadsheets: UTF-8 with a byte order mark, and no cell that a spreadsheet takes for a formula.

use super::rules;
use crate::clock::Timestamp;
use crate::store::conformity::nonconformities::NonconformityRow;

/// Most rows of a file.
pub const ROWS_MAX: i64 = 10_000;

/// What spreadsheets know UTF-8 by.
const MARK: &str = "\u{feff}";

const HEAD: [&str; 12] = [
    "编号 id",
    "证照 certificate_id",
    "种类 kind",
    "属地 division",
    "规则 rule",
    "等级 severity",
    "数据项 items",
    "问题 message",
    "来源 source",
    "状态 state",
    "发现 first_seen",
    "消除 closed_at",
];

/// The file.
#[must_use]
pub fn written(rows: &[NonconformityRow]) -> String {
    let mut out = csv::Writer::from_writer(MARK.as_bytes().to_vec());
    // Writing to memory fails only on rows of unequal length, and each has twelve cells.
    let _ = out.write_record(HEAD);
    for row in rows {
        let _ = out.write_record(cells(row).map(|cell| safe(&cell)));
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn cells(row: &NonconformityRow) -> [String; 12] {
    let rule = rules::find(&row.rule);
    let at = |at: Option<i64>| at.map_or_else(String::new, |at| Timestamp(at).to_string());
    [
        row.id.clone(),
        row.certificate_id.clone(),
        row.kind.clone(),
        row.division.clone(),
        row.rule.clone(),
        row.severity.clone(),
        row.items.clone(),
        rule.map_or("", |rule| rule.text_zh).to_owned(),
        rule.map_or("", |rule| rule.source).to_owned(),
        row.state.clone(),
        at(Some(row.first_seen)),
        at(row.closed_at),
    ]
}

/// The same cell, with an apostrophe before what would begin a formula.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(safe(cell), format!("'{cell}"));
        }
        assert_eq!(safe("210100"), "210100");
    }

    #[test]
    fn a_file_without_rows_is_its_head() {
        let file = written(&[]);
        assert!(file.starts_with("\u{feff}编号 id,证照 certificate_id,"));
        assert_eq!(file.lines().count(), 1);
    }
}
