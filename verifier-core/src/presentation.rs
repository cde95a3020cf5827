//! The presentation: a credential, shown now. COSE_Sign1 with the credential in its protected header (`kcwt`),
//! shaped as a key-binding token (after draft-ietf-spice-sd-cwt).

use core::fmt;

use crate::cbor::{CborError, MapWriter};
use crate::cose::{self, Header, Sign1, Tag};
use crate::credential::{MAX_TEXT, Unverified as UnverifiedCredential, seconds};
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::Seconds;

const EXP: u64 = 4;
const IAT: u64 = 6;
const CTI: u64 = 7;

/// Longest life of a presentation, in seconds.
pub const MAX_LIFETIME: u64 = 300;

/// Names one presentation in receipts and replay checks: 8 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cti(pub [u8; 8]);

impl fmt::Display for Cti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Cti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cti({self})")
    }
}

impl core::str::FromStr for Cti {
    type Err = NotACti;

    fn from_str(text: &str) -> Result<Self, NotACti> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| NotACti)?;
        bytes.try_into().map(Self).map_err(|_| NotACti)
    }
}

impl serde::Serialize for Cti {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Cti {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is not 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACti;

impl fmt::Display for NotACti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a presentation's name is 16 lower-case hexadecimal digits")
    }
}

impl core::error::Error for NotACti {}

/// Who made a presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// The province's server, with its presentation key.
    Server,
    /// The holder's phone, with the key named in the credential.
    Device,
}

/// What a presentation says beside its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// Made at.
    pub made: Seconds,
    /// Not shown after; at most [`MAX_LIFETIME`] later.
    pub expires: Seconds,
    /// Its name.
    pub cti: Cti,
}

impl Presentation {
    /// Signs a presentation of `credential` (the sealed bytes): an untagged COSE_Sign1, to become a code with
    /// [`crate::token::format`]. `signer` holds the issuer's presentation key or the device's key, as `maker` says.
    pub fn sign<S: Sign>(&self, credential: &[u8], maker: Maker, signer: &S) -> Result<Vec<u8>, S::Error> {
        let header = Header {
            kid: (maker == Maker::Server).then(|| signer.key_id()),
            kcwt: Some(credential.to_vec()),
            typ: None,
        };
        let payload = MapWriter::default()
            .with(IAT, self.made)
            .with(EXP, self.expires)
            .with(CTI, self.cti.0.to_vec())
            .finish();
        cose::sign(&header, &payload, Tag::Untagged, signer)
    }
}

/// A presentation and its credential, read but not yet believed.
#[derive(Clone, Debug)]
pub(crate) struct Unverified {
    envelope: Sign1,
    /// Present when a presentation key of the issuer signed; absent when the device did.
    pub(crate) kid: Option<KeyId>,
    pub(crate) claims: Presentation,
    pub(crate) credential: UnverifiedCredential,
}

impl Unverified {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CborError> {
        let envelope = Sign1::parse(bytes, Tag::Untagged)?;
        let credential = envelope.header.kcwt.as_deref().ok_or(CborError::Claim)?;
        let credential = UnverifiedCredential::parse(credential)?;
        let payload = envelope.claims(MAX_TEXT)?;
        let map = payload.map()?;
        let claims = Presentation {
            made: seconds(map, IAT)?,
            expires: seconds(map, EXP)?,
            cti: Cti(map.get(CTI)?.array_of()?),
        };
        let lifetime = claims.expires.0.checked_sub(claims.made.0).ok_or(CborError::Claim)?;
        if lifetime == 0 || lifetime > MAX_LIFETIME {
            return Err(CborError::Claim);
        }
        Ok(Self { kid: envelope.header.kid, claims, credential, envelope })
    }

    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        self.envelope.verifies(key)
    }

    pub(crate) const fn maker(&self) -> Maker {
        if self.kid.is_some() { Maker::Server } else { Maker::Device }
    }
}
