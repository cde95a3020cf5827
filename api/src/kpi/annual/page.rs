//! The annual report as a page that prints well: no script, nothing from elsewhere.

use std::fmt::Write;

use super::{lines, title};
use crate::kpi::places;
use crate::kpi::reports::Report;
use crate::kpi::scores::certification::CityCertification;

const STYLE: &str = "body{font:16px/1.6 'Noto Serif CJK SC',SimSun,serif;max-width:48em;margin:2em auto;color:#111}\
table{border-collapse:collapse;width:100%;margin:1em 0}th,td{border:1px solid #888;padding:.3em .6em;text-align:left}\
td.n{text-align:right}h1{font-size:1.5em;text-align:center}h2{font-size:1.15em;margin-top:1.6em}\
p.t{white-space:pre-wrap}small{color:#555;word-break:break-all}@media print{body{margin:0}}";

/// Height of one bar with its gap, and width of a whole one.
const BAR: (u32, f64) = (22, 400.0);

/// The page.
#[must_use]
pub fn page(report: &Report) -> String {
    let title = escaped(&title(report));
    let mut html = format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>"
    );
    figures(report, &mut html);
    chart(&report.figures.certification.by_city, &mut html);
    for (section, text) in report.assessment.sections() {
        let text = if text.is_empty() { "（未填写）" } else { text };
        let _ = write!(html, "<h2>{section}</h2><p class=\"t\">{}</p>", escaped(text));
    }
    html.push_str("<h2>证据摘要</h2><table><tr><th>指标</th><th>证照数</th><th>SM3 链</th></tr>");
    for evidence in &report.evidence {
        let (figure, chain) = (escaped(&evidence.figure), escaped(&evidence.chain));
        let number = evidence.number;
        let _ = write!(
            html,
            "<tr><td>{figure}</td><td class=\"n\">{number}</td><td><small>{chain}</small></td></tr>"
        );
    }
    html.push_str("</table></body></html>");
    html
}

fn figures(report: &Report, html: &mut String) {
    html.push_str("<table><tr><th>评价内容</th><th>项目</th><th>数值</th></tr>");
    for line in lines(report) {
        let value = escaped(&line.value.text());
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{value}</td></tr>",
            line.section, line.item
        );
    }
    html.push_str("</table>");
}

/// 制证率 of the cities as bars.
fn chart(cities: &[CityCertification], html: &mut String) {
    let height = u32::try_from(cities.len()).unwrap_or_default() * BAR.0;
    let _ = write!(
        html,
        "<h2>各市制证率</h2><svg width=\"620\" height=\"{height}\" role=\"img\" aria-label=\"各市制证率\">"
    );
    for (city, top) in cities.iter().zip((0..).step_by(usize::try_from(BAR.0).unwrap_or(1))) {
        let percent = city.rate.percent.unwrap_or_default();
        let name = escaped(places::name(&city.division).unwrap_or(&city.division));
        let (width, text) = (BAR.1 * percent / 100.0, top + 15);
        let _ = write!(
            html,
            "<text x=\"0\" y=\"{text}\" font-size=\"13\">{name}</text>\
             <rect x=\"120\" y=\"{top}\" width=\"{width:.1}\" height=\"18\" fill=\"#2a6\"/>\
             <text x=\"530\" y=\"{text}\" font-size=\"13\">{percent:.2}%</text>"
        );
    }
    html.push_str("</svg>");
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_text_and_no_markup() {
        assert_eq!(escaped("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
