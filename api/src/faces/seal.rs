//! The picture of the authority's seal (印模). It shows people whose certificate it is and proves nothing; the seal that
//! does is the SM2 signature in `seal.rs`.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use super::text::{escaped, length};

/// What is written in a straight line beneath the star, where the seal's name ends with it.
const PURPOSE: &str = "电子证照专用章";
const RED: &str = "#c8161d";

/// The seal of this name around a centre.
pub(super) fn seal(name: &str, (x, y): (f64, f64), radius: f64) -> String {
    let (arched, straight) = match name.strip_suffix(PURPOSE) {
        Some(authority) if !authority.is_empty() => (authority, PURPOSE),
        _ => (name, ""),
    };
    let mut out = format!(r#"<g transform="translate({x:.1} {y:.1})" fill="{RED}" opacity="0.82">"#);
    let _ = write!(
        out,
        r#"<circle r="{radius:.1}" fill="none" stroke="{RED}" stroke-width="{:.1}"/>{}{}"#,
        radius * 0.045,
        star(radius * 0.3),
        arch(arched, radius),
    );
    let _ = write!(
        out,
        r#"<text class="s" y="{:.1}" font-size="{:.1}" font-weight="700" text-anchor="middle">{}</text></g>"#,
        radius * 0.6,
        radius * 0.185,
        escaped(straight),
    );
    out
}

fn star(radius: f64) -> String {
    let points = (0..10_u32).map(|point| {
        let reach = if point % 2 == 0 { radius } else { radius * 0.382 };
        let angle = TAU * f64::from(point) / 10.0;
        format!("{:.2},{:.2}", reach * angle.sin(), -reach * angle.cos())
    });
    format!(r#"<polygon points="{}"/>"#, points.collect::<Vec<_>>().join(" "))
}

/// The name on an arch over the star, from left to right, each character upright to the centre.
fn arch(text: &str, radius: f64) -> String {
    let count = length(text.chars().count());
    let size = (radius * 0.27).min(radius * 4.2 / count.max(1.0));
    let step = (PI * 1.22 / (count - 1.0).max(1.0)).min(size * 1.45 / (radius * 0.78));
    let mut out = String::new();
    for (number, c) in text.chars().enumerate() {
        let degrees = (step * (length(number) - (count - 1.0) / 2.0)).to_degrees();
        let _ = write!(
            out,
            r#"<text class="s" transform="rotate({degrees:.2})" y="{:.1}" font-size="{size:.1}" font-weight="700" text-anchor="middle">{}</text>"#,
            -radius * 0.66,
            escaped(c.encode_utf8(&mut [0; 4])),
        );
    }
    out
}
