//! The annual report as a workbook: figures, cities with a chart, evidence, self-assessment.

use rust_xlsxwriter::{Chart, ChartType, Format, Workbook, Worksheet, XlsxError};

use super::{Value, lines, title};
use crate::kpi::places;
use crate::kpi::reports::Report;
use crate::problem::Problem;

/// The workbook's bytes.
///
/// # Errors
/// When it cannot be made.
pub fn workbook(report: &Report) -> Result<Vec<u8>, Problem> {
    made(report).map_err(Problem::internal)
}

fn made(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    figures(workbook.add_worksheet().set_name("指标")?, report, &bold)?;
    cities(workbook.add_worksheet().set_name("各市制证率")?, report, &bold)?;
    evidence(workbook.add_worksheet().set_name("证据摘要")?, report, &bold)?;
    assessment(workbook.add_worksheet().set_name("自评估")?, report, &bold)?;
    workbook.save_to_buffer()
}

fn figures(sheet: &mut Worksheet, report: &Report, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 14)?.set_column_width(1, 42)?.set_column_width(2, 24)?;
    sheet.write_string_with_format(0, 0, title(report), bold)?;
    for (column, name) in (0..).zip(["评价内容", "项目", "数值"]) {
        sheet.write_string_with_format(1, column, name, bold)?;
    }
    let percent = Format::new().set_num_format("0.00\"%\"");
    for (row, line) in (2..).zip(lines(report)) {
        sheet.write_string(row, 0, line.section)?.write_string(row, 1, line.item)?;
        match line.value {
            Value::Number(value) => number(sheet, row, 2, value)?,
            Value::Points(Some(points)) => drop(sheet.write_number(row, 2, points)?),
            Value::Percent(Some(value)) => drop(sheet.write_number_with_format(row, 2, value, &percent)?),
            other => drop(sheet.write_string(row, 2, other.text())?),
        }
    }
    Ok(())
}

fn cities(sheet: &mut Worksheet, report: &Report, bold: &Format) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(["行政区划", "名称", "分子", "分母", "制证率（%）"]) {
        sheet.write_string_with_format(0, column, name, bold)?;
    }
    let cities = &report.figures.certification.by_city;
    for (row, city) in (1..).zip(cities) {
        sheet.write_string(row, 0, &city.division)?;
        sheet.write_string(row, 1, places::name(&city.division).unwrap_or_default())?;
        number(sheet, row, 2, city.rate.part)?;
        number(sheet, row, 3, city.rate.whole)?;
        if let Some(percent) = city.rate.percent {
            sheet.write_number(row, 4, percent)?;
        }
    }
    let Ok(last) = u32::try_from(cities.len()) else { return Ok(()) };
    if last > 0 {
        let mut chart = Chart::new(ChartType::Column);
        let series = chart.add_series();
        series.set_categories(("各市制证率", 1, 1, last, 1)).set_values(("各市制证率", 1, 4, last, 4));
        series.set_name("制证率（%）");
        sheet.insert_chart(1, 6, &chart)?;
    }
    Ok(())
}

fn evidence(sheet: &mut Worksheet, report: &Report, bold: &Format) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(["指标", "证照数", "SM3 链"]) {
        sheet.write_string_with_format(0, column, name, bold)?;
    }
    for (row, evidence) in (1..).zip(&report.evidence) {
        sheet.write_string(row, 0, &evidence.figure)?;
        number(sheet, row, 1, evidence.number)?;
        sheet.write_string(row, 2, &evidence.chain)?;
    }
    Ok(())
}

fn assessment(sheet: &mut Worksheet, report: &Report, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 16)?.set_column_width(1, 100)?;
    let wrapped = Format::new().set_text_wrap();
    for (row, (section, text)) in (0..).zip(report.assessment.sections()) {
        sheet.write_string_with_format(row, 0, section, bold)?;
        sheet.write_string_with_format(row, 1, text, &wrapped)?;
    }
    Ok(())
}

/// A whole number: a sheet's numbers hold those of a province exactly, and what is larger is written as text.
fn number(sheet: &mut Worksheet, row: u32, column: u16, value: u64) -> Result<(), XlsxError> {
    match u32::try_from(value) {
        Ok(value) => sheet.write_number(row, column, value)?,
        Err(_) => sheet.write_string(row, column, value.to_string())?,
    };
    Ok(())
}
