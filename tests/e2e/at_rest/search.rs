//! Looking for values in bytes, in every form they may have been written in.

use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use data_encoding::{HEXLOWER, HEXUPPER};

/// Shorter ones are found by chance.
const SHORTEST: usize = 8;

/// A value that must not be read anywhere but where it is said.
pub(super) struct Kept {
    what: &'static str,
    value: Vec<u8>,
    may_be_in: &'static [&'static str],
}

/// Where things are stored: its files, and a value that was put among them.
pub(super) struct Place {
    pub(super) name: &'static str,
    files: Vec<(String, Vec<u8>)>,
    planted: String,
}

impl Kept {
    pub(super) fn new(what: &'static str, value: impl Into<Vec<u8>>) -> Self {
        let value = value.into();
        assert!(value.len() >= SHORTEST, "{what} is too short to be looked for");
        Self { what, value, may_be_in: &[] }
    }

    pub(super) fn but_in(self, places: &'static [&'static str]) -> Self {
        Self { may_be_in: places, ..self }
    }
}

impl Place {
    pub(super) fn new(name: &'static str, planted: &str) -> Self {
        Self { name, files: Vec::new(), planted: planted.to_owned() }
    }

    pub(super) fn with(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), bytes.into()));
        self
    }

    /// Every file of a folder and of those in it.
    pub(super) fn with_folder(mut self, folder: &Path) -> Self {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self = self.with_folder(&path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                self.files.push((path.display().to_string(), bytes));
            }
        }
        self
    }

    /// What was found that must not be here: what, in which form and in which file.
    pub(super) fn leaks(&self, all: &[Kept]) -> Vec<String> {
        let here = all.iter().filter(|kept| !kept.may_be_in.contains(&self.name));
        let forms = here.flat_map(|kept| forms(&kept.value).into_iter().map(move |form| (kept.what, form)));
        let (names, patterns): (Vec<_>, Vec<_>) =
            forms.map(|(what, (form, bytes))| (format!("{what} as {form}"), bytes)).unzip();
        let search = AhoCorasick::new(&patterns).unwrap();
        let mut leaks = Vec::new();
        for (file, bytes) in &self.files {
            for found in search.find_iter(bytes) {
                leaks.push(format!("{}: {} in {file}", self.name, names[found.pattern().as_usize()]));
            }
        }
        leaks.sort();
        leaks.dedup();
        leaks
    }

    /// That what was put here is found: the search looks where things are, and can fail.
    pub(super) fn check(&self) {
        let planted = [Kept::new("what was planted", self.planted.as_bytes())];
        assert!(!self.leaks(&planted).is_empty(), "{}: what was planted is not found", self.name);
    }
}

/// A value as it may have been written.
fn forms(value: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("itself", value.to_vec()),
        ("hexadecimal digits", HEXLOWER.encode(value).into_bytes()),
        ("hexadecimal digits", HEXUPPER.encode(value).into_bytes()),
    ];
    for alphabet in [&STANDARD, &URL_SAFE] {
        forms.extend((0..3).map(|shift| ("base64", base64_within(alphabet, value, shift))));
    }
    if let Ok(text) = std::str::from_utf8(value) {
        forms.push(("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        let escaped = |unit: u16| format!("\\u{unit:04x}");
        if !text.is_ascii() {
            forms.push(("JSON escapes", text.encode_utf16().map(escaped).collect::<String>().into_bytes()));
        }
    }
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    for lower in [false, true] {
        let escaped = |byte: &u8| match (is_plain(byte), lower) {
            (true, _) => char::from(*byte).to_string(),
            (false, true) => format!("%{byte:02x}"),
            (false, false) => format!("%{byte:02X}"),
        };
        forms.push(("a URL has it", value.iter().map(escaped).collect::<String>().into_bytes()));
    }
    forms
}

/// Base64 of something that has the value in it, `shift` bytes from where a group begins: what of it depends on the
/// value only.
fn base64_within(alphabet: &base64::alphabet::Alphabet, value: &[u8], shift: usize) -> Vec<u8> {
    let text = GeneralPurpose::new(alphabet, NO_PAD).encode([&vec![0; shift][..], value].concat());
    let (first, whole) = ((shift * 8).div_ceil(6), (shift + value.len()) * 8 / 6);
    text.as_bytes()[first..whole].to_vec()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const VALUE: &str = "辽宁省 210102199001010111";

    fn is_found(bytes: impl Into<Vec<u8>>) -> bool {
        let place = Place::new("here", "nothing else").with("a file", bytes);
        !place.leaks(&[Kept::new("it", VALUE)]).is_empty()
    }

    #[test]
    fn a_value_is_found_however_it_was_written() {
        let around = |text: &str| [b"\x00before ", text.as_bytes(), b" after"].concat();
        assert!(is_found(around(VALUE)));
        assert!(is_found(HEXLOWER.encode(&around(VALUE))) && is_found(HEXUPPER.encode(&around(VALUE))));
        for shift in 0..6 {
            let text = format!("{}{VALUE}{}", "?".repeat(shift), "~".repeat(shift));
            assert!(is_found(STANDARD.encode(&text)) && is_found(URL_SAFE_NO_PAD.encode(&text)), "{shift}");
        }
        let units: Vec<_> = format!("before {VALUE} after").encode_utf16().collect();
        assert!(is_found(units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()));
        assert!(is_found(units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>()));
        assert!(is_found("?a=%E8%BE%BD%E5%AE%81%E7%9C%81%20210102199001010111&b"));
        assert!(is_found("?a=%e8%be%bd%e5%ae%81%e7%9c%81%20210102199001010111&b"));
    }

    #[test]
    fn another_value_is_not_taken_for_it_and_where_it_may_be_is_left_out() {
        assert!(!is_found("辽宁省 210102199001010112"));
        let place = Place::new("here", VALUE).with("a file", VALUE);
        place.check();
        assert!(place.leaks(&[Kept::new("it", VALUE).but_in(&["here"])]).is_empty());
    }
}
