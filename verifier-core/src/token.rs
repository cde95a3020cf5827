//! The code's text ⇄ the bytes of a presentation, or of an annotated copy.
//!
//! A code is an upper-case URL, `HTTPS://<HOST>/V/1<token>`, so that any phone camera opens the verification page
//! and a QR code can hold it in alphanumeric mode. The token is base32 (RFC 4648) of the COSE_Sign1.

use data_encoding::BASE32_NOPAD;

use crate::foreign::Foreign;

/// Longest code text, in characters.
pub const MAX_CODE_LENGTH: usize = 2_048;

/// What stands between the public address and the token; `1` is the protocol version.
const PATH: &str = "/V/1";
/// The same without the version.
const PATH_OF_ANY_VERSION: &str = "/V/";
/// What stands there in the code of an annotated copy.
const COPY_PATH: &str = "/C/1";
/// The same without the version.
const COPY_PATH_OF_ANY_VERSION: &str = "/C/";
/// The first base32 character of any COSE_Sign1: an array of four begins with 0x84.
const FIRST_CHARACTER: char = 'Q';
/// Shorter texts cannot be a token: header, payload and signature alone are longer.
const SHORTEST_TOKEN: usize = 160;

/// Why a text is not a code of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// It has the form of a code but is damaged, too long, or not base32 in its one strict form.
    Malformed,
    /// A code of another version of the protocol.
    UnsupportedVersion,
    /// Another kind of code altogether.
    NotAPresentation(Foreign),
}

/// The bytes a code's text stands for. The scheme and host may have any letter case; everything else is strict,
/// and a token alone, without address and version, is accepted too.
pub fn parse(code: &str) -> Result<Vec<u8>, TokenError> {
    if code.is_empty() || code.chars().nth(MAX_CODE_LENGTH).is_some() {
        return Err(TokenError::Malformed);
    }
    let token = match after_host(code) {
        Some(path) => token_of_path(path).ok_or_else(|| error_of_path(path, code))?,
        None if looks_like_a_token(code) => code,
        None => return Err(TokenError::NotAPresentation(Foreign::of(code))),
    };
    BASE32_NOPAD.decode(token.as_bytes()).map_err(|_| TokenError::Malformed)
}

/// The code's text. `public_address` is scheme and host, such as `https://example.cn`; it is written in upper case.
#[must_use]
pub fn format(public_address: &str, presentation: &[u8]) -> String {
    address_and_token(public_address, PATH, presentation)
}

/// The bytes the text of a copy's code stands for. As [`parse`], but the address is always there: a token alone is taken
/// for that of a presentation.
pub fn parse_copy(code: &str) -> Result<Vec<u8>, TokenError> {
    if code.is_empty() || code.chars().nth(MAX_CODE_LENGTH).is_some() {
        return Err(TokenError::Malformed);
    }
    let other = || TokenError::NotAPresentation(Foreign::of(code));
    let path = after_host(code).ok_or_else(other)?;
    let version = path.strip_prefix(COPY_PATH_OF_ANY_VERSION).ok_or_else(other)?;
    match path.strip_prefix(COPY_PATH) {
        Some(token) => BASE32_NOPAD.decode(token.as_bytes()).map_err(|_| TokenError::Malformed),
        None if version.starts_with(|c: char| c.is_ascii_digit()) => Err(TokenError::UnsupportedVersion),
        None => Err(TokenError::Malformed),
    }
}

/// The text of a copy's code, as [`format()`] makes that of a presentation.
#[must_use]
pub fn format_copy(public_address: &str, copy: &[u8]) -> String {
    address_and_token(public_address, COPY_PATH, copy)
}

fn address_and_token(public_address: &str, path: &str, bytes: &[u8]) -> String {
    let address = public_address.trim_end_matches('/').to_ascii_uppercase();
    format!("{address}{path}{}", BASE32_NOPAD.encode(bytes))
}

/// The path and all behind it of a web address; `None` when the text is none.
fn after_host(code: &str) -> Option<&str> {
    let (scheme, rest) = code.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let slash = rest.find('/')?;
    (slash > 0).then(|| rest.get(slash..)).flatten()
}

fn token_of_path(path: &str) -> Option<&str> {
    path.strip_prefix(PATH)
}

fn error_of_path(path: &str, code: &str) -> TokenError {
    match path.strip_prefix(PATH_OF_ANY_VERSION) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => TokenError::UnsupportedVersion,
        Some(_) => TokenError::Malformed,
        None => TokenError::NotAPresentation(Foreign::of(code)),
    }
}

fn looks_like_a_token(code: &str) -> bool {
    code.starts_with(FIRST_CHARACTER)
        && code.len() >= SHORTEST_TOKEN
        && code.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<u8> {
        [&[0x84][..], &[0x5a; 120]].concat()
    }

    #[test]
    fn a_code_is_read_in_every_accepted_form() {
        let code = format("https://yzt.example", &bytes());
        assert!(code.starts_with("HTTPS://YZT.EXAMPLE/V/1Q"));
        let token = code.strip_prefix("HTTPS://YZT.EXAMPLE/V/1").unwrap();
        for form in [
            code.clone(),
            format!("https://yzt.example/V/1{token}"),
            format!("http://127.0.0.1:8080/V/1{token}"),
            token.to_owned(),
        ] {
            assert_eq!(parse(&form), Ok(bytes()), "{form}");
        }
    }

    #[test]
    fn every_other_form_of_the_same_token_is_refused() {
        let code = format("https://yzt.example", &bytes());
        let token = code.strip_prefix("HTTPS://YZT.EXAMPLE/V/1").unwrap();
        for (form, error) in [
            (code.to_lowercase(), TokenError::NotAPresentation(Foreign::WebLink)),
            (format!("https://yzt.example/V/1{}", token.to_lowercase()), TokenError::Malformed),
            (token.to_lowercase(), TokenError::NotAPresentation(Foreign::Text)),
            (format!("HTTPS://YZT.EXAMPLE/V/2{token}"), TokenError::UnsupportedVersion),
            (format!("HTTPS://YZT.EXAMPLE/V/{token}"), TokenError::Malformed),
            (format!("HTTPS://YZT.EXAMPLE/V/1{token}="), TokenError::Malformed),
            (format!("HTTPS://YZT.EXAMPLE/V/1{token} "), TokenError::Malformed),
            (format!("HTTPS://YZT.EXAMPLE/V/1{token}?x=1"), TokenError::Malformed),
            (format!("https:///V/1{token}"), TokenError::NotAPresentation(Foreign::WebLink)),
            (format!("{token}{}", "A".repeat(2_048)), TokenError::Malformed),
            (String::new(), TokenError::Malformed),
        ] {
            assert_eq!(parse(&form), Err(error), "{form}");
        }
    }

    #[test]
    fn the_limit_counts_characters() {
        let other = TokenError::NotAPresentation(Foreign::Text);
        assert_eq!(parse(&"证".repeat(MAX_CODE_LENGTH)), Err(other));
        assert_eq!(parse(&"证".repeat(MAX_CODE_LENGTH + 1)), Err(TokenError::Malformed));
    }

    #[test]
    fn unused_bits_of_the_last_character_must_be_zero() {
        // 121 bytes are 968 bits: 194 characters, of which the last carries three bits.
        let code = format("https://yzt.example", &bytes());
        let changed = format!("{}B", code.get(..code.len() - 1).unwrap());
        assert_eq!(parse(&changed), Err(TokenError::Malformed));
    }
}
