//! Reads the QR codes in a picture someone else made: a photo, a screenshot, a scan.
//!
//! The picture is hostile until shown otherwise: its size is checked before it is decoded, the work on it is
//! bounded, and a panic in the libraries ends one attempt, never the caller. What a code means is not known here.
//! Why this reader: `docs/adr/0001-qr-reading.md`.

use core::fmt;

use verifier_core::Text;

mod attempt;
mod picture;
mod symbol;

/// Most bytes of a picture file.
const MAX_BYTES: usize = 20 * 1024 * 1024;

/// Why nothing was read. The variants carry nothing of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The file has more than 20 MiB.
    TooManyBytes,
    /// The picture has more than 50 million pixels, or needs more than 256 MiB to decode.
    TooManyPixels,
    /// Neither PNG nor JPEG.
    NotAPicture,
    /// PNG or JPEG, but cut off or broken.
    Damaged,
    /// A good picture in which no QR code can be read.
    NoCode,
}

impl ReadError {
    /// The stable name, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyBytes => "image_too_many_bytes",
            Self::TooManyPixels => "image_too_many_pixels",
            Self::NotAPicture => "image_not_supported",
            Self::Damaged => "image_damaged",
            Self::NoCode => "image_without_code",
        }
    }

    /// What is wrong, for people.
    #[must_use]
    pub const fn message(self) -> Text {
        let (zh, en) = match self {
            Self::TooManyBytes => ("图片文件超过20 MB。", "The picture file is larger than 20 MB."),
            Self::TooManyPixels => ("图片超过5000万像素。", "The picture has more than 50 million pixels."),
            Self::NotAPicture => ("文件不是PNG或JPEG图片。", "The file is not a PNG or JPEG picture."),
            Self::Damaged => ("图片不完整或已损坏。", "The picture is incomplete or damaged."),
            Self::NoCode => ("图片中没有可识别的二维码。", "No QR code can be read in the picture."),
        };
        Text { zh, en }
    }

    /// What to do about it, for people.
    #[must_use]
    pub const fn next_step(self) -> Text {
        let (zh, en) = match self {
            Self::TooManyBytes | Self::TooManyPixels => (
                "请把图片裁剪到只剩二维码，或缩小后再试。",
                "Crop the picture to the code, or make it smaller, then try again.",
            ),
            Self::NotAPicture => ("请另存为PNG或JPEG后再试。", "Save it as PNG or JPEG, then try again."),
            Self::Damaged => ("请重新拍摄或重新传送图片。", "Take or send the picture again."),
            Self::NoCode => (
                "请靠近、对焦、避开反光，让整个二维码和四周白边入镜后重拍；也可直接输入码文。",
                "Take it again from nearer, in focus and without glare, with the whole code and its white margin \
                 in view; or type the code's text.",
            ),
        };
        Text { zh, en }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().en)
    }
}

impl core::error::Error for ReadError {}

/// The texts of the QR codes in a PNG or JPEG file, each once; at least one.
///
/// Takes milliseconds for a good picture and up to a few seconds for one in which nothing can be read: call it
/// where blocking is allowed.
///
/// # Errors
/// When the file is too large, not a picture or damaged, or holds no code that can be read.
pub fn read_codes(file: &[u8]) -> Result<Vec<String>, ReadError> {
    if file.len() > MAX_BYTES {
        return Err(ReadError::TooManyBytes);
    }
    let picture = isolated("decoding", || picture::decode(file)).unwrap_or(Err(ReadError::Damaged))?;
    let codes = attempt::first_success(picture);
    if codes.is_empty() { Err(ReadError::NoCode) } else { Ok(codes) }
}

/// Runs what a picture may bring to panic. None when it did: the libraries' fault or the picture's, not ours to die of.
fn isolated<T>(what: &'static str, work: impl FnOnce() -> T) -> Option<T> {
    // Nothing the closures touch outlives a panic in them: they read the picture and return what they made.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    outcome.inspect_err(|_| tracing::warn!(what, "a picture made a library panic")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_library_ends_the_attempt_and_not_the_caller() {
        assert_eq!(isolated("test", || -> u8 { panic!("as a hostile picture might cause") }), None);
        assert_eq!(isolated("test", || 7), Some(7));
    }
}
