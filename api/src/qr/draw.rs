//! Draws a code's text as a QR symbol (GB/T 18284, ISO/IEC 18004) in SVG or PNG.
//!
//! Black on white with the quiet zone inside the picture, so that no page, theme or printer can take it away.
//! The sizes here are those of `docs/protocol.md`; what the text holds is not known here.

use core::fmt::{self, Write as _};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use qrcode::{Color, EcLevel, QrCode, Version};

/// White modules on each side (ISO/IEC 18004 §6.3.8).
const QUIET_ZONE: usize = 4;

/// The largest version a code may need at level L: beyond it phones at arm's length no longer read it.
const LARGEST_VERSION: u8 = 16;

/// The largest version of a copy's code: on 52 mm its modules are 0.39 mm.
const LARGEST_DOCUMENT: u8 = 27;

/// The characters of alphanumeric mode besides digits and upper-case letters (ISO/IEC 18004 §7.4.4).
const ALPHANUMERIC_SIGNS: &[u8] = b" $%*+-./:";

/// The largest picture, in pixels per module: a poster; more is a mistake.
const LARGEST_SCALE: u8 = 40;

/// Where the code will be seen, which decides how much damage it must bear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Medium {
    /// On a screen, which is not torn or dirty: level L (7 %), the largest modules.
    #[default]
    Screen,
    /// On paper: level M (15 %).
    Paper,
    /// On a document, where there is room and the text is that of an annotated copy: level M, up to version 27.
    Document,
}

/// Why a text cannot be drawn. Both are defects of the caller, never of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawError {
    /// A character outside QR alphanumeric mode, or none at all: the text is no upper-case code.
    NotAlphanumeric,
    /// More than version 16 at level L would be needed (`docs/protocol.md`, "Sizes").
    TooLong,
    /// More than 40 pixels per module, or none.
    Scale,
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAlphanumeric => "a code is drawn from digits, upper-case letters and $%*+-./: only",
            Self::TooLong => "the code needs more than QR version 16 at level L",
            Self::Scale => "a picture has 1 to 40 pixels per module",
        })
    }
}

impl core::error::Error for DrawError {}

/// A QR symbol, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Code {
    version: u8,
    side: usize,
    dark: Vec<bool>,
}

impl Code {
    /// Lays out `text` in the smallest symbol that holds it.
    ///
    /// # Errors
    /// When the text is not alphanumeric, or would need more than version 16 at level L, whatever `medium` asks:
    /// a code that fits no screen is not printed either.
    pub fn new(text: &str, medium: Medium) -> Result<Self, DrawError> {
        if text.is_empty() || !text.bytes().all(is_alphanumeric) {
            return Err(DrawError::NotAlphanumeric);
        }
        if medium == Medium::Document {
            let document = Self::lay_out(text, EcLevel::M)?;
            return if document.version > LARGEST_DOCUMENT { Err(DrawError::TooLong) } else { Ok(document) };
        }
        let screen = Self::lay_out(text, EcLevel::L)?;
        if screen.version > LARGEST_VERSION {
            return Err(DrawError::TooLong);
        }
        match medium {
            Medium::Screen => Ok(screen),
            Medium::Paper | Medium::Document => Self::lay_out(text, EcLevel::M),
        }
    }

    fn lay_out(text: &str, level: EcLevel) -> Result<Self, DrawError> {
        let symbol = QrCode::with_error_correction_level(text, level).map_err(|_| DrawError::TooLong)?;
        let (Version::Normal(number) | Version::Micro(number)) = symbol.version();
        Ok(Self {
            version: u8::try_from(number).map_err(|_| DrawError::TooLong)?,
            side: symbol.width(),
            dark: symbol.into_colors().into_iter().map(|module| module == Color::Dark).collect(),
        })
    }

    /// The symbol's version, 1 to 16 but on documents: its side is 4 × version + 17 modules.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// The picture as SVG, one unit a module, scaled by whoever shows it.
    #[must_use]
    pub fn svg(&self) -> String {
        let side = self.side + 2 * QUIET_ZONE;
        let mut path = String::new();
        for (y, row) in self.rows().enumerate() {
            for (x, length) in dark_runs(row) {
                let (x, y) = (x + QUIET_ZONE, y + QUIET_ZONE);
                // Writing into a String cannot fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{path}\"/></svg>"
        )
    }

    /// The picture within another one: its left upper corner and its side there.
    #[must_use]
    pub fn svg_at(&self, x: f64, y: f64, side: f64) -> String {
        self.svg().replacen("<svg ", &format!(r#"<svg x="{x}" y="{y}" width="{side}" height="{side}" "#), 1)
    }

    /// The picture as PNG, `scale` pixels a module (8 makes a driver's code 584 pixels wide).
    ///
    /// # Errors
    /// When `scale` is 0 or more than 40.
    pub fn png(&self, scale: u8) -> Result<Vec<u8>, DrawError> {
        if !(1..=LARGEST_SCALE).contains(&scale) {
            return Err(DrawError::Scale);
        }
        let side = (self.side + 2 * QUIET_ZONE) * usize::from(scale);
        let length = u32::try_from(side).map_err(|_| DrawError::Scale)?;
        let mut png = Vec::new();
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)
            .write_image(&self.pixels(usize::from(scale)), length, length, ExtendedColorType::L8)
            .map_err(|_| DrawError::Scale)?;
        Ok(png)
    }

    fn pixels(&self, scale: usize) -> Vec<u8> {
        let side = (self.side + 2 * QUIET_ZONE) * scale;
        let margin = vec![u8::MAX; side * QUIET_ZONE * scale];
        let mut pixels = margin.clone();
        for row in self.rows() {
            let line = pixel_line(row, scale);
            (0..scale).for_each(|_| pixels.extend_from_slice(&line));
        }
        pixels.extend(margin);
        pixels
    }

    /// The rows of the symbol, true for dark.
    #[cfg(test)]
    pub fn modules(&self) -> Vec<Vec<bool>> {
        self.rows().map(<[bool]>::to_vec).collect()
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks_exact(self.side)
    }
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || ALPHANUMERIC_SIGNS.contains(&byte)
}

/// Where in a row dark modules begin, and how many follow each other.
fn dark_runs(row: &[bool]) -> impl Iterator<Item = (usize, usize)> {
    let mut x = 0;
    row.chunk_by(|left, right| left == right).filter_map(move |run| {
        let start = x;
        x += run.len();
        (run.first() == Some(&true)).then_some((start, run.len()))
    })
}

/// One row of modules as one line of pixels, quiet zone included.
fn pixel_line(row: &[bool], scale: usize) -> Vec<u8> {
    let quiet = core::iter::repeat_n(&false, QUIET_ZONE);
    quiet
        .clone()
        .chain(row)
        .chain(quiet)
        .flat_map(|&dark| core::iter::repeat_n(if dark { 0 } else { u8::MAX }, scale))
        .collect()
}
