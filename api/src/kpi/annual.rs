//! 年度报告, the annual report made from frozen figures: what stands in it, once for all its forms.
//!
//! - `annual/page.rs`: as a page to print
//! - `annual/workbook.rs`: as XLSX
//! - `annual/due.rs`: when it is to be handed in, and whether it is late
//!
//! Every form is made from the same lines, so that their figures are those of the API.

use super::reports::Report;
use super::scores::{Rate, Scores};
use super::scoring::Points;

mod due;
mod page;
mod workbook;

pub use due::{is_due, remind};
pub use page::page;
pub use workbook::workbook;

/// A figure of the report.
pub struct Line {
    /// Which row of annex A it belongs to.
    pub section: &'static str,
    /// What it is.
    pub item: &'static str,
    /// What it comes to.
    pub value: Value,
}

/// What a figure comes to.
pub enum Value {
    /// A whole number.
    Number(u64),
    /// Per cent, to two places; `None`: not applicable.
    Percent(Option<f64>),
    /// Points; `None`: none can be given.
    Points(Option<u16>),
    /// Words.
    Text(String),
}

impl Value {
    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Percent(Some(percent)) => format!("{percent:.2}%"),
            Self::Points(Some(points)) => points.to_string(),
            Self::Percent(None) | Self::Points(None) => "不适用".to_owned(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The title of a report.
#[must_use]
pub fn title(report: &Report) -> String {
    format!("{}年道路运输电子证照应用情况年度报告", report.year)
}

/// Every figure of a report.
#[must_use]
pub fn lines(report: &Report) -> Vec<Line> {
    let figures = &report.figures;
    let mut lines = vec![
        line("总分", "得分", Value::Points(figures.total.map(|points| points.points))),
        line(
            "总分",
            "得分（恰好90%计入最高档）",
            Value::Points(figures.total.map(|points| points.other_reading)),
        ),
        line("总分", "统计截止日", Value::Text(figures.as_of.clone())),
        line("总分", "冻结时间（UTC）", Value::Text(report.frozen_at.to_string())),
    ];
    certification(figures, &mut lines);
    activation(figures, &mut lines);
    conduct(figures, &mut lines);
    lines
}

fn certification(figures: &Scores, lines: &mut Vec<Line>) {
    let row = &figures.certification;
    let mut add = |item, value| lines.push(line("制证率", item, value));
    add("有效且符合标准的电子证照", Value::Number(row.conforming));
    add("有效电子证照", Value::Number(row.electronic));
    add("尚无电子证照的有效实体证照", Value::Number(row.paper));
    rate(row.rate, row.points, &mut add);
}

fn activation(figures: &Scores, lines: &mut Vec<Line>) {
    let row = &figures.activation;
    let mut add = |item, value| lines.push(line("年度激活率", item, value));
    add("本年度制发且符合标准", Value::Number(row.issued));
    add("其中已激活", Value::Number(row.activated));
    add("其中持证主体使用", Value::Number(row.shown));
    add("其中亮证查验", Value::Number(row.checked));
    add("本年度激活的全部证照（不论制发年度）", Value::Number(row.activated_of_any_year));
    rate(row.rate, row.points, &mut add);
}

fn conduct(figures: &Scores, lines: &mut Vec<Line>) {
    let (training, showing) = (&figures.training, &figures.showing);
    lines.push(line("宣传培训", "培训记录", Value::Number(training.trainings)));
    lines.push(line("宣传培训", "面向公众的宣传", Value::Number(training.campaigns)));
    lines.push(line("宣传培训", "得分", Value::Points(Some(training.points.points))));
    lines.push(line("亮证与查验", "查实的亮证不予认可事件", Value::Number(showing.confirmed)));
    lines.push(line("亮证与查验", "待处理事件", Value::Number(showing.undecided)));
    lines.push(line("亮证与查验", "得分", Value::Points(Some(showing.points.points))));
}

fn rate(rate: Rate, points: Option<Points>, add: &mut impl FnMut(&'static str, Value)) {
    add("分子", Value::Number(rate.part));
    add("分母", Value::Number(rate.whole));
    add("比率", Value::Percent(rate.percent));
    add("得分", Value::Points(points.map(|points| points.points)));
    add("得分（恰好90%计入最高档）", Value::Points(points.map(|points| points.other_reading)));
}

fn line(section: &'static str, item: &'static str, value: Value) -> Line {
    Line { section, item, value }
}
