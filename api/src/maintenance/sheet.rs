//! The form as a spreadsheet (XLSX), to be printed, stamped and sent. Its layout follows what an application must say;
//! the text of 附表1 could not be had (待标准文本核对).

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::Application;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::certificates;

const TITLE: &str = "道路运输电子证照数据维护申请单";
const HEADS: [&str; 4] = ["序号", "电子证照标识", "证照种类", "维护内容"];
const WIDTHS: [f64; 4] = [12.0, 64.0, 30.0, 60.0];
/// The column of the last head.
const LAST: u16 = 3;

/// A certificate as the form names it.
struct Line {
    identifier: String,
    kind: &'static str,
    wanted: String,
}

/// The form of an application.
///
/// # Errors
/// When the database cannot, or the file cannot be made.
pub fn sheet(conn: &mut Conn, application: &Application) -> Result<Vec<u8>, Problem> {
    let mut lines = Vec::with_capacity(application.form.items.len());
    for item in &application.form.items {
        let row = certificates::find(conn, &item.certificate_id)?;
        let row = row.ok_or_else(|| Problem::internal("an application about no certificate"))?;
        let kind = verifier_core::ids::Kind::from_code(&row.kind).map_or("", |kind| kind.name_zh());
        lines.push(Line { identifier: row.identifier, kind, wanted: item.wanted.clone() });
    }
    file(application, &lines).map_err(Problem::internal)
}

fn file(application: &Application, lines: &[Line]) -> Result<Vec<u8>, XlsxError> {
    let (summary, form) = (&application.summary, &application.form);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let title = Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center);
    sheet.merge_range(0, 0, 0, LAST, TITLE, &title)?;
    let facts = [
        ("申请编号", summary.number.clone()),
        ("申请单位", form.unit.clone()),
        ("联系人", form.contact.clone()),
        ("联系电话", form.phone.clone()),
        ("维护类型", summary.operation.name().to_owned()),
        ("申请原因", form.reason.clone()),
        ("状态", summary.state.name().to_owned()),
        ("提交时间", day(summary.submitted_at)),
        ("审批时间", day(summary.decided_at)),
        ("办结时间", day(summary.completed_at)),
    ];
    let mut row = 1;
    for (label, value) in facts {
        sheet.write_with_format(row, 0, label, &cell().set_bold())?;
        sheet.merge_range(row, 1, row, LAST, &value, &cell())?;
        row += 1;
    }
    row = table(sheet, row + 1, lines)?;
    for label in ["申请人（签字）：", "审批人（签字）：", "单位（盖章）：", "日期："]
    {
        row += 1;
        sheet.write(row, 0, label)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    workbook.save_to_buffer()
}

fn table(sheet: &mut Worksheet, first: u32, lines: &[Line]) -> Result<u32, XlsxError> {
    for (column, head) in (0..).zip(HEADS) {
        sheet.write_with_format(first, column, head, &cell().set_bold().set_align(FormatAlign::Center))?;
    }
    let mut row = first;
    for (number, line) in (1_u32..).zip(lines) {
        row += 1;
        sheet.write_with_format(row, 0, number, &cell())?;
        sheet.write_with_format(row, 1, &line.identifier, &cell())?;
        sheet.write_with_format(row, 2, line.kind, &cell())?;
        sheet.write_with_format(row, LAST, &line.wanted, &cell())?;
    }
    Ok(row)
}

fn cell() -> Format {
    Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter)
}

fn day(at: Option<Timestamp>) -> String {
    at.map(|at| at.day().to_string()).unwrap_or_default()
}
