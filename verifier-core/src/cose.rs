//! COSE_Sign1 (RFC 9052 §4.2) with SM2 and SM3, the envelope of everything that is signed here.
//!
//! Envelopes only: what a payload means is said by the module of each message.

use crate::cbor::{CborError, MapWriter, Value};
use crate::sm2::{KeyId, PublicKey, Sign, Signature};

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

/// Longest text in a header, in bytes, as in claims.
const MAX_HEADER_TEXT: usize = 256;

/// Longest protected header, in bytes: a code's holds a whole credential, and no code is longer.
const MAX_HEADER: usize = 2_048;

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

/// A parsed envelope: form checked, signature not yet, and the payload not yet looked into.
#[derive(Clone, Debug)]
pub(crate) struct Sign1 {
    pub(crate) header: Header,
    protected: Vec<u8>,
    payload: Vec<u8>,
    signature: Signature,
}

impl Sign1 {
    /// Reads an envelope. Takes no more memory than a few times `bytes`, whoever made them.
    pub(crate) fn parse(bytes: &[u8], tag: Tag) -> Result<Self, CborError> {
        let envelope = match tag {
            Tag::Untagged => bytes,
            Tag::Tagged => bytes.strip_prefix(&[TAG_SIGN1]).ok_or(CborError::NotWellFormed)?,
        };
        let [protected, payload, signature] = parts(envelope)?;
        if protected.len() > MAX_HEADER {
            return Err(CborError::Claim);
        }
        Ok(Self {
            header: Header::parse(protected)?,
            protected: protected.to_vec(),
            payload: payload.to_vec(),
            signature: signature.try_into().map_err(|_| CborError::Claim)?,
        })
    }

    /// Reads the payload; `max_text` limits its texts, in bytes. A tree takes many times the memory of its bytes, so
    /// whatever is larger than a code is looked into only once its signature is believed.
    pub(crate) fn claims(&self, max_text: usize) -> Result<Value, CborError> {
        Value::parse(&self.payload, max_text)
    }

    /// Whether `key` made the signature.
    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        key.verifies(&signature_structure(&self.protected, &self.payload), &self.signature)
    }
}

/// Protected header, payload and signature of an envelope whose unprotected header is empty.
fn parts(envelope: &[u8]) -> Result<[&[u8]; 3], CborError> {
    let malformed = |_| CborError::NotWellFormed;
    let mut decoder = minicbor::Decoder::new(envelope);
    if decoder.array().map_err(malformed)? != Some(4) {
        return Err(CborError::Claim);
    }
    let protected = decoder.bytes().map_err(malformed)?;
    if decoder.map().map_err(malformed)? != Some(0) {
        return Err(CborError::Claim);
    }
    let [payload, signature] = [decoder.bytes().map_err(malformed)?, decoder.bytes().map_err(malformed)?];
    if decoder.position() != envelope.len() {
        return Err(CborError::TrailingBytes);
    }
    if envelope_of(protected, payload, signature) != envelope {
        return Err(CborError::NotDeterministic);
    }
    Ok([protected, payload, signature])
}

/// The one encoding of an envelope.
fn envelope_of(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    let parts = vec![protected.into(), Value::Map(Vec::new()), payload.into(), signature.into()];
    Value::Array(parts).to_bytes()
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
    let envelope = envelope_of(&protected, &payload, &signature);
    let prefix = match tag {
        Tag::Tagged => &[TAG_SIGN1][..],
        Tag::Untagged => &[],
    };
    Ok([prefix, &envelope].concat())
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
        Sign1::parse(bytes, Tag::Untagged)
    }

    #[test]
    fn what_is_signed_verifies_under_its_key_only() {
        let header = Header { kid: Some(key().public_key().id()), ..Header::default() };
        let bytes = sign(&header, &MapWriter::default().finish(), Tag::Tagged, &key()).unwrap();
        let parsed = Sign1::parse(&bytes, Tag::Tagged).unwrap();
        assert!(parsed.verifies(&key().public_key()));
        assert!(!parsed.verifies(&SigningKey::from_bytes(&[8; 32]).unwrap().public_key()));
        assert!(Sign1::parse(&bytes, Tag::Untagged).is_err());
    }

    #[test]
    fn the_signed_octets_are_those_of_the_rfc() {
        let expected = [&[0x84, 0x6a][..], b"Signature1", &[0x41, 0xa0, 0x40, 0x41, 0xa0]].concat();
        assert_eq!(signature_structure(&[0xa0], &[0xa0]), expected);
    }

    #[test]
    fn texts_in_headers_have_the_limit_of_all_texts() {
        let header = |length| {
            let text = "x".repeat(length);
            MapWriter::default().with(HEADER_ALG, ALG_SM2_SM3).with(99_u64, text).finish()
        };
        let empty = || MapWriter::default().finish();
        assert!(parse(&envelope(header(256), empty(), empty())).is_ok());
        assert!(parse(&envelope(header(257), empty(), empty())).is_err());
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
