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

/// n-2: with d = n-1, 1 + d would have no inverse (GB/T 32918.1, 6.1).
const LARGEST_PRIVATE_KEY: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x72,
    0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x21,
];

/// a, b and the base point's x and y (GB/T 32918.5, 2), as Z takes them.
const CURVE_AND_BASE: [u8; 128] = *b"\
    \xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfc\
    \x28\xe9\xfa\x9e\x9d\x9f\x5e\x34\x4d\x5a\x9e\x4b\xcf\x65\x09\xa7\
    \xf3\x97\x89\xf5\x15\xab\x8f\x92\xdd\xbc\xbd\x41\x4d\x94\x0e\x93\
    \x32\xc4\xae\x2c\x1f\x19\x81\x19\x5f\x99\x04\x46\x6a\x39\xc9\x94\
    \x8f\xe3\x0b\xbf\xf2\x66\x0b\xe1\x71\x5a\x45\x89\x33\x4c\x74\xc7\
    \xbc\x37\x36\xa2\xf4\xf6\x77\x9c\x59\xbd\xce\xe3\x6b\x69\x21\x53\
    \xd0\xa9\x87\x7c\xc6\x2a\x47\x40\x02\xdf\x32\xe5\x21\x39\xf0\xa0";

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
    /// Reads a compressed (02 or 03, 33 bytes) or uncompressed (04, 65 bytes) SEC1 point, and no other form of one.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, KeyError> {
        if !matches!(bytes.first(), Some(2..=4)) {
            return Err(KeyError::NotAPoint);
        }
        sm2::PublicKey::from_sec1_bytes(bytes).map(Self).map_err(|_| KeyError::NotAPoint)
    }

    /// Reads a compressed point, the one form keys have inside signed lists.
    pub fn from_compressed(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() == COMPRESSED_LENGTH { Self::from_sec1(bytes) } else { Err(KeyError::NotAPoint) }
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

    /// `e`: SM3 over Z and `message`, which is what a signature is made of (GB/T 32918.2, 6.1, steps A1 and A2). For
    /// modules that are given a digest to sign.
    #[must_use]
    pub fn digest(&self, message: &[u8]) -> [u8; 32] {
        Sm3::new_with_prefix(self.z()).chain_update(message).finalize().into()
    }

    /// Z, by which a signature is bound to its key and the default user id (GB/T 32918.2, 5.5).
    fn z(&self) -> [u8; 32] {
        // 8 bits a byte: the user id is 16 bytes long.
        let id_bits = [0, 128];
        let key = self.uncompressed();
        let digest = Sm3::new_with_prefix(id_bits).chain_update(DEFAULT_USER_ID).chain_update(CURVE_AND_BASE);
        digest.chain_update(key.get(1..).unwrap_or_default()).finalize().into()
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

/// An SM2 private key; never shown. The curve library does not clear its copies from memory: keys that matter stay
/// in a cryptographic module, behind [`Sign`].
#[derive(Clone)]
pub struct SigningKey(sm2::dsa::SigningKey);

impl SigningKey {
    /// Reads a private key: 32 bytes, big-endian, from 1 to n-2.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        // The curve library would take n-1 as well, and panic at the first signature.
        if bytes > &LARGEST_PRIVATE_KEY {
            return Err(KeyError::OutOfRange);
        }
        let secret = sm2::SecretKey::from_slice(bytes).map_err(|_| KeyError::OutOfRange)?;
        sm2::dsa::SigningKey::new(DEFAULT_USER_ID, &secret).map(Self).map_err(|_| KeyError::OutOfRange)
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

impl Sign for SigningKey {
    type Error = core::convert::Infallible;

    fn key_id(&self) -> KeyId {
        self.public_key().id()
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, Self::Error> {
        Ok(Self::sign(self, message))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public_key().id())
    }
}

/// Whoever can sign: a key in memory, or one that never leaves a cryptographic module.
pub trait Sign {
    /// Why nothing could be signed; [`core::convert::Infallible`] for a key in memory.
    type Error;

    /// The id of the key that signs.
    fn key_id(&self) -> KeyId;

    /// Signs `message` with SM2 and SM3 under the default user id.
    fn sign(&self, message: &[u8]) -> Result<Signature, Self::Error>;
}

/// SM3 (GB/T 32905) of `bytes`.
#[must_use]
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Order of the base point.
    const ORDER: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap().try_into().unwrap()
    }

    /// GM/T 0003.5, annex A: the national example.
    fn national_key() -> PublicKey {
        let point = [
            "04",
            "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020",
            "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
        ]
        .concat();
        PublicKey::from_sec1(&hex::<65>(&point)).unwrap()
    }

    fn national_signature() -> Signature {
        let signature = [
            "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3",
            "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
        ]
        .concat();
        hex(&signature)
    }

    #[test]
    fn the_national_example_verifies() {
        assert!(national_key().verifies(b"message digest", &national_signature()));
    }

    #[test]
    fn the_national_example_has_the_national_digest() {
        let e = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
        assert_eq!(national_key().digest(b"message digest"), hex::<32>(e));
        let z = "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3";
        assert_eq!(national_key().z(), hex::<32>(z));
    }

    #[test]
    fn the_national_example_verifies_for_no_other_message() {
        assert!(!national_key().verifies(b"message digest\0", &national_signature()));
        assert!(!national_key().verifies(b"", &national_signature()));
    }

    #[test]
    fn the_national_private_key_has_the_national_public_key() {
        let secret = hex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8");
        let key = SigningKey::from_bytes(&secret).unwrap();
        assert_eq!(key.public_key(), national_key());
        let signature = key.sign(b"message digest");
        assert!(national_key().verifies(b"message digest", &signature));
        assert_eq!(signature, key.sign(b"message digest"), "signatures are deterministic");
    }

    #[test]
    fn signatures_outside_the_range_of_the_standard_are_refused() {
        let good = national_signature();
        let mut zero_r = good;
        zero_r[..32].fill(0);
        let mut zero_s = good;
        zero_s[32..].fill(0);
        let mut r_is_n = good;
        r_is_n[..32].copy_from_slice(&hex::<32>(ORDER));
        for signature in [zero_r, zero_s, r_is_n, [0; 64], [0xff; 64]] {
            assert!(!national_key().verifies(b"message digest", &signature));
        }
    }

    #[test]
    fn bytes_that_are_no_point_are_no_key() {
        for bytes in [&[][..], &[0][..], &[4; 65][..], &[2; 33][..], &[0; 33][..]] {
            assert_eq!(PublicKey::from_sec1(bytes).err(), Some(KeyError::NotAPoint));
        }
    }

    #[test]
    fn private_keys_outside_the_range_are_refused() {
        assert_eq!(SigningKey::from_bytes(&[0; 32]).err(), Some(KeyError::OutOfRange));
        assert_eq!(SigningKey::from_bytes(&[0xff; 32]).err(), Some(KeyError::OutOfRange));
        // n - 1 is a private key of other curves, but 1 + d has no inverse here and nothing could be signed.
        let last = |digit: &str| hex([ORDER.get(..62).unwrap(), digit].concat().as_str());
        assert_eq!(SigningKey::from_bytes(&last("22")).err(), Some(KeyError::OutOfRange));
        let largest = SigningKey::from_bytes(&last("21")).unwrap();
        assert!(largest.public_key().verifies(b"", &largest.sign(b"")));
    }

    #[test]
    fn both_forms_of_a_point_are_the_same_key() {
        let key = national_key();
        assert_eq!(PublicKey::from_sec1(&key.compressed()).unwrap(), key);
        assert_eq!(key.id(), PublicKey::from_sec1(&key.uncompressed()).unwrap().id());
    }

    #[test]
    fn a_private_key_is_never_shown() {
        let key = SigningKey::from_bytes(&[7; 32]).unwrap();
        assert!(!format!("{key:?}").contains("0707"));
    }

    #[test]
    fn sm3_is_the_standard_s() {
        let digest = hex::<32>("66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0");
        assert_eq!(sm3(b"abc"), digest);
    }
}
