//! Finds and decodes the QR symbols in grey pixels: one try, with bounded work.
//!
//! The steps are rxing's (a port of zxing-cpp); how far each may go is decided here, because its own reader tries
//! every triple of finder patterns, and a picture full of them takes it minutes.

use image::GrayImage;
use rxing::common::{BitMatrix, DetectorRXingResult as _, HybridBinarizer};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{
    FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR,
};
use rxing::{Binarizer as _, Luma8Source};

/// Most finder patterns before a picture counts as made of them. The most cluttered photos had 100.
const MAX_PATTERNS: usize = 1_000;

/// Most triples of finder patterns looked at, the most plausible first; zxing-cpp's own limit.
const MAX_TRIPLES: usize = 256;

/// What one try found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The texts of the symbols that could be decoded, each once; perhaps none.
    Codes(Vec<String>),
    /// So many finder patterns that further tries would only take time.
    Crowd,
}

/// Looks for symbols in `pixels`.
pub fn find(pixels: &GrayImage) -> Found {
    let (width, height) = pixels.dimensions();
    let Ok(source) = Luma8Source::new_with_slice(pixels.as_raw(), width, height) else {
        return Found::Codes(Vec::new());
    };
    let binarizer = HybridBinarizer::new(source);
    binarizer.get_black_matrix().map_or(Found::Codes(Vec::new()), find_in)
}

fn find_in(matrix: &BitMatrix) -> Found {
    let mut patterns = FindFinderPatterns(matrix, true, 0);
    if patterns.len() > MAX_PATTERNS {
        return Found::Crowd;
    }
    let mut used = Vec::new();
    let mut codes = Vec::new();
    for triple in GenerateFinderPatternSets(&mut patterns).iter().take(MAX_TRIPLES) {
        let corners = [triple.bl, triple.tl, triple.tr];
        if corners.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        if let Some(text) = decode(matrix, triple) {
            used.extend(corners);
            if !codes.contains(&text) {
                codes.push(text);
            }
        }
    }
    Found::Codes(codes)
}

fn decode(matrix: &BitMatrix, triple: &FinderPatternSet) -> Option<String> {
    let sampled = SampleQR(matrix, triple).ok()?;
    let decoded = Decode(sampled.getBits()).ok()?;
    decoded.isValid().then(|| decoded.text())
}
