//! Portraits and photographs inside a record: base64 of a small JPEG or PNG file.
//!
//! Not here: decoding the picture. Its format is known by its first bytes, which is enough to refuse what is none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::record::rule::Rule;

/// Largest file in bytes.
const FILE_SIZE_MAX: usize = 64 * 1024;

const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];
const PNG: &[u8] = &[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];

/// The base64 text, if there is an image of the right size in it.
pub(super) fn checked(text: &str) -> Result<String, Rule> {
    if text.len() > FILE_SIZE_MAX / 3 * 4 + 4 {
        return Err(Rule::WrongLength);
    }
    let file = file(text).ok_or(Rule::NotAnImage)?;
    if file.len() > FILE_SIZE_MAX {
        return Err(Rule::WrongLength);
    }
    if !(file.starts_with(JPEG) || file.starts_with(PNG)) {
        return Err(Rule::NotAnImage);
    }
    Ok(text.to_owned())
}

/// The bytes of the file.
pub(crate) fn file(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
