//! The ornament of a certificate: interlaced waves around it, a rosette behind it and a fine ground beneath the text, as
//! on printed ones. It keeps nobody from copying; what proves a certificate is its signature.

use std::f64::consts::TAU;
use std::fmt::Write;

use super::text::length;

/// Colours of a border: of its lines, and of the waves between them.
pub(super) struct Colours {
    pub(super) lines: &'static str,
    pub(super) waves: &'static str,
}

/// A border `band` wide, `inset` from the edge of a sheet.
pub(super) fn border((width, height): (f64, f64), inset: f64, band: f64, colours: &Colours) -> String {
    let mut waves = String::new();
    let (far_x, far_y) = (width - inset - band, height - inset - band);
    for (number, swing) in [0.9, 0.55, 0.25, -0.25, -0.55, -0.9].into_iter().enumerate() {
        let period = if number % 2 == 0 { 26.0 } else { 17.0 };
        let swing = swing * band;
        for y in [inset + band / 2.0, height - inset - band / 2.0] {
            waves += &wave((inset + band, y), far_x - inset - band, period, swing, false);
        }
        for x in [inset + band / 2.0, width - inset - band / 2.0] {
            waves += &wave((x, inset + band), far_y - inset - band, period, swing, true);
        }
    }
    let mut corners = String::new();
    for x in [inset + band / 2.0, width - inset - band / 2.0] {
        for y in [inset + band / 2.0, height - inset - band / 2.0] {
            corners += &rosette((x, y), band * 0.46, 12, 120);
        }
    }
    let frame = |gap: f64, stroke: f64| {
        let (w, h) = (width - 2.0 * gap, height - 2.0 * gap);
        format!(r#"<rect x="{gap:.1}" y="{gap:.1}" width="{w:.1}" height="{h:.1}" stroke-width="{stroke}"/>"#)
    };
    format!(
        r#"<g fill="none" stroke="{}" stroke-width="0.6" opacity="0.85">{waves}{corners}</g><g fill="none" stroke="{}">{}{}{}</g>"#,
        colours.waves,
        colours.lines,
        frame(inset - 3.0, 2.6),
        frame(inset, 0.8),
        frame(inset + band, 1.2),
    )
}

/// A wave along a side: quadratic curves, each the mirror of the one before.
fn wave((x, y): (f64, f64), side: f64, period: f64, swing: f64, down: bool) -> String {
    let halves = (side / period * 2.0).round().max(2.0);
    let half = side / halves;
    let mut path = if down {
        format!("M{x:.1} {y:.1}q{swing:.1} {:.2} 0 {half:.2}", half / 2.0)
    } else {
        format!("M{x:.1} {y:.1}q{:.2} {swing:.1} {half:.2} 0", half / 2.0)
    };
    let mut drawn = 1.0;
    while drawn < halves {
        let _ = if down { write!(path, "t0 {half:.2}") } else { write!(path, "t{half:.2} 0") };
        drawn += 1.0;
    }
    format!(r#"<path d="{path}"/>"#)
}

/// A rosette: three closed curves of so many petals.
pub(super) fn rosette((x, y): (f64, f64), radius: f64, petals: u32, points: usize) -> String {
    [(1.0, 0.42, 0.0), (0.8, 0.34, 0.5), (0.55, 0.3, 0.25)]
        .into_iter()
        .map(|(share, depth, turn)| {
            let mut path = String::new();
            for point in 0..points {
                let angle = TAU * length(point) / length(points);
                let swing = (angle * f64::from(petals) + TAU * turn).cos();
                let reach = radius * share * (1.0 - depth / 2.0 + depth / 2.0 * swing);
                let command = if point == 0 { 'M' } else { 'L' };
                let _ =
                    write!(path, "{command}{:.1} {:.1}", x + reach * angle.cos(), y + reach * angle.sin());
            }
            format!(r#"<path d="{path}z"/>"#)
        })
        .collect()
}

/// The ground beneath the text: a pattern of fine waves.
pub(super) fn ground(colour: &str) -> String {
    format!(
        r#"<pattern id="ground" width="36" height="12" patternUnits="userSpaceOnUse"><g fill="none" stroke="{colour}" stroke-width="0.5" opacity="0.3"><path d="M0 3q9 -5 18 0t18 0"/><path d="M0 9q9 5 18 0t18 0"/></g></pattern>"#
    )
}
