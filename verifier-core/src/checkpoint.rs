//! Checkpoints of a province's audit log: a signed statement of where its chain of entries stood, to be kept
//! elsewhere. Whoever holds one can tell whether the log still contains what it then contained.
//!
//! What is not here: the entries and what binds them, which are the server's (`docs/audit.md`).

use crate::cbor::{CborError, MapWriter, Value};
use crate::cose::{self, Header, Sign1, Tag};
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::Seconds;

/// Keeps checkpoints apart from everything else that is signed.
const TYPE: &str = "application/yzt-audit-checkpoint+cbor";

const MAX_TEXT: usize = 64;

mod claim {
    pub(super) const ISS: u64 = 1;
    pub(super) const IAT: u64 = 6;
    pub(super) const FIRST: &str = "first";
    pub(super) const SEQ: &str = "seq";
    pub(super) const HASH: &str = "hash";
    pub(super) const FILE: &str = "file";
    pub(super) const ARCHIVED: &str = "archived";
}

/// Where an audit log stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The province whose log it is.
    pub iss: String,
    /// When it was made.
    pub issued: Seconds,
    /// Number of the first entry that the log, or the file, then held.
    pub first: u64,
    /// Number of the last one.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// SM3 over the lines of the file that it closes, when it closes one.
    pub file: Option<[u8; 32]>,
    /// Whether the entries up to here were taken out of the log into that file: the log goes on from here.
    pub archived: bool,
}

/// Why bytes are not a checkpoint that can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not of the form of a checkpoint.
    Malformed,
    /// Signed by none of the keys.
    UnknownKey,
    /// The signature is not that of the key it names.
    Signature,
}

impl core::fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a checkpoint",
            Self::UnknownKey => "signed by a key that is not known",
            Self::Signature => "the signature is not that of its key",
        })
    }
}

impl core::error::Error for CheckpointError {}

impl Checkpoint {
    /// Signs it: a tagged COSE_Sign1.
    pub fn sign<S: Sign>(&self, signer: &S) -> Result<Vec<u8>, S::Error> {
        let header = Header { kid: Some(signer.key_id()), typ: Some(TYPE.to_owned()), ..Header::default() };
        let payload = MapWriter::default()
            .with(claim::ISS, &self.iss)
            .with(claim::IAT, self.issued)
            .with(claim::FIRST, self.first)
            .with(claim::SEQ, self.seq)
            .with(claim::HASH, self.hash.to_vec())
            .maybe(claim::FILE, self.file.map(|digest| digest.to_vec()))
            .maybe(claim::ARCHIVED, self.archived.then_some(true))
            .finish();
        cose::sign(&header, &payload, Tag::Tagged, signer)
    }

    /// Opens a checkpoint that one of `keys` signed.
    pub fn open(bytes: &[u8], keys: &[PublicKey]) -> Result<Self, CheckpointError> {
        let envelope = Sign1::parse(bytes, Tag::Tagged).map_err(|_| CheckpointError::Malformed)?;
        if envelope.header.typ.as_deref() != Some(TYPE) {
            return Err(CheckpointError::Malformed);
        }
        let kid: KeyId = envelope.header.kid.ok_or(CheckpointError::Malformed)?;
        let mut named = keys.iter().filter(|key| key.id() == kid).peekable();
        if named.peek().is_none() {
            return Err(CheckpointError::UnknownKey);
        }
        if !named.any(|key| envelope.verifies(key)) {
            return Err(CheckpointError::Signature);
        }
        let claims = envelope.claims(MAX_TEXT).map_err(|_| CheckpointError::Malformed)?;
        Self::from_claims(&claims).map_err(|_| CheckpointError::Malformed)
    }

    fn from_claims(claims: &Value) -> Result<Self, CborError> {
        let map = claims.map()?;
        Ok(Self {
            iss: map.get(claim::ISS)?.text()?.to_owned(),
            issued: Seconds(map.get(claim::IAT)?.uint()?),
            first: map.get(claim::FIRST)?.uint()?,
            seq: map.get(claim::SEQ)?.uint()?,
            hash: map.get(claim::HASH)?.array_of()?,
            file: map.maybe(claim::FILE).map(Value::array_of).transpose()?,
            archived: map.maybe(claim::ARCHIVED).map(Value::bool).transpose()?.unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::SigningKey;

    fn key(secret: u8) -> SigningKey {
        SigningKey::from_bytes(&[secret; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            iss: "21".to_owned(),
            issued: Seconds(1_781_488_800),
            first: 1,
            seq: 7,
            hash: [9; 32],
            file: Some([8; 32]),
            archived: true,
        }
    }

    #[test]
    fn what_is_signed_opens_under_its_key_as_it_was() {
        for checkpoint in [checkpoint(), Checkpoint { file: None, archived: false, ..checkpoint() }] {
            let bytes = checkpoint.sign(&key(7)).unwrap();
            let keys = [key(8).public_key(), key(7).public_key()];
            assert_eq!(Checkpoint::open(&bytes, &keys), Ok(checkpoint));
        }
    }

    #[test]
    fn it_opens_under_no_other_key_and_with_no_other_byte() {
        let bytes = checkpoint().sign(&key(7)).unwrap();
        let other = [key(8).public_key()];
        assert_eq!(Checkpoint::open(&bytes, &other), Err(CheckpointError::UnknownKey));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Checkpoint::open(&changed, &[key(7).public_key()]).is_err(), "byte {at}");
        }
    }

    #[test]
    fn nothing_else_that_the_key_signed_is_a_checkpoint() {
        let header = Header { kid: Some(key(7).public_key().id()), ..Header::default() };
        let bytes = cose::sign(&header, &MapWriter::default().finish(), Tag::Tagged, &key(7)).unwrap();
        assert_eq!(Checkpoint::open(&bytes, &[key(7).public_key()]), Err(CheckpointError::Malformed));
    }
}
