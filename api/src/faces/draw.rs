//! From a sheet to a file: SVG as it is, PNG by resvg, PDF by svg2pdf.

use std::collections::HashMap;
use std::sync::Arc;

use color_quant::NeuQuant;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{ImageHrefResolver, Options, Tree};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Sheet;
use crate::problem::Problem;

/// Dots to the inch of SVG's own unit.
const SVG_DPI: f32 = 96.0;

/// Dots to the inch of images.
const IMAGE_DPI: f32 = 144.0;
/// The same to the metre.
const DOTS_PER_METRE: u32 = 5_669;
/// Colours of an image.
const COLOURS: usize = 256;
/// Of so many pixels one is looked at to choose them.
const SAMPLE: i32 = 10;

/// The form of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PictureFormat)]
pub enum Format {
    /// For a page.
    #[default]
    Svg,
    /// An image, 144 dots to the inch.
    Png,
    /// For print and the archive.
    Pdf,
}

impl Format {
    /// The word it is stored as, and files of it end with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

/// The file of a sheet. Takes some hundred milliseconds.
pub(super) fn drawn(sheet: &Sheet, format: Format, fonts: Arc<Database>) -> Result<Vec<u8>, Problem> {
    if format == Format::Svg {
        return Ok(sheet.svg.clone().into_bytes());
    }
    let options = Options {
        fontdb: fonts,
        dpi: SVG_DPI,
        font_family: "Noto Serif CJK SC".to_owned(),
        // A sheet holds its pictures in itself: whatever else an address may name is not fetched or opened.
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(&sheet.svg, &options).map_err(Problem::internal)?;
    match format {
        Format::Pdf => {
            let page = svg2pdf::PageOptions { dpi: SVG_DPI };
            svg2pdf::to_pdf(&tree, svg2pdf::ConversionOptions::default(), page).map_err(Problem::internal)
        }
        Format::Svg | Format::Png => png(&tree),
    }
}

/// A picture of 256 colours: a sheet has few, and a file of them all would be four times as large.
fn png(tree: &Tree) -> Result<Vec<u8>, Problem> {
    let scale = IMAGE_DPI / SVG_DPI;
    let size = tree.size().to_int_size();
    let pixels = size.scale_by(scale).and_then(|size| Pixmap::new(size.width(), size.height()));
    let mut pixels = pixels.ok_or_else(|| Problem::internal("a sheet without a size"))?;
    pixels.fill(Color::WHITE);
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    indexed(&pixels).map_err(Problem::internal)
}

fn indexed(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let colours = NeuQuant::new(SAMPLE, COLOURS, pixels.data());
    // Most pixels are of a colour that was met before.
    let mut known = HashMap::new();
    let indices = pixels.data().chunks_exact(4).map(|pixel| {
        let index = *known.entry(pixel).or_insert_with(|| colours.index_of(pixel));
        u8::try_from(index).unwrap_or(u8::MAX)
    });
    let indices: Vec<u8> = indices.collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(colours.color_map_rgb());
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: DOTS_PER_METRE,
        yppu: DOTS_PER_METRE,
        unit: png::Unit::Meter,
    }));
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indices)?;
    writer.finish()?;
    Ok(file)
}
