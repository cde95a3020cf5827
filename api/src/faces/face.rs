//! The face of a certificate: one template for each of the three families, filled with the items of one certificate.

use verifier_core::ids::Family;

use super::columns::{self, Region, fitted};
use super::content::Content;
use super::guilloche::{self, Colours};
use super::text::{escaped, length, line, wrapped};
use super::{Sheet, photo, seal};
use crate::qr;

/// The fonts of every sheet: Debian's `fonts-noto-cjk`, and what others have instead where a browser shows the sheet.
pub(super) const SERIF: &str = "'Noto Serif CJK SC', 'Source Han Serif SC', 'Songti SC', SimSun, serif";

/// What is drawn besides the items.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// GB/T 36904 identifier of the version.
    pub identifier: String,
    /// Version, from 1.
    pub version: i32,
    /// The name of the authority's seal.
    pub seal: String,
    /// What is written across the face: that it is a specimen, or not in force.
    pub mark: Option<&'static str>,
}

/// Where everything of a family's face is. Lengths are quarters of a millimetre.
struct Layout {
    template: &'static str,
    size: (f64, f64),
    colours: Colours,
    ground: &'static str,
    border: (f64, f64),
    rosette: (f64, f64, f64),
    title: (f64, f64),
    region: Region,
    /// The picture's item, its place and how much narrower the columns are where there is one.
    picture: Option<(&'static str, [f64; 4])>,
    code: (f64, f64, f64),
    issuer: (f64, f64, f64, f64),
    seal: (f64, f64, f64),
}

/// Draws a face.
#[must_use]
pub fn face(content: &Content, particulars: &Particulars) -> Sheet {
    let layout = layout(content.kind().family());
    let picture =
        layout.picture.and_then(|(item, place)| Some((photo::address(content.text(item)?)?, place)));
    let region = match &picture {
        Some((_, [x, ..])) => {
            Region { room: (x - 16.0 - layout.region.at.0, layout.region.room.1), ..layout.region }
        }
        None => layout.region,
    };
    let (x, y, room, size) = layout.issuer;
    let issuer = content.shown("issuerName").unwrap_or_default();
    let (width, height) = layout.size;
    let parts = [
        ("width_mm", (width / 4.0).to_string()),
        ("height_mm", (height / 4.0).to_string()),
        ("width", width.to_string()),
        ("height", height.to_string()),
        ("serif", SERIF.to_owned()),
        ("ground", guilloche::ground(layout.ground)),
        ("border", guilloche::border(layout.size, layout.border.0, layout.border.1, &layout.colours)),
        ("rosette", {
            let (x, y, radius) = layout.rosette;
            guilloche::rosette((x, y), radius, 24, 720)
        }),
        ("title", escaped(content.kind().name_zh())),
        ("title_size", layout.title.0.to_string()),
        ("title_spacing", layout.title.1.to_string()),
        ("number", content.number().map(|number| escaped(&number)).unwrap_or_default()),
        ("fields", columns::drawn(content, &region)),
        ("picture", picture.map(|(address, place)| framed(&address, place)).unwrap_or_default()),
        ("code", static_code(particulars, layout.code)),
        ("issuer", fitted("value", (x, y), size, room, &issuer)),
        ("issued", escaped(&content.shown("issueDate").unwrap_or_default())),
        ("seal", seal::seal(&particulars.seal, (layout.seal.0, layout.seal.1), layout.seal.2)),
        ("foot", foot(content)),
        ("mark", particulars.mark.map(|mark| across(mark, layout.size)).unwrap_or_default()),
    ];
    Sheet { svg: filled(layout.template, &parts), size: layout.size }
}

fn layout(family: Family) -> Layout {
    match family {
        Family::OperatingLicence => Layout {
            template: include_str!("../../data/faces/licence.svg"),
            size: (1188.0, 840.0),
            colours: Colours { lines: "#a8752a", waves: "#c08a35" },
            ground: "#d9b878",
            border: (28.0, 30.0),
            rosette: (594.0, 430.0, 250.0),
            title: (54.0, 10.0),
            region: Region { at: (112.0, 286.0), room: (964.0, 318.0), size: 25.0, label: 8.0 },
            picture: None,
            code: (100.0, 612.0, 120.0),
            issuer: (655.0, 632.0, 300.0, 23.0),
            seal: (990.0, 672.0, 84.0),
        },
        Family::TransportCertificate => Layout {
            template: include_str!("../../data/faces/transport.svg"),
            size: (840.0, 592.0),
            colours: Colours { lines: "#2f7593", waves: "#4f9bb8" },
            ground: "#9ccadb",
            border: (18.0, 19.0),
            rosette: (420.0, 310.0, 190.0),
            title: (32.0, 5.0),
            region: Region { at: (62.0, 166.0), room: (716.0, 286.0), size: 15.5, label: 6.0 },
            picture: Some(("vehiclePhoto", [596.0, 172.0, 180.0, 120.0])),
            code: (60.0, 458.0, 76.0),
            issuer: (400.0, 472.0, 236.0, 14.0),
            seal: (690.0, 486.0, 56.0),
        },
        Family::Qualification => Layout {
            template: include_str!("../../data/faces/qualification.svg"),
            size: (840.0, 592.0),
            colours: Colours { lines: "#3c7d56", waves: "#68a37d" },
            ground: "#a9d2b4",
            border: (18.0, 19.0),
            rosette: (420.0, 310.0, 190.0),
            title: (32.0, 5.0),
            region: Region { at: (62.0, 150.0), room: (716.0, 290.0), size: 16.5, label: 6.0 },
            picture: Some(("holderPhoto", [652.0, 150.0, 126.0, 176.0])),
            code: (60.0, 452.0, 80.0),
            issuer: (405.0, 464.0, 230.0, 15.0),
            seal: (690.0, 482.0, 58.0),
        },
    }
}

/// Replaces `{{name}}` by its part.
pub(super) fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut svg = String::with_capacity(template.len() + 64 * 1024);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        svg += before;
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        svg += parts.iter().find(|(known, _)| *known == name).map_or("", |(_, part)| part);
        rest = after;
    }
    svg + rest
}

