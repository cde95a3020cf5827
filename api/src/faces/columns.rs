//! Which columns a face has, and how they fill their place: `api/data/faces.csv`, read once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use verifier_core::ids::Kind;

use super::content::Content;
use super::text::{length, line, spread, width, wrapped};
use crate::record::items as table;

static TABLE: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let lines = include_str!("../../data/faces.csv").lines();
    lines.filter(|line| !line.starts_with('#') && !line.is_empty()).filter_map(Column::parse).collect()
});

/// The smallest share of its size that text is made smaller to, before it is cut.
const SMALLEST: f64 = 0.62;
/// Most lines of a column that does not fit even so.
const MOST_LINES: usize = 8;
/// By how much text is made smaller at a time.
const STEP: f64 = 0.04;

/// Which share of a row the first of two columns takes: numbers stand there.
const FIRST_HALF: f64 = 0.54;

/// The items that make 从业资格类别.
const CATEGORIES: [&str; 4] =
    ["qualificationCode", "qualificationFirstIssueDate", "qualificationValidFrom", "qualificationValidTo"];
/// The items a face shows outside its columns.
const ELSEWHERE: [&str; 8] = [
    "kind",
    "certificateNumber",
    "certificateWord",
    "issuerName",
    "issueDate",
    "holderCodeType",
    "holderPhoto",
    "vehiclePhoto",
];

struct Column {
    kinds: Vec<Kind>,
    is_half: bool,
    label: &'static str,
    source: &'static str,
    is_always: bool,
}

/// A place that is filled with columns.
pub(super) struct Region {
    /// Left upper corner.
    pub(super) at: (f64, f64),
    /// Width and height.
    pub(super) room: (f64, f64),
    /// Height of the text.
    pub(super) size: f64,
    /// Width of the labels, in characters.
    pub(super) label: f64,
}

/// A column with its text.
struct Filled {
    label: String,
    text: String,
    is_half: bool,
}

impl Column {
    fn parse(text: &'static str) -> Option<Self> {
        let mut cells = text.split(',');
        let mut cell = || cells.next();
        let (kinds, width, label, source, need) = (cell()?, cell()?, cell()?, cell()?, cell()?);
        Some(Self {
            kinds: kinds.split(' ').filter_map(Kind::from_code).collect(),
            is_half: width == "half",
            label,
            source,
            is_always: need == "always",
        })
    }

    fn filled(&self, content: &Content) -> Option<Filled> {
        let text = content.column(self.source);
        let label = match self.source {
            "holderCode" if content.is_persons() => "身份证件号码",
            _ => self.label,
        };
        let is_shown = self.is_always || text.is_some();
        is_shown.then(|| Filled {
            label: label.to_owned(),
            text: text.unwrap_or_else(|| "—".to_owned()),
            is_half: self.is_half,
        })
    }
}

/// The columns of a certificate as SVG, as large as its place allows.
pub(super) fn drawn(content: &Content, region: &Region) -> String {
    fitting(content, region).0
}

/// The columns, and how high they are together: made smaller where they are too high, and then cut.
fn fitting(content: &Content, region: &Region) -> (String, f64) {
    let columns = TABLE.iter().filter(|column| column.kinds.contains(&content.kind()));
    let filled: Vec<_> = columns.filter_map(|column| column.filled(content)).collect();
    let mut share = 1.0;
    while share > SMALLEST {
        let (svg, height) = flow(&filled, region, share, usize::MAX);
        if height <= region.room.1 {
            return (svg, height);
        }
        share -= STEP;
    }
    let mut cut = flow(&filled, region, SMALLEST, MOST_LINES);
    for lines in (1..MOST_LINES).rev() {
        if cut.1 <= region.room.1 {
            break;
        }
        cut = flow(&filled, region, SMALLEST, lines);
    }
    cut
}

/// The names of all items that a face of this kind shows.
pub(super) fn items(kind: Kind) -> BTreeSet<&'static str> {
    let columns = TABLE.iter().filter(|column| column.kinds.contains(&kind));
    let known = table::of_kind(Some(kind));
    let is_known = |name: &&str| known.iter().any(|item| item.name == *name);
    let composed = columns.flat_map(|column| match column.source {
        "number" => &["certificateNumber", "certificateWord"][..],
        "scope" => &["businessScopeDesc", "businessScopeCode"],
        "period" => &["validFrom", "validTo"],
        "plate" => &["vehicleNo", "plateColorCode"],
        "capacity" => &["approveTon", "approveSeat"],
        "size" => &["vehicleLength", "vehicleWidth", "vehicleHeight"],
        "licence" => &["licenseWord", "licenseCode"],
        "categories" => &CATEGORIES,
        _ => std::slice::from_ref(&column.source),
    });
    composed.chain(&ELSEWHERE).copied().filter(is_known).collect()
}

