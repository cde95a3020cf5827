//! SM2 signatures with SM3 (GB/T 32918.2, GM/T 0009): keys, key identifiers, signing and verifying.
//!
//! The only file that touches curve code. Signatures are `r || s`, 64 bytes, big-endian, over
//! `SM3(Z || message)`, where `Z` is made with the default user id. They are deterministic: whatever is signed
//! must itself carry its time and nonce.

use core::fmt;

use sm2::dsa::signature::{Signer, Verifier};
use sm3::{Digest, Sm3};

/// The user id every signature of this protocol is made with (GM/T 0009, 10).
const DEFAULT_USER_ID: &str = "1234567812345678";

/// Length in bytes of a compressed public key.
pub const COMPRESSED_LENGTH: usize = 33;

/// Length in bytes of a signature, `r || s`.
pub const SIGNATURE_LENGTH: usize = 64;

/// A signature, `r || s`, big-endian.
pub type Signature = [u8; SIGNATURE_LENGTH];

/// Why bytes are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a point on the curve in SEC1 form, or the point at infinity (GB/T 32918.1, 6.2).
    NotAPoint,
    /// A private key outside `[1, n-2]` (GB/T 32918.1, 6.1).
    OutOfRange,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPoint => "not a point on the SM2 curve",
            Self::OutOfRange => "not a private key of the SM2 curve",
        })
    }
}

impl core::error::Error for KeyError {}

/// The first 8 bytes of SM3 over an uncompressed public key: a hint which key signed, not a proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// An SM2 public key that is known to be a point on the curve.
#[derive(Clone, PartialEq)]
pub struct PublicKey(sm2::PublicKey);

impl PublicKey {
    /// Reads a compressed (33 bytes) or uncompressed (65 bytes) SEC1 point.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, KeyError> {
        sm2::PublicKey::from_sec1_bytes(bytes)
            .map(Self)
            .map_err(|_| KeyError::NotAPoint)
    }

    /// The key as 02 or 03, then x.
    #[must_use]
    pub fn compressed(&self) -> [u8; COMPRESSED_LENGTH] {
        let mut out = [0; COMPRESSED_LENGTH];
        out.copy_from_slice(self.point(true).as_bytes());
        out
    }

    /// The key as 04, x, y.
    #[must_use]
    pub fn uncompressed(&self) -> [u8; 65] {
        let mut out = [0; 65];
        out.copy_from_slice(self.point(false).as_bytes());
        out
    }

    /// The key id other parties know this key by.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = sm3(&self.uncompressed());
        let mut id = [0; 8];
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        KeyId(id)
    }

    /// Whether `signature` is this key's over `message` (GB/T 32918.2, 7.1, steps B1 to B7).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = sm2::dsa::VerifyingKey::new(DEFAULT_USER_ID, self.0) else {
            return false;
        };
        sm2::dsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }

    fn point(&self, compressed: bool) -> sm2::Sec1Point {
        use sm2::elliptic_curve::sec1::ToSec1Point;
        self.0.to_sec1_point(compressed)
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// An SM2 private key. Cleared from memory when dropped; never shown.
#[derive(Clone)]
pub struct SigningKey(sm2::dsa::SigningKey);

impl SigningKey {
    /// Reads a private key: 32 bytes, big-endian.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = sm2::SecretKey::from_slice(bytes).map_err(|_| KeyError::OutOfRange)?;
        sm2::dsa::SigningKey::new(DEFAULT_USER_ID, &secret)
            .map(Self)
            .map_err(|_| KeyError::OutOfRange)
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(sm2::PublicKey::from(self.0.verifying_key()))
    }

    /// Signs `message`. The same message always gives the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: sm2::dsa::Signature = self.0.sign(message);
        signature.to_bytes().into()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public_key().id())
    }
}

/// SM3 (GB/T 32905) of `bytes`.
#[must_use]
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}
