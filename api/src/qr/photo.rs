//! Test pictures: a code on a phone's screen as a camera sees it, made from a seed.
//!
//! Turned, tilted, out of focus, unevenly lit, noisy, on a cluttered ground, and kept as JPEG. No moving hand, no
//! rolling shutter, no moiré: what these say is a lower bound of the difficulty of the road.
#![allow(clippy::as_conversions, reason = "pixels from geometry; nothing outside tests depends on it")]

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Modules of white around the code.
const QUIET: f64 = 4.0;
/// Modules between camera and screen: what makes a tilt a perspective.
const DISTANCE: f64 = 200.0;

/// How a picture is taken. Lengths are in modules of the code, angles in degrees, light in steps of 255.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    pub pixels_per_module: f64,
    pub turn: f64,
    pub tilt: (f64, f64),
    pub blur: f64,
    pub noise: f64,
    /// How much darker the darkest side is than the brightest, 0 to 1.
    pub shade: f64,
    /// White minus black, 0 to 1.
    pub contrast: f64,
    pub jpeg_quality: u8,
    pub seed: u64,
}

impl Shot {
    /// A shot as an officer takes it without much care, different for each seed.
    pub fn ordinary(seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        Self {
            pixels_per_module: chance.random_range(2.5..4.0),
            turn: chance.random_range(-15.0..15.0),
            tilt: (chance.random_range(-15.0..15.0), chance.random_range(-15.0..15.0)),
            blur: chance.random_range(0.1..0.3),
            noise: chance.random_range(2.0..8.0),
            shade: chance.random_range(0.0..0.4),
            contrast: chance.random_range(0.7..1.0),
            jpeg_quality: chance.random_range(60..92),
            seed,
        }
    }

    /// The picture of `modules` (rows of a square code, true is dark).
    pub fn take(&self, modules: &[Vec<bool>]) -> GrayImage {
        let side = (modules.len() as f64 + 2.0 * QUIET) * self.pixels_per_module * 1.6;
        let (width, height) = (side as u32, (side * 1.2) as u32);
        let sharp =
            GrayImage::from_fn(width, height, |x, y| Luma([self.light(modules, (width, height), (x, y))]));
        let sigma = (self.blur * self.pixels_per_module) as f32;
        let blurred = DynamicImage::from(sharp).blur(sigma.max(0.1)).into_luma8();
        self.develop(&blurred)
    }

    /// The picture as the bytes of a JPEG file.
    pub fn jpeg(&self, modules: &[Vec<bool>]) -> Vec<u8> {
        let mut file = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut file, self.jpeg_quality);
        self.take(modules).write_with_encoder(encoder).expect("a grey picture is encoded");
        file
    }

    /// What falls on one pixel: the mean of four rays.
    fn light(&self, modules: &[Vec<bool>], (width, height): (u32, u32), (x, y): (u32, u32)) -> u8 {
        let rays = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
        let sum: f64 = rays
            .iter()
            .map(|(dx, dy)| {
                let right = f64::from(x) + dx - f64::from(width) / 2.0;
                let down = f64::from(y) + dy - f64::from(height) / 2.0;
                let (u, v) = self.on_screen(right, down);
                scene(modules, u, v, self.seed)
            })
            .sum();
        (sum / 4.0) as u8
    }

    /// Where a ray meets the screen, in modules from the code's centre.
    fn on_screen(&self, right: f64, down: f64) -> (f64, f64) {
        let focal = self.pixels_per_module * DISTANCE;
        let (x, y) = (right / focal, down / focal);
        let (sin_x, cos_x) = self.tilt.0.to_radians().sin_cos();
        let (sin_y, cos_y) = self.tilt.1.to_radians().sin_cos();
        // The screen's axes and normal after the tilt; the ray (x, y, 1) meets it at depth t.
        let (a, b) = ([cos_y, 0.0, -sin_y], [sin_y * sin_x, cos_x, cos_y * sin_x]);
        let normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let t = normal[2] * DISTANCE / (normal[0] * x + normal[1] * y + normal[2]);
        let point = [t * x, t * y, t - DISTANCE];
        let along = |axis: [f64; 3]| point.iter().zip(axis).map(|(p, q)| p * q).sum::<f64>();
        let (sin, cos) = self.turn.to_radians().sin_cos();
        (along(a) * cos + along(b) * sin, along(b) * cos - along(a) * sin)
    }

    /// Shade, contrast and noise, as sensor and lamp add them.
    fn develop(&self, seen: &GrayImage) -> GrayImage {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ 0x5eed);
        let (width, height) = seen.dimensions();
        GrayImage::from_fn(width, height, |x, y| {
            let place = f64::from(x) / f64::from(width) * 0.7 + f64::from(y) / f64::from(height) * 0.3;
            let light = 128.0 + (f64::from(seen.get_pixel(x, y)[0]) - 128.0) * self.contrast;
            // The sum of four dice is near enough to a bell curve; its spread is 0.577.
            let bell: f64 = (0..4).map(|_| chance.random_range(-0.5..0.5)).sum();
            let value = light * (1.0 - self.shade * place) + bell / 0.577 * self.noise;
            Luma([value.clamp(0.0, 255.0) as u8])
        })
    }
}

/// The light of a point: code, white margin, screen with lines of text, black bezel, clutter.
fn scene(modules: &[Vec<bool>], u: f64, v: f64, seed: u64) -> f64 {
    let side = modules.len() as f64;
    let (x, y) = (u + side / 2.0, v + side / 2.0);
    let within = |margin: f64, more: f64| {
        x > -margin && x < side + margin && y > -margin - more && y < side + margin + more
    };
    if within(0.0, 0.0) {
        return if modules[y as usize][x as usize] { 22.0 } else { 238.0 };
    }
    let line = (y / 5.0).floor();
    let ink = y / 5.0 - line < 0.5 && dice((x / 1.3).floor(), line, seed) > 0.5;
    match () {
        () if within(QUIET, 0.0) => 238.0,
        () if within(QUIET + 4.0, 24.0) => {
            if ink {
                60.0
            } else {
                225.0
            }
        }
        () if within(QUIET + 7.0, 30.0) => 15.0,
        () if dice((u / 23.0).floor(), (v / 17.0).floor(), seed) > 0.5 => {
            40.0 + 180.0 * dice((u / 1.7).floor(), (v / 1.5).floor(), seed)
        }
        () => 60.0 + 150.0 * dice((u / 9.0).floor(), (v / 11.0).floor(), seed),
    }
}

/// A fixed number from 0 to 1 for a place.
fn dice(x: f64, y: f64, seed: u64) -> f64 {
    let mixed = ((x as i64 as u64) << 32 ^ (y as i64 as u64) ^ seed.rotate_left(17))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / (1u64 << 24) as f64
}
