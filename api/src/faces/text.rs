//! Text on a sheet: how wide it is, where it is broken, and how it becomes SVG.
//!
//! Widths are estimates from the shapes of Noto CJK, on the safe side: what is broken too early still reads well, what
//! runs out of its place does not.

use std::fmt::Write;

/// What may not begin a line (GB/T 15834-2011, 5.1).
const NEVER_FIRST: &str = "、，。；：！？）》」』”’…—·,.;:!?)]}%";

/// A count as a length.
pub(super) fn length(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// How wide one line of text is at this size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(ems).sum::<f64>() * size
}

fn ems(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.34,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.93,
        'A'..='Z' | '&' => 0.72,
        c if c.is_ascii() => 0.58,
        _ => 1.0,
    }
}

/// Breaks text into lines no wider than `room`. Latin words and numbers stay whole where they fit.
pub(super) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            place(piece, size, room, &mut line, &mut lines);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// Puts the next piece on the line, or begins another.
fn place(piece: &str, size: f64, room: f64, line: &mut String, lines: &mut Vec<String>) {
    let fits = |line: &str, piece: &str| width(line, size) + width(piece, size) <= room;
    if fits(line, piece) || (NEVER_FIRST.contains(piece) && !line.is_empty()) {
        line.push_str(piece);
        return;
    }
    if !line.is_empty() {
        lines.push(std::mem::take(line));
    }
    for c in piece.chars() {
        let mut bytes = [0; 4];
        if !fits(line, c.encode_utf8(&mut bytes)) && !line.is_empty() {
            lines.push(std::mem::take(line));
        }
        line.push(c);
    }
}

/// What stays together: runs of Latin letters and digits, and every other character by itself.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let run = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let end = if run > 0 { run } else { rest.chars().next()?.len_utf8() };
        let (piece, left) = rest.split_at_checked(end)?;
        rest = left;
        Some(piece)
    })
}

/// Text as it may stand in SVG. What no XML may hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// One line at a place.
pub(super) fn line(class: &str, (x, y): (f64, f64), size: f64, text: &str) -> String {
    format!(r#"<text class="s {class}" x="{x:.1}" y="{y:.1}" font-size="{size:.1}">{}</text>"#, escaped(text))
}

/// One line with its characters spread over `room`, as labels on certificates are; one that is too long is made smaller.
pub(super) fn spread(class: &str, (x, y): (f64, f64), size: f64, room: f64, text: &str) -> String {
    let natural = width(text, size);
    let gaps = length(text.chars().count().saturating_sub(1));
    if natural > room {
        return line(class, (x, y), size * room / natural, text);
    }
    if gaps < 1.0 {
        return line(class, (x, y), size, text);
    }
    let step = (room - natural) / gaps;
    let (mut at, mut places) = (x, String::new());
    for c in text.chars() {
        let _ = write!(places, "{at:.1} ");
        at += ems(c) * size + step;
    }
    format!(
        r#"<text class="s {class}" x="{}" y="{y:.1}" font-size="{size:.1}">{}</text>"#,
        places.trim_end(),
        escaped(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_broken_and_nothing_of_them_is_lost() {
        let name = "沈阳市和平区某某街道某某国际道路旅客运输与货物运输（集团）有限责任公司";
        let lines = wrapped(name, 20.0, 200.0);
        assert!(lines.len() > 3 && lines.iter().all(|line| width(line, 20.0) <= 220.0), "{lines:?}");
        assert_eq!(lines.concat(), name);
    }

    #[test]
    fn no_line_begins_with_a_mark_and_numbers_stay_whole() {
        let lines = wrapped("道路普通货物运输、货物专用运输，编号 210102031921。", 10.0, 80.0);
        assert!(lines.iter().all(|line| !line.starts_with(|c| NEVER_FIRST.contains(c))), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("210102031921")), "{lines:?}");
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken_all_the_same() {
        assert_eq!(wrapped(&"X".repeat(40), 10.0, 72.0).concat(), "X".repeat(40));
    }

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(escaped("<b a=\"1\">&\u{1}"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }
}
