//! Annotated copies (加注件): a certificate's face with recipient, purpose, date and serial on it, and a code that says
//! later whether it is as it was issued and what has become of the certificate (`docs/protocol.md` §11).
//!
//! - `copies/wanted.rs`: what is asked for, and whether it fits
//! - `copies/make.rs`: making one
//! - `copies/content.rs`: which items stand on it
//! - `copies/shown.rs`: a copy in lists, and its files
//! - `copies/check.rs`: verifying one online
//!
//! Files are kept as they were issued, encrypted, so that the same serial always gives the same bytes. What is not here:
//! what a copy looks like (`faces/copy.rs`) and how its code is decided (verifier-core).

mod check;
mod content;
mod make;
mod shown;
mod wanted;

pub use check::{Checked, check};
pub use make::make;
pub use shown::{Copy, file, page, visible};
pub use wanted::Wanted;
