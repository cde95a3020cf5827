//! The status list: which certificates are cancelled, suspended, … — a Token Status List in CWT form
//! (draft-ietf-oauth-status-list), signed by the issuer's status key.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::Serialize;

use crate::bundle::BundleError;
use crate::cbor::{CborError, Map, MapWriter, Value};
use crate::cose::{self, Header, Sign1, Tag};
use crate::sm2::Sign;
use crate::time::Seconds;
use crate::trust::{Issuer, IssuerKey, KeyUse};

/// Largest status list, in bytes after decompression: 33,554,432 certificates.
pub const MAX_STATUS_LIST: usize = 16 << 20;

const MEDIA_TYPE: &str = "application/statuslist+cwt";
const BITS: u64 = 4;
const MAX_TEXT: usize = 256;
/// Enough for sparse lists of millions; more costs time and saves little.
const COMPRESSION_LEVEL: u8 = 6;

mod claim {
    pub(super) const SUB: u64 = 2;
    pub(super) const EXP: u64 = 4;
    pub(super) const IAT: u64 = 6;
    pub(super) const STATUS_LIST: u64 = 65_533;
    pub(super) const TTL: u64 = 65_534;
}

/// What a status list says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In force.
    Valid,
    /// 注销.
    Cancelled,
    /// 暂扣.
    Suspended,
    /// A newer version of the certificate was sealed.
    Superseded,
    /// 吊销 or 撤销.
    Revoked,
    /// Annual review or integrity assessment overdue.
    ReviewOverdue,
    /// 挂失.
    ReportedLost,
    /// Expired and not renewed.
    ExpiredNotRenewed,
}

impl Status {
    const ALL: [Self; 8] = [
        Self::Valid,
        Self::Cancelled,
        Self::Suspended,
        Self::Superseded,
        Self::Revoked,
        Self::ReviewOverdue,
        Self::ReportedLost,
        Self::ExpiredNotRenewed,
    ];

    /// The value in the list, 0 to 7.
    #[must_use]
    pub fn value(self) -> u8 {
        Self::ALL.iter().zip(0..).find_map(|(status, n)| (*status == self).then_some(n)).unwrap_or(0)
    }

    /// `None` for values 8 to 15, which no version of the protocol has given a meaning yet.
    #[must_use]
    pub fn from_value(value: u8) -> Option<Self> {
        Self::ALL.get(usize::from(value)).copied()
    }
}

/// A status list to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusClaims {
    /// Where the list is published; the issuer's `status_url`.
    pub sub: String,
    /// Made at.
    pub issued: Seconds,
    /// Not to be used after.
    pub expires: Seconds,
    /// Seconds after which a client with network should fetch it again.
    pub ttl: u64,
    /// Number of entries.
    pub length: u64,
    /// Entries other than [`Status::Valid`], by index. Those outside `length` are left out.
    pub entries: BTreeMap<u64, Status>,
}

impl StatusClaims {
    /// Signs the list: a tagged COSE_Sign1.
    pub fn sign<S: Sign>(&self, signer: &S) -> Result<Vec<u8>, S::Error> {
        let header =
            Header { kid: Some(signer.key_id()), typ: Some(MEDIA_TYPE.to_owned()), ..Header::default() };
        let list = MapWriter::default()
            .with("bits", BITS)
            .with("lst", compress_to_vec_zlib(&self.packed(), COMPRESSION_LEVEL))
            .finish();
        let payload = MapWriter::default()
            .with(claim::SUB, &self.sub)
            .with(claim::IAT, self.issued)
            .with(claim::EXP, self.expires)
            .with(claim::TTL, self.ttl)
            .with(claim::STATUS_LIST, list)
            .finish();
        cose::sign(&header, &payload, Tag::Tagged, signer)
    }

    /// Two entries a byte, the lower index in the lower four bits.
    fn packed(&self) -> Vec<u8> {
        let bytes = usize::try_from(self.length.div_ceil(2)).unwrap_or(usize::MAX).min(MAX_STATUS_LIST);
        let mut packed = vec![0; bytes];
        for (index, status) in &self.entries {
            let byte = usize::try_from(index / 2).ok().and_then(|at| packed.get_mut(at));
            if let Some(byte) = byte {
                *byte |= status.value() << (4 * (index % 2));
            }
        }
        packed
    }
}

/// A status list that may be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    issued: Seconds,
    expires: Seconds,
    entries: Entries,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entries {
    Packed(Vec<u8>),
    Known(BTreeMap<u64, Status>),
}

