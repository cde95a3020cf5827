//! Why a list could not be published.

use std::fmt;

use verifier_core::BundleError;

use crate::keys::SignerError;
use crate::problem::Problem;
use crate::store::StoreError;

/// Why a list could not be published.
#[derive(Debug)]
#[non_exhaustive]
pub enum PublishError {
    /// The database could not.
    Store(StoreError),
    /// No key may sign it.
    Signer(SignerError),
    /// A key in the database is no key.
    KeyUnreadable(String),
    /// What was published earlier does not verify under the keys this server knows.
    Unusable(BundleError),
    /// Another server publishes at the same time, again and again.
    Contended,
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SignerError> for PublishError {
    fn from(error: SignerError) -> Self {
        Self::Signer(error)
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Signer(error) => error.fmt(f),
            Self::KeyUnreadable(kid) => write!(f, "the key {kid} in the database is no key"),
            Self::Unusable(error) => write!(f, "what was published does not verify: {error}"),
            Self::Contended => f.write_str("another server publishes at the same time"),
        }
    }
}

impl std::error::Error for PublishError {}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            PublishError::Signer(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
