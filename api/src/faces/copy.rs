//! The sheet of an annotated copy: the face, what the copy is for across it, and beneath it the annotation with the code.

use super::Sheet;
use super::columns::fitted;
use super::content::Content;
use super::face::{Particulars, SERIF, face, filled};
use super::text::{escaped, length, line, wrapped};
use crate::clock::Timestamp;
use crate::qr;

/// A4, in quarters of a millimetre.
const SIZE: (f64, f64) = (840.0, 1188.0);
/// Where the face is: left, top, width, height.
const FACE: (f64, f64, f64, f64) = (40.0, 112.0, 760.0, 538.0);
/// Where the code is: left, top, side.
const CODE: (f64, f64, f64) = (582.0, 728.0, 208.0);
/// Where the rows begin, how wide they are, and how high the text.
const ROWS: (f64, f64, f64, f64) = (60.0, 744.0, 494.0, 15.0);

/// What is written on a copy besides the face.
#[derive(Clone, Debug)]
pub struct CopyTexts {
    /// Who it is for.
    pub recipient: String,
    /// What for.
    pub purpose: String,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it may be used.
    pub ends: Option<Timestamp>,
    /// 16 digits.
    pub serial: String,
    /// Who made it, in Chinese.
    pub maker: &'static str,
    /// SM3 over everything that stands on it.
    pub digest: String,
    /// Where it can be verified.
    pub address: String,
}

/// Draws a copy. `code` is the code that verifies it.
#[must_use]
pub fn copy(content: &Content, particulars: &Particulars, texts: &CopyTexts, code: &qr::Code) -> Sheet {
    let (width, height) = SIZE;
    let parts = [
        ("width_mm", (width / 4.0).to_string()),
        ("height_mm", (height / 4.0).to_string()),
        ("width", width.to_string()),
        ("height", height.to_string()),
        ("serif", SERIF.to_owned()),
        ("serial", escaped(&texts.serial)),
        ("face", placed(&face(content, particulars))),
        ("across", across(texts)),
        ("rows", rows(content, texts)),
        ("code", code.svg_at(CODE.0, CODE.1, CODE.2)),
        ("how", how(&texts.address)),
    ];
    Sheet { svg: filled(include_str!("../../data/faces/copy.svg"), &parts), size: SIZE }
}

/// A sheet as a part of this one.
fn placed(sheet: &Sheet) -> String {
    let (width, height) = sheet.size;
    let own = format!(r#"width="{}mm" height="{}mm""#, width / 4.0, height / 4.0);
    let (x, y, width, height) = FACE;
    let here = format!(r#"x="{x}" y="{y}" width="{width}" height="{height}""#);
    sheet.svg.replacen(&own, &here, 1)
}

/// For whom and what for, across the face.
fn across(texts: &CopyTexts) -> String {
    let said = format!("仅供 {} 用于 {}", texts.recipient, texts.purpose);
    let dated = format!("{}  加注件 {}", day(texts.made), texts.serial);
    let (x, y, width, height) = FACE;
    let (middle_x, middle_y) = (x + width / 2.0, y + height / 2.0);
    let rows = [-250.0, -110.0, 30.0, 170.0].map(|row| {
        let lines = [(said.as_str(), row), (dated.as_str(), row + 30.0)];
        lines.map(|(text, y)| fitted("across", (-380.0, y), 23.0, 800.0, text)).concat()
    });
    format!(r#"<g transform="translate({middle_x} {middle_y}) rotate(-24)">{}</g>"#, rows.concat())
}

fn rows(content: &Content, texts: &CopyTexts) -> String {
    let (x, mut y, room, size) = ROWS;
    let ends = texts.ends.map_or_else(|| "不限".to_owned(), |end| format!("至 {}", moment(end)));
    let rows = [
        ("接收方", texts.recipient.clone()),
        ("用途", texts.purpose.clone()),
        ("证照名称", content.kind().name_zh().to_owned()),
        ("证号", content.number().unwrap_or_default()),
        ("制作方", texts.maker.to_owned()),
        ("制作时间", moment(texts.made)),
        ("使用期限", ends),
        ("内容摘要", grouped(&texts.digest)),
    ];
    let label = size * 5.4;
    let mut svg = String::new();
    for (name, text) in rows {
        svg += &line("about", (x, y), size, name);
        let lines = wrapped(&text, size, room - label);
        for (number, text) in lines.iter().enumerate() {
            svg += &line("say", (x + label, y + length(number) * size * 1.35), size, text);
        }
        y += (length(lines.len()).max(1.0) - 1.0) * size * 1.35 + size * 2.05;
    }
    svg
}

fn how(address: &str) -> String {
    let (x, y) = (592.0, 992.0);
    let texts = ["用手机相机或执法核验应用扫码，", "核对本件是否与签发时一致，", "证照此后是否变更、注销。"];
    let mut svg = String::new();
    for (number, text) in texts.iter().enumerate() {
        svg += &line("about", (x, y + length(number) * 18.0), 12.0, text);
    }
    svg + &fitted("about", (x, y + 62.0), 12.0, 190.0, address)
}

/// Digits in groups, so that lines break between them.
fn grouped(digest: &str) -> String {
    let digits: Vec<char> = digest.chars().collect();
    digits.chunks(8).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

fn day(at: Timestamp) -> String {
    let (year, month, day) = at.day().civil();
    format!("{year}年{month:02}月{day:02}日")
}

/// A moment by the clocks of China.
fn moment(at: Timestamp) -> String {
    const CHINA: i64 = 8 * 3600;
    let of_day = (at.millis().div_euclid(1000) + CHINA).rem_euclid(86_400);
    format!("{} {:02}:{:02}", day(at), of_day / 3600, of_day / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_on_a_copy_are_those_of_china() {
        // 2026-06-15T10:00:00+08:00
        assert_eq!(moment(Timestamp(1_781_488_800_000)), "2026年06月15日 10:00");
        assert_eq!(moment(Timestamp(1_781_488_800_000 - 10 * 3_600_000 - 60_000)), "2026年06月14日 23:59");
    }
}
