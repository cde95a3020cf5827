//! What is done to a picture before each try, and in which order: the cheap and likely first.
//!
//! The numbers come from the experiment in `docs/adr/0001-qr-reading.md`. All work is bounded: a fixed list of tries,
//! each on at most four million pixels, and the first picture that looks made of finder patterns ends it.

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, imageops};

use super::isolated;
use super::symbol::{self, Found};

/// Most pixels looked at in one try; a larger picture is shrunk, then cut into tiles.
const MAX_PIXELS: u32 = 4_000_000;

/// Side of a tile in pixels. Tiles overlap by half, so a code of up to half a side lies whole in one of them; a
/// larger one is large enough in the shrunk picture.
const TILE: u32 = 1_600;

/// One way of preparing a picture. Widths of blurs are standard deviations in pixels, after scaling.
struct Try {
    name: &'static str,
    /// New size over old, as a fraction.
    scale: (u32, u32),
    /// Against noise: a blur this wide; 0 for none.
    soften: f32,
    /// Against being out of focus: an unsharp mask this wide; 0 for none.
    sharpen: f32,
}

const TRIES: [Try; 8] = [
    Try { name: "plain", scale: (1, 1), soften: 0.0, sharpen: 0.0 },
    Try { name: "sharper", scale: (1, 1), soften: 0.0, sharpen: 2.0 },
    Try { name: "smaller", scale: (2, 3), soften: 0.0, sharpen: 0.0 },
    Try { name: "softer, then sharper", scale: (1, 1), soften: 0.9, sharpen: 2.0 },
    Try { name: "larger", scale: (3, 2), soften: 0.0, sharpen: 0.0 },
    Try { name: "much smaller", scale: (1, 3), soften: 0.0, sharpen: 0.0 },
    Try { name: "double, softer, then sharper", scale: (2, 1), soften: 1.4, sharpen: 3.0 },
    Try { name: "much sharper", scale: (1, 1), soften: 0.0, sharpen: 4.5 },
];

/// How much of the difference to the blurred picture an unsharp mask adds, in halves.
const SHARPENING_HALVES: i16 = 5;

/// The codes of the first try that finds any; none when no try does.
pub fn first_success(picture: GrayImage) -> Vec<String> {
    let whole = DynamicImage::from(picture);
    let shrunk = shrink(&whole);
    let seen = shrunk.as_ref().unwrap_or(&whole);
    let tries = TRIES.iter().map(|way| (way.name, way.prepare(seen)));
    let tiles = tiles(&whole, shrunk.is_some()).map(|tile| ("tile", Some(tile)));
    let inverted = core::iter::once_with(|| ("inverted", Some(invert(seen))));
    for (name, pixels) in tries.chain(tiles).chain(inverted) {
        let Some(pixels) = pixels else { continue };
        match isolated(name, || symbol::find(&pixels)) {
            Some(Found::Codes(codes)) if !codes.is_empty() => return codes,
            Some(Found::Crowd) => break,
            Some(Found::Codes(_)) | None => {}
        }
    }
    Vec::new()
}

impl Try {
    /// The picture for this try; None where it would be too large or too small to be worth it.
    fn prepare(&self, picture: &DynamicImage) -> Option<GrayImage> {
        let (times, by) = self.scale;
        let (width, height) = (picture.width() * times / by, picture.height() * times / by);
        if width == 0 || height == 0 || width * height > MAX_PIXELS {
            return None;
        }
        // DynamicImage's own methods are compiled in its crate, and fast in every profile.
        let scaled = match times.cmp(&by) {
            core::cmp::Ordering::Less => picture.resize_exact(width, height, FilterType::Triangle),
            core::cmp::Ordering::Equal => picture.clone(),
            core::cmp::Ordering::Greater => picture.resize_exact(width, height, FilterType::CatmullRom),
        };
        let softened = if self.soften > 0.0 { scaled.fast_blur(self.soften) } else { scaled };
        if self.sharpen > 0.0 {
            let blurred = softened.fast_blur(self.sharpen).into_luma8();
            return Some(unsharp(softened.into_luma8(), &blurred));
        }
        Some(softened.into_luma8())
    }
}

/// The picture made small enough for one try; None when it is already.
fn shrink(picture: &DynamicImage) -> Option<DynamicImage> {
    let (width, height) = (u64::from(picture.width()), u64::from(picture.height()));
    let limit = u64::from(MAX_PIXELS);
    if width * height <= limit {
        return None;
    }
    // sqrt(limit / (width × height)) of each side, without leaving whole numbers.
    let side = |length: u64, other: u64| u32::try_from((limit * length / other).isqrt()).unwrap_or(1).max(1);
    Some(picture.thumbnail_exact(side(width, height), side(height, width)))
}

/// The picture at full size, a tile at a time.
fn tiles(picture: &DynamicImage, wanted: bool) -> impl Iterator<Item = GrayImage> {
    let starts = |length: u32| (0..length.saturating_sub(TILE / 2).max(1)).step_by(800);
    let (width, height) = if wanted { (picture.width(), picture.height()) } else { (0, 0) };
    starts(height)
        .flat_map(move |top| starts(width).map(move |left| (left, top)))
        .filter(move |_| wanted)
        .map(|(left, top)| picture.crop_imm(left, top, TILE, TILE).into_luma8())
}

/// Light for dark: a phone that inverts its screen shows the code so.
fn invert(picture: &DynamicImage) -> GrayImage {
    let mut pixels = picture.to_luma8();
    imageops::invert(&mut pixels);
    pixels
}

fn unsharp(mut pixels: GrayImage, blurred: &GrayImage) -> GrayImage {
    for (image::Luma([pixel]), image::Luma([around])) in pixels.pixels_mut().zip(blurred.pixels()) {
        let (here, mean) = (i16::from(*pixel), i16::from(*around));
        let value = here + SHARPENING_HALVES * (here - mean) / 2;
        *pixel = u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX);
    }
    pixels
}
