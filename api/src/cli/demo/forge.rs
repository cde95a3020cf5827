//! A forged code, as a forger would make it: the text of a genuine one with another name written into it.

use verifier_core::token;

use super::super::Failure;

/// The same code with the holder's name overwritten by another of the same length.
pub(super) fn with_another_name(code: &str, public_address: &str, name: &str) -> Result<String, Failure> {
    let mut bytes = token::parse(code).map_err(|_| Failure::new("the code to forge is no code"))?;
    let needle = name.as_bytes();
    let at = bytes.windows(needle.len()).position(|window| window == needle);
    let there = at.and_then(|at| bytes.get_mut(at..at + needle.len()));
    let there = there.ok_or_else(|| Failure::new("the code does not carry the holder's name"))?;
    let another: Vec<u8> = "赝".bytes().cycle().take(there.len()).collect();
    there.copy_from_slice(&another);
    Ok(token::format(public_address, &bytes))
}