/// The columns at this share of their size, each of so many lines at most, and how high they are together.
fn flow(columns: &[Filled], region: &Region, share: f64, most: usize) -> (String, f64) {
    let size = region.size * share;
    let mut rest = columns;
    let (mut svg, mut y) = (String::new(), region.at.1 + size);
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first().filter(|second| first.is_half && second.is_half);
        let half = region.room.0 * FIRST_HALF;
        let room = if pair.is_some() { half - size / 2.0 } else { region.room.0 };
        let mut lines = block(first, (region.at.0, y), room, (region.label, size, most), &mut svg);
        if let Some(second) = pair {
            let (at, room) = ((region.at.0 + half, y), region.room.0 - half);
            lines = lines.max(block(second, at, room, (region.label, size, most), &mut svg));
        }
        y += (lines - 1.0) * size * 1.32 + size * 1.82;
        rest = after.get(usize::from(pair.is_some())..).unwrap_or_default();
    }
    (svg, y - size * 1.6 - region.at.1)
}

/// One column: how many lines it takes.
fn block(
    column: &Filled,
    (x, y): (f64, f64),
    room: f64,
    (label, size, most): (f64, f64, usize),
    svg: &mut String,
) -> f64 {
    let label = label * size;
    let begin = x + label + size * 0.9;
    *svg += &spread("label", (x, y), size, label, &column.label);
    *svg += &line("label", (x + label, y), size, "：");
    let room = room - label - size * 0.9;
    // A number that is a little too long is made smaller and not broken.
    if column.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        *svg += &fitted("value", (begin, y), size, room, &column.text);
        return 1.0;
    }
    let mut lines = wrapped(&column.text, size, room);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    for (number, text) in lines.iter().enumerate() {
        *svg += &line("value", (begin, y + length(number) * size * 1.32), size, text);
    }
    length(lines.len()).max(1.0)
}

/// One line that is made smaller where it is too long, and cut where that does not do.
pub(super) fn fitted(class: &str, at: (f64, f64), size: f64, room: f64, text: &str) -> String {
    let natural = width(text, size);
    let share = (room / natural).clamp(SMALLEST, 1.0);
    let mut kept = text.to_owned();
    if width(&kept, size * share) > room {
        while width(&kept, size * share) + size * share > room && kept.pop().is_some() {}
        kept.push('…');
    }
    line(class, at, size * share, &kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::{Form, items};

    #[test]
    fn every_kind_has_its_columns_and_every_column_is_an_item_or_made_of_some() {
        let composed = ["number", "scope", "period", "plate", "capacity", "size", "licence", "categories"];
        for kind in Kind::ALL {
            let known = items::of_kind(Some(kind));
            let columns: Vec<_> = TABLE.iter().filter(|column| column.kinds.contains(&kind)).collect();
            assert!(columns.len() >= 8, "{kind:?}");
            for source in columns.iter().map(|column| column.source) {
                let is_item = known.iter().any(|item| item.name == source);
                assert!(is_item || composed.contains(&source), "{kind:?}: {source}");
            }
            assert!(items(kind).len() > columns.len(), "{kind:?}");
        }
    }

    #[test]
    fn the_longest_texts_there_may_be_stay_in_their_place() {
        let region = Region { at: (62.0, 150.0), room: (716.0, 290.0), size: 16.5, label: 6.0 };
        for kind in Kind::ALL {
            let items = items::of_kind(Some(kind)).iter().map(|item| {
                let value = match item.form {
                    Form::Text(most) => json!("长".repeat(most)),
                    Form::CodeList(_) => json!(vec!["01001"; 128]),
                    Form::Alnum(_, most) => json!("W".repeat(most)),
                    _ => json!("20260101"),
                };
                (item.name.to_owned(), value)
            });
            let items: serde_json::Map<_, _> = items.collect();
            let content = Content::of(kind, serde_json::to_string(&items).unwrap().as_bytes()).unwrap();
            let (svg, height) = fitting(&content, &region);
            assert!(height <= region.room.1 && svg.contains('…'), "{kind:?}: {height}");
        }
    }

    #[test]
    fn what_is_too_long_even_when_small_is_cut_and_says_so() {
        let svg = fitted("value", (0.0, 0.0), 10.0, 60.0, &"长".repeat(40));
        assert!(svg.contains('…') && !svg.contains(&"长".repeat(12)), "{svg}");
    }
}