fn framed(address: &str, [x, y, width, height]: [f64; 4]) -> String {
    format!(
        r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#fff" stroke="#8a8a80" stroke-width="1"/><image x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="xMidYMid meet" href="{address}"/>"##
    )
}

/// The static code on a face: the identifier of the certificate, for whoever looks it up. It proves nothing.
fn static_code(particulars: &Particulars, (x, y, side): (f64, f64, f64)) -> String {
    let Ok(code) = qr::Code::new(&particulars.identifier, qr::Medium::Paper) else {
        return String::new();
    };
    let size = side * 0.125;
    let mut svg = code.svg_at(x, y, side);
    let texts = ["电子证照标识".to_owned()]
        .into_iter()
        .chain(wrapped(&particulars.identifier, size, side * 1.9))
        .chain([format!("版本号 {}", particulars.version)]);
    for (number, text) in texts.enumerate() {
        let at = (x + side + size, y + size * 1.6 + length(number) * size * 1.4);
        svg += &line("note", at, size, &text);
    }
    svg
}

fn foot(content: &Content) -> String {
    let standard = content.kind().family().standard();
    escaped(&format!("本电子证照依据 {standard} 制发，与纸质证件具有同等效力；真伪以亮证核验结果为准"))
}

/// A word across the sheet, for what is not to be taken for a certificate in force.
fn across(word: &str, (width, height): (f64, f64)) -> String {
    let size = height / 2.6;
    let spacing = size * 0.5;
    format!(
        r##"<text class="s" transform="translate({:.1} {:.1}) rotate(-24)" font-size="{size:.1}" font-weight="700" fill="#c8161d" opacity="0.13" letter-spacing="{spacing:.1}" text-anchor="middle">{}</text>"##,
        width / 2.0 + spacing / 2.0,
        height / 2.0 + size * 0.36,
        escaped(word),
    )
}
