//! COSE_Sign1 (RFC 9052 §4.2) with SM2 and SM3, the envelope of everything that is signed here.
//!
//! Envelopes only: what a payload means is said by the module of each message.

use crate::cbor::{CborError, MapWriter, Value};
use crate::sm2::{KeyId, PublicKey, SIGNATURE_LENGTH, Sign, Signature};

/// `alg`: SM2 with SM3, private use (RFC 9053 §2 leaves values below -65536 to us).
pub(crate) const ALG_SM2_SM3: i64 = -65_537;

const HEADER_ALG: u64 = 1;
const HEADER_CRIT: u64 = 2;
const HEADER_KID: u64 = 4;
/// Key-confirmed CWT: the credential inside a presentation's header.
const HEADER_KCWT: u64 = 13;
const HEADER_TYP: u64 = 16;

/// CBOR tag 18 in one byte.
const TAG_SIGN1: u8 = 0xd2;

/// Longest text in a header; the longest in use is the status list's media type.
const MAX_HEADER_TEXT: usize = 64;

/// Whether the envelope begins with tag 18: it does everywhere but inside codes, where bytes are dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Tagged,
    Untagged,
}

/// The protected header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    pub(crate) kid: Option<KeyId>,
    pub(crate) kcwt: Option<Vec<u8>>,
    pub(crate) typ: Option<String>,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, CborError> {
        let value = Value::parse(bytes, MAX_HEADER_TEXT)?;
        let map = value.map()?;
        if map.get(HEADER_ALG)? != &Value::from(ALG_SM2_SM3) || map.maybe(HEADER_CRIT).is_some() {
            return Err(CborError::Claim);
        }
        Ok(Self {
            kid: map.maybe(HEADER_KID).map(Value::array_of).transpose()?.map(KeyId),
            kcwt: map.maybe(HEADER_KCWT).map(|v| v.bytes().map(<[u8]>::to_vec)).transpose()?,
            typ: map.maybe(HEADER_TYP).map(|v| v.text().map(str::to_owned)).transpose()?,
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        MapWriter::default()
            .with(HEADER_ALG, ALG_SM2_SM3)
            .maybe(HEADER_KID, self.kid.map(|kid| kid.0.to_vec()))
            .maybe(HEADER_KCWT, self.kcwt.as_deref())
            .maybe(HEADER_TYP, self.typ.as_deref())
            .finish()
            .to_bytes()
    }
}

/// A parsed envelope: form checked, signature not yet.
#[derive(Clone, Debug)]
pub(crate) struct Sign1 {
    pub(crate) header: Header,
    pub(crate) payload: Value,
    signed_bytes: Vec<u8>,
    signature: Signature,
}

impl Sign1 {
    /// Reads an envelope and the claims map inside. `max_text` limits the payload's texts, in bytes.
    pub(crate) fn parse(bytes: &[u8], tag: Tag, max_text: usize) -> Result<Self, CborError> {
        let envelope = match tag {
            Tag::Untagged => bytes,
            Tag::Tagged => bytes.strip_prefix(&[TAG_SIGN1]).ok_or(CborError::NotWellFormed)?,
        };
        let envelope = Value::parse(envelope, 0)?;
        let [protected, unprotected, payload, signature] = envelope.array()? else {
            return Err(CborError::Claim);
        };
        if !unprotected.map()?.0.is_empty() {
            return Err(CborError::Claim);
        }
        Ok(Self {
            header: Header::parse(protected.bytes()?)?,
            payload: Value::parse(payload.bytes()?, max_text)?,
            signed_bytes: signature_structure(protected.bytes()?, payload.bytes()?),
            signature: signature.array_of::<SIGNATURE_LENGTH>()?,
        })
    }

    /// Whether `key` made the signature.
    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        key.verifies(&self.signed_bytes, &self.signature)
    }
}

/// Makes a signed envelope.
pub(crate) fn sign<S: Sign>(
    header: &Header,
    payload: &Value,
    tag: Tag,
    signer: &S,
) -> Result<Vec<u8>, S::Error> {
    let (protected, payload) = (header.to_bytes(), payload.to_bytes());
    let signature = signer.sign(&signature_structure(&protected, &payload))?;
    let envelope = Value::Array(vec![
        Value::Bytes(protected),
        Value::Map(Vec::new()),
        Value::Bytes(payload),
        Value::Bytes(signature.to_vec()),
    ]);
    let prefix = match tag {
        Tag::Tagged => &[TAG_SIGN1][..],
        Tag::Untagged => &[],
    };
    Ok([prefix, &envelope.to_bytes()].concat())
}

/// The octets that are signed: `Sig_structure` (RFC 9052 §4.4) without external data.
fn signature_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    Value::Array(vec![
        Value::from("Signature1"),
        Value::from(protected),
        Value::Bytes(Vec::new()),
        Value::from(payload),
    ])
    .to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::SigningKey;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32]).unwrap()
    }

    fn envelope(protected: Value, unprotected: Value, payload: Value) -> Vec<u8> {
        let (protected, payload) = (protected.to_bytes(), payload.to_bytes());
        let signature = key().sign(&signature_structure(&protected, &payload)).to_vec();
        let parts =
            vec![Value::Bytes(protected), unprotected, Value::Bytes(payload), Value::Bytes(signature)];
        Value::Array(parts).to_bytes()
    }

    fn parse(bytes: &[u8]) -> Result<Sign1, CborError> {
        Sign1::parse(bytes, Tag::Untagged, 256)
    }

    #[test]
    fn what_is_signed_verifies_under_its_key_only() {
        let header = Header { kid: Some(key().public_key().id()), ..Header::default() };
        let bytes = sign(&header, &MapWriter::default().finish(), Tag::Tagged, &key()).unwrap();
        let parsed = Sign1::parse(&bytes, Tag::Tagged, 256).unwrap();
        assert!(parsed.verifies(&key().public_key()));
        assert!(!parsed.verifies(&SigningKey::from_bytes(&[8; 32]).unwrap().public_key()));
        assert!(Sign1::parse(&bytes, Tag::Untagged, 256).is_err());
    }

    #[test]
    fn the_signed_octets_are_those_of_the_rfc() {
        let expected = [&[0x84, 0x6a][..], b"Signature1", &[0x41, 0xa0, 0x40, 0x41, 0xa0]].concat();
        assert_eq!(signature_structure(&[0xa0], &[0xa0]), expected);
    }

    #[test]
    fn headers_that_are_not_ours_are_refused() {
        let alg = |n: i64| MapWriter::default().with(HEADER_ALG, n);
        let empty = || MapWriter::default().finish();
        assert!(parse(&envelope(alg(ALG_SM2_SM3).finish(), empty(), empty())).is_ok());
        for (protected, unprotected) in [
            (empty(), empty()),
            (alg(-7).finish(), empty()),
            (alg(ALG_SM2_SM3).with(HEADER_CRIT, vec![Value::from(99_u64)]).finish(), empty()),
            (alg(ALG_SM2_SM3).with(HEADER_KID, &[1_u8, 2, 3][..]).finish(), empty()),
            (alg(ALG_SM2_SM3).finish(), MapWriter::default().with(HEADER_KID, &[0_u8; 8][..]).finish()),
        ] {
            assert!(parse(&envelope(protected, unprotected, empty())).is_err());
        }
    }
}
