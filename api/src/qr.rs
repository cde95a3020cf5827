//! QR codes as pictures: drawing ours, and reading whatever a person photographed.
//!
//! A code is plain text here. What the text means, and whether to believe it, is `verifier-core`'s matter.

mod draw;
mod read;

pub use draw::{Code, DrawError, Medium};
pub use read::{ReadError, read_codes};

#[cfg(test)]
mod photo;
#[cfg(test)]
mod tests;
