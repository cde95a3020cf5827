//! yzt
fn main() {}
