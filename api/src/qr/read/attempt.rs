//! tmp
use super::symbol::{self, Found};
use image::GrayImage;
pub fn first_success(p: &GrayImage) -> Vec<String> {
    match symbol::find(p) {
        Found::Codes(c) => c,
        Found::Crowd => Vec::new(),
    }
}
