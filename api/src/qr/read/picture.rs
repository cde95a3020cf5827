//! From a PNG or JPEG file to grey pixels, within limits that are checked before anything is decoded.

use std::io::Cursor;

use image::error::LimitErrorKind;
use image::{DynamicImage, GrayImage, ImageError, ImageFormat, ImageReader, Limits};

use super::ReadError;

/// Most pixels: more than the cameras of nearly all phones give.
const MAX_PIXELS: u64 = 50_000_000;

/// Most memory for decoding, in bytes: 50 million pixels with four channels and some room.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;

/// Decodes `file` to grey, transparent parts as the white page they are shown on.
pub fn decode(file: &[u8]) -> Result<GrayImage, ReadError> {
    let format = image::guess_format(file).map_err(|_| ReadError::NotAPicture)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(ReadError::NotAPicture);
    }
    let (width, height) =
        ImageReader::with_format(Cursor::new(file), format).into_dimensions().map_err(|e| fault(&e))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ReadError::TooManyPixels);
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    reader.decode().map(grey).map_err(|e| fault(&e))
}

fn fault(error: &ImageError) -> ReadError {
    match error {
        ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => {
            ReadError::TooManyPixels
        }
        _ => ReadError::Damaged,
    }
}

fn grey(image: DynamicImage) -> GrayImage {
    if !image.color().has_alpha() {
        return image.into_luma8();
    }
    let mut pixels = image.into_luma_alpha8();
    for image::LumaA([luma, alpha]) in pixels.pixels_mut() {
        let shown = (u16::from(*luma) * u16::from(*alpha) + 255 * (255 - u16::from(*alpha))) / 255;
        *luma = u8::try_from(shown).unwrap_or(u8::MAX);
    }
    DynamicImage::from(pixels).into_luma8()
}
