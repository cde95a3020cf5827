//! How many signatures this machine makes and verifies a second, on one thread: `cargo run --release -p verifier-core
//! --example speed`, with and without `--features precomputed-tables`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for people")]

use std::time::{Duration, Instant};

use verifier_core::sm2::SigningKey;

/// Long enough for a steady figure, short enough to be repeated.
const SPAN: Duration = Duration::from_secs(2);
/// About as long as what a seal signs.
const MESSAGE: [u8; 200] = [7; 200];

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]).unwrap();
    let public = key.public_key();
    let signature = key.sign(&MESSAGE);
    println!("{:.0} sign/s", rate(|| assert_ne!(key.sign(&MESSAGE), [0; 64])));
    println!("{:.0} verify/s", rate(|| assert!(public.verifies(&MESSAGE, &signature))));
}

fn rate(work: impl Fn()) -> f64 {
    // The first makes the tables.
    work();
    let (begun, mut done) = (Instant::now(), 0_u32);
    while begun.elapsed() < SPAN {
        work();
        done += 1;
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}
