//! The forms in which modules take a message and give a signature. What is not here: whether the signature is right.

use std::fmt;
use std::str::FromStr;

use verifier_core::sm2::{PublicKey, SIGNATURE_LENGTH, Signature};

/// Length in bytes of one half of a signature.
const HALF: usize = SIGNATURE_LENGTH / 2;
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// What a module is given to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The message; the module makes Z and hashes.
    Message,
    /// `e`, the SM3 digest over Z and the message, 32 bytes.
    Digest,
}

impl Input {
    pub(super) fn of(self, key: &PublicKey, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Message => message.to_vec(),
            Self::Digest => key.digest(message).to_vec(),
        }
    }
}

impl FromStr for Input {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "message" => Ok(Self::Message),
            "digest" => Ok(Self::Digest),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message => "message",
            Self::Digest => "digest",
        })
    }
}

/// Reads `r || s`, or the SEQUENCE of two INTEGERs of GM/T 0009 in DER.
pub(super) fn read(bytes: &[u8]) -> Option<Signature> {
    match Signature::try_from(bytes) {
        Ok(signature) => Some(signature),
        Err(_) => read_der(bytes),
    }
}

fn read_der(bytes: &[u8]) -> Option<Signature> {
    let (body, rest) = element(SEQUENCE, bytes)?;
    let (r, body) = element(INTEGER, body)?;
    let (s, end) = element(INTEGER, body)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut signature = [0; SIGNATURE_LENGTH];
    let (first, second) = signature.split_at_mut(HALF);
    put(r, first)?;
    put(s, second)?;
    Some(signature)
}

/// The content of a DER element of this kind, and what follows it. No signature is so long that its length takes
/// more than one byte.
fn element(kind: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [is, length @ 0..=0x7f, rest @ ..] if *is == kind => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}

/// A positive INTEGER, right-aligned, without the zero that may be before it.
fn put(integer: &[u8], into: &mut [u8]) -> Option<()> {
    let digits = match integer {
        [] | [0x80..=0xff, ..] => return None,
        [0, digits @ ..] => digits,
        digits => digits,
    };
    let from = into.len().checked_sub(digits.len())?;
    into.get_mut(from..)?.copy_from_slice(digits);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let integer = |bytes: &[u8]| [&[INTEGER, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let body = [integer(r), integer(s)].concat();
        [&[SEQUENCE, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    }

    #[test]
    fn both_forms_are_read_as_the_same_signature() {
        let raw = [[0x7f; HALF], [0x11; HALF]].concat();
        assert_eq!(read(&raw).unwrap().as_slice(), raw);
        assert_eq!(read(&der(&[0x7f; HALF], &[0x11; HALF])).unwrap().as_slice(), raw);
    }

    #[test]
    fn an_integer_of_der_may_be_shorter_or_one_byte_longer() {
        let long = [&[0][..], &[0xff; HALF]].concat();
        let signature = read(&der(&long, &[1])).unwrap();
        assert_eq!(signature[..HALF], [0xff; HALF]);
        assert_eq!(signature[HALF..], [&[0; HALF - 1][..], &[1]].concat());
    }

    #[test]
    fn what_is_no_signature_is_not_read() {
        let good = der(&[1], &[2]);
        let cut = &good[..good.len() - 1];
        let longer = [&good[..], &[0]].concat();
        let negative = der(&[0x80], &[2]);
        let too_long = der(&[1; HALF + 1], &[2]);
        for bytes in [&[][..], &[0; 63], &[SEQUENCE], cut, &longer, &negative, &too_long, &der(&[], &[2])] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
