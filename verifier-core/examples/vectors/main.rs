//! Writes the test vectors anew: `cargo run -p verifier-core --example vectors`.
//!
//! What a vector expects is written by hand beside it and never taken from what `verify` answers.

use std::error::Error;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;

#[path = "all.rs"]
mod all;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = all::files()?;
    for subfolder in ["", "sm2"] {
        remove_old(&folder.join(subfolder))?;
    }
    for (name, text) in &files {
        fs::write(folder.join(name), text)?;
    }
    writeln!(stdout(), "{} vectors in {}", files.len(), folder.display())?;
    Ok(())
}

fn remove_old(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
