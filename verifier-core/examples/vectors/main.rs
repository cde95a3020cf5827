//! Writes the test vectors and the fuzz targets' seeds anew: `cargo run -p verifier-core --example vectors`.
//!
//! What a vector expects is written by hand beside it and never taken from what `verify` answers.

use std::error::Error;
use std::fs;
use std::io::{Write, stdout};
use std::path::Path;

#[path = "all.rs"]
mod all;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = all::files()?;
    for folder in all::FOLDERS {
        remove_old(&root.join(folder))?;
    }
    for (name, content) in &files {
        fs::write(root.join(name), content)?;
    }
    writeln!(stdout(), "{} files in {}", files.len(), root.display())?;
    Ok(())
}

fn remove_old(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if all::is_generated(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
