//! The annotated copy (加注件): a certificate as it was, for one recipient and one purpose, with a code of its own.
//! COSE_Sign1 by the issuer's presentation key with the credential in its protected header, as a presentation is; what
//! keeps the two apart is the header `typ` and the claims, of which neither has what the other requires
//! (`docs/protocol.md` §11).
//!
//! - `copy/content.rs`: the digest over everything that stands on the copy
//! - `copy/verify.rs`: deciding about one, and what has become of the certificate since
//! - `copy/verdict.rs`: what it comes to

use crate::cbor::{CborError, MapWriter};
use crate::cose::{self, Header, Sign1, Tag};
use crate::credential::{MAX_TEXT, Unverified as UnverifiedCredential, seconds};
use crate::receipt::CertificateReference;
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::Seconds;
use crate::token;

mod content;
mod verdict;
mod verify;

pub use crate::reasons::{CopyReason, Since};
pub use content::{Content, ContentValue};
pub use verdict::{Copied, CopyVerdict};
pub use verify::verify_copy;

/// The media type in the header, shortened as codes must be small.
const TYP: &str = "yzt-copy";

mod claim {
    pub(super) const EXP: u64 = 4;
    pub(super) const IAT: u64 = 6;
    pub(super) const COPY: i64 = -65_538;
    pub(super) const SERIAL: u64 = 1;
    pub(super) const RECIPIENT: u64 = 2;
    pub(super) const PURPOSE: u64 = 3;
    pub(super) const DIGEST: u64 = 4;
}

/// Largest serial: 16 digits.
pub const LARGEST_SERIAL: u64 = 9_999_999_999_999_999;

/// What a copy says beside its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Made at.
    pub made: Seconds,
    /// Not to be used from here on; `None`: no end.
    pub expires: Option<Seconds>,
    /// What it is known by on paper: at most 16 digits.
    pub serial: u64,
    /// Who it is for; where that was too long for a code, cut, with `…` at its end.
    pub recipient: String,
    /// What for; cut as `recipient`.
    pub purpose: String,
    /// SM3 over everything that stands on the copy ([`Content::digest`]).
    pub digest: [u8; 32],
}

impl Annotation {
    /// Signs a copy of `credential` (the sealed bytes) with the issuer's presentation key: an untagged COSE_Sign1, to
    /// become a code with [`crate::token::format_copy`].
    pub fn sign<S: Sign>(&self, credential: &[u8], signer: &S) -> Result<Vec<u8>, S::Error> {
        let header =
            Header { kid: Some(signer.key_id()), kcwt: Some(credential.to_vec()), typ: Some(TYP.to_owned()) };
        let copy = MapWriter::default()
            .with(claim::SERIAL, self.serial)
            .with(claim::RECIPIENT, &self.recipient)
            .with(claim::PURPOSE, &self.purpose)
            .with(claim::DIGEST, self.digest.as_slice())
            .finish();
        let payload = MapWriter::default()
            .maybe(claim::EXP, self.expires)
            .with(claim::IAT, self.made)
            .with(claim::COPY, copy)
            .finish();
        cose::sign(&header, &payload, Tag::Untagged, signer)
    }
}

/// A copy and its credential, read but not yet believed.
#[derive(Clone, Debug)]
pub(crate) struct Unverified {
    envelope: Sign1,
    pub(crate) kid: KeyId,
    pub(crate) annotation: Annotation,
    pub(crate) credential: UnverifiedCredential,
}

impl Unverified {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CborError> {
        let envelope = Sign1::parse(bytes, Tag::Untagged)?;
        if envelope.header.typ.as_deref() != Some(TYP) {
            return Err(CborError::Claim);
        }
        let kid = envelope.header.kid.ok_or(CborError::Claim)?;
        let credential = envelope.header.kcwt.as_deref().ok_or(CborError::Claim)?;
        let credential = UnverifiedCredential::parse(credential)?;
        let payload = envelope.claims(MAX_TEXT)?;
        let map = payload.map()?;
        let copy = map.get(claim::COPY)?.map()?;
        let annotation = Annotation {
            made: seconds(map, claim::IAT)?,
            expires: map.maybe(claim::EXP).map(|value| value.uint().map(Seconds)).transpose()?,
            serial: copy.get(claim::SERIAL)?.uint()?,
            recipient: copy.get(claim::RECIPIENT)?.text()?.to_owned(),
            purpose: copy.get(claim::PURPOSE)?.text()?.to_owned(),
            digest: copy.get(claim::DIGEST)?.array_of()?,
        };
        if annotation.serial > LARGEST_SERIAL {
            return Err(CborError::Claim);
        }
        Ok(Self { kid, annotation, credential, envelope })
    }

    pub(crate) fn verifies(&self, key: &PublicKey) -> bool {
        self.envelope.verifies(key)
    }
}

/// Which certificate and which serial a copy's code names, **without looking at any signature**; see
/// [`crate::unverified_reference`].
#[must_use]
pub fn unverified_copy(code: &str) -> Option<(CertificateReference, u64)> {
    let copy = Unverified::parse(&token::parse_copy(code).ok()?).ok()?;
    let credential = copy.credential.claims;
    let certificate = CertificateReference {
        iss: credential.issuer,
        idx: credential.face.status_index,
        version: credential.face.version,
    };
    Some((certificate, copy.annotation.serial))
}
