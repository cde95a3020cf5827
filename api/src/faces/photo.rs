//! The pictures in a record, as they may stand on a sheet: a portrait, or a vehicle.
//!
//! A record's picture is at most 64 KiB, but that many bytes can promise a picture of any size; one that would take much
//! memory, or is none, is left out.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

use crate::record::picture_file;

/// Most pixels of a picture: a portrait has a fraction of it.
const MOST_PIXELS: u64 = 4_000_000;

/// The address by which SVG holds the picture of this base64 text in itself.
pub(super) fn address(base64: &str) -> Option<String> {
    let file = picture_file(base64)?;
    let reader = ImageReader::new(Cursor::new(&file)).with_guessed_format().ok()?;
    let media_type = match reader.format()? {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        _ => return None,
    };
    let (width, height) = reader.into_dimensions().ok()?;
    let is_fit = u64::from(width) * u64::from(height) <= MOST_PIXELS && width > 0 && height > 0;
    is_fit.then(|| format!("data:{media_type};base64,{}", base64.trim()))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use image::{DynamicImage, GrayImage};

    use super::*;

    fn png(side: u32) -> String {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::from(GrayImage::new(side, side)).write_to(&mut file, ImageFormat::Png).unwrap();
        STANDARD.encode(file.into_inner())
    }

    #[test]
    fn a_portrait_is_taken_and_one_that_would_fill_the_memory_is_not() {
        assert!(address(&png(300)).unwrap().starts_with("data:image/png;base64,"));
        assert_eq!(address(&png(2_001)), None);
        assert_eq!(address("aGVsbG8="), None);
    }
}
