//! tmp
use image::GrayImage;
use super::symbol::{self, Found};
pub fn first_success(p: &GrayImage) -> Vec<String> { match symbol::find(p) { Found::Codes(c) => c, Found::Crowd => Vec::new() } }