impl StatusList {
    /// Reads the status list of `issuer`, checks that one of its status keys signed it, and unpacks it.
    pub fn open(bytes: &[u8], issuer: &Issuer) -> Result<Self, BundleError> {
        if bytes.len() > MAX_STATUS_LIST {
            return Err(BundleError::TooLarge);
        }
        let malformed = |_| BundleError::StatusListMalformed;
        let envelope = Sign1::parse(bytes, Tag::Tagged).map_err(malformed)?;
        let keys = signers(&envelope, issuer)?;
        let payload = envelope.claims(MAX_TEXT).map_err(malformed)?;
        let map = payload.map().map_err(malformed)?;
        let issued = map.get(claim::IAT).and_then(Value::uint).map(Seconds).map_err(malformed)?;
        if !keys.iter().any(|key| key.good_for(KeyUse::Status, issued)) {
            return Err(BundleError::UnknownStatusKey);
        }
        if envelope.header.typ.as_deref() != Some(MEDIA_TYPE) {
            return Err(BundleError::StatusListMalformed);
        }
        if map.get(claim::SUB).and_then(Value::text) != Ok(&issuer.status_url) {
            return Err(BundleError::StatusListOfAnother);
        }
        Self::from_map(map, issued).map_err(malformed)
    }

    /// What the issuer's own server knows at `now` of these certificates: nobody needs to sign it for itself.
    #[must_use]
    pub const fn known_by_issuer(now: Seconds, entries: BTreeMap<u64, Status>) -> Self {
        Self { issued: now, expires: Seconds(u64::MAX), entries: Entries::Known(entries) }
    }

    fn from_map(map: Map<'_>, issued: Seconds) -> Result<Self, CborError> {
        let list = map.get(claim::STATUS_LIST)?.map()?;
        if list.get("bits")?.uint()? != BITS {
            return Err(CborError::Claim);
        }
        let packed = decompress_to_vec_zlib_with_limit(list.get("lst")?.bytes()?, MAX_STATUS_LIST);
        Ok(Self {
            issued,
            expires: Seconds(map.get(claim::EXP)?.uint()?),
            entries: Entries::Packed(packed.map_err(|_| CborError::Claim)?),
        })
    }

    /// Made at.
    #[must_use]
    pub const fn issued(&self) -> Seconds {
        self.issued
    }

    /// Not to be used after.
    #[must_use]
    pub const fn expires(&self) -> Seconds {
        self.expires
    }

    /// What the list says of `index`; `None` where it says nothing: an index outside the list, or a value without
    /// a meaning.
    #[must_use]
    pub fn status(&self, index: u64) -> Option<Status> {
        match &self.entries {
            Entries::Known(entries) => entries.get(&index).copied(),
            Entries::Packed(packed) => {
                let byte = packed.get(usize::try_from(index / 2).ok()?)?;
                Status::from_value((byte >> (4 * (index % 2))) & 0x0f)
            }
        }
    }
}

/// The issuer's keys that made the signature, whatever they were for and whenever they were good.
fn signers<'a>(envelope: &Sign1, issuer: &'a Issuer) -> Result<Vec<&'a IssuerKey>, BundleError> {
    let kid = envelope.header.kid.ok_or(BundleError::StatusListMalformed)?;
    let known: Vec<_> = issuer.keys_with_id(kid).collect();
    if known.is_empty() {
        return Err(BundleError::UnknownStatusKey);
    }
    let signers: Vec<_> = known.into_iter().filter(|key| envelope.verifies(&key.public_key)).collect();
    if signers.is_empty() { Err(BundleError::StatusListForged) } else { Ok(signers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_packed_low_half_first() {
        let entries =
            BTreeMap::from([(0, Status::Cancelled), (3, Status::ExpiredNotRenewed), (9, Status::Revoked)]);
        let claims = StatusClaims {
            sub: String::new(),
            issued: Seconds(0),
            expires: Seconds(0),
            ttl: 0,
            length: 6,
            entries,
        };
        assert_eq!(claims.packed(), [0x01, 0x70, 0x00]);
    }

    #[test]
    fn an_index_outside_the_list_is_not_valid() {
        let list = StatusList {
            issued: Seconds(0),
            expires: Seconds(0),
            entries: Entries::Packed(vec![0x10, 0x8f]),
        };
        let found: Vec<_> = [0, 1, 2, 3, 4, u64::MAX].map(|index| list.status(index)).into();
        assert_eq!(found, [Some(Status::Valid), Some(Status::Cancelled), None, None, None, None]);
    }

    #[test]
    fn every_status_keeps_its_value() {
        for (status, value) in Status::ALL.iter().zip(0..) {
            assert_eq!((status.value(), Status::from_value(value)), (value, Some(*status)));
        }
        assert_eq!(Status::from_value(8), None);
    }
}
