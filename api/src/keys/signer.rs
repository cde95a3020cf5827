//! The signer: hands out the key that signs for a use at a time.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use verifier_core::sm2::{KeyId, Sign, Signature, SigningKey};

use super::{Keystore, KeystoreError, Use, rules};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::keys::KeyRow;

/// Where private keys are and signatures are made.
pub enum Signer {
    /// In this process, from encrypted files: for development and small sites.
    Keystore(FileSigner),
}

/// A signer whose private keys are in this process.
pub struct FileSigner {
    keystore: Arc<Keystore>,
    known: RwLock<Arc<Known>>,
}

#[derive(Default)]
struct Known {
    rows: Vec<KeyRow>,
    private: Vec<(KeyId, SigningKey)>,
}

/// The key that signs for a use. Taken anew for every piece of work, so that a rotation takes effect.
pub struct ActiveKey {
    id: KeyId,
    key: SigningKey,
}

impl Signer {
    /// A signer over key files, which knows no keys before [`Self::learn`].
    #[must_use]
    pub fn over(keystore: Arc<Keystore>) -> Self {
        Self::Keystore(FileSigner { keystore, known: RwLock::default() })
    }

    /// Learns which keys there are, in place of what it knew. Private halves it does not have are left out: a
    /// root key may be kept elsewhere. Blocks.
    ///
    /// # Errors
    /// When a key file does not open, or is a development key in production; what was known then stays.
    pub fn learn(&self, rows: Vec<KeyRow>) -> Result<(), KeystoreError> {
        let Self::Keystore(files) = self;
        let private = files.private_halves(&rows)?;
        let known = Arc::new(Known { rows, private });
        *files.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// The key that signs for this use at `now`.
    ///
    /// # Errors
    /// When no key may sign, or its private half is not here.
    pub fn active(&self, key_use: Use, now: Timestamp) -> Result<ActiveKey, SignerError> {
        let known = self.known();
        let row = rules::active(&known.rows, key_use, now).ok_or(SignerError::NoKey(key_use))?;
        let held = known.private.iter().find(|(id, _)| id.to_string() == row.kid);
        let (id, key) = held.ok_or(SignerError::KeptElsewhere(key_use))?;
        Ok(ActiveKey { id: *id, key: key.clone() })
    }

    /// When the key that signs for this use at `now` ends, unix milliseconds; `None` when none may sign.
    #[must_use]
    pub fn active_until(&self, key_use: Use, now: Timestamp) -> Option<i64> {
        rules::active(&self.known().rows, key_use, now).map(|row| row.not_after)
    }

    /// Every key there is, oldest first, for what is published.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyRow> {
        self.known().rows.clone()
    }

    /// The keystore beneath.
    #[must_use]
    pub fn keystore(&self) -> &Arc<Keystore> {
        let Self::Keystore(files) = self;
        &files.keystore
    }

    fn known(&self) -> Arc<Known> {
        let Self::Keystore(files) = self;
        Arc::clone(&files.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FileSigner {
    fn private_halves(&self, rows: &[KeyRow]) -> Result<Vec<(KeyId, SigningKey)>, KeystoreError> {
        let mut private = Vec::new();
        for row in rows.iter().filter(|row| row.revoked_at.is_none()) {
            let Some(secret) = self.keystore.find(&row.kid, &row.key_use)? else {
                continue;
            };
            let unusable = || KeystoreError::Unusable(row.kid.clone());
            let secret = <&[u8; 32]>::try_from(secret.as_slice()).map_err(|_| unusable())?;
            let key = SigningKey::from_bytes(secret).map_err(|_| unusable())?;
            let id = key.public_key().id();
            if id.to_string() != row.kid {
                return Err(unusable());
            }
            private.push((id, key));
        }
        Ok(private)
    }
}

impl Sign for ActiveKey {
    type Error = SignerError;

    fn key_id(&self) -> KeyId {
        self.id
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        Ok(self.key.sign(message))
    }
}

/// Why nothing could be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerError {
    /// No key of this use may sign now: none made, none published for 24 hours, or all revoked or ended.
    NoKey(Use),
    /// The key that signs now has its private half elsewhere.
    KeptElsewhere(Use),
}

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey(key_use) => write!(f, "no {key_use} key may sign now; see `yzt keys list`"),
            Self::KeptElsewhere(key_use) => {
                write!(f, "the private half of the {key_use} key is not in this keystore")
            }
        }
    }
}

impl std::error::Error for SignerError {}

impl From<SignerError> for Problem {
    fn from(error: SignerError) -> Self {
        Self::new(Code::NoSigningKey).because(error)
    }
}
