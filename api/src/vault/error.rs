//! Why something cannot be encrypted or read. Never says what it was about to be.

use std::fmt;

use crate::keys::KeystoreError;
use crate::problem::Problem;
use crate::store::StoreError;

/// Why something cannot be encrypted or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultError {
    /// The keystore cannot.
    Keystore(KeystoreError),
    /// The database cannot.
    Store(StoreError),
    /// The keeper of master keys has none of this name.
    NoMasterKey(String),
    /// A data key was not wrapped by the master key of this name.
    WrongMasterKey(String),
    /// There are data keys, and the keystore has no key for indices: this is another keystore.
    NoIndexKey,
    /// There is no data key with this id.
    UnknownKey(String),
    /// The ciphertext in this column was changed, moved, or is none.
    Unreadable(&'static str),
}

impl From<KeystoreError> for VaultError {
    fn from(error: KeystoreError) -> Self {
        Self::Keystore(error)
    }
}

impl From<StoreError> for VaultError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keystore(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::NoMasterKey(name) => {
                write!(f, "there is no master key {name}; is this the keystore that belongs to the database?")
            }
            Self::WrongMasterKey(name) => {
                write!(f, "master key {name} did not wrap a data key that says so; is it the right keystore?")
            }
            Self::NoIndexKey => f.write_str(
                "the keystore has no key blind-index, but the database holds encrypted data; is it the right keystore?",
            ),
            Self::UnknownKey(id) => write!(f, "there is no data key {id}"),
            Self::Unreadable(column) => write!(f, "a ciphertext of {column} does not open"),
        }
    }
}

impl std::error::Error for VaultError {}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
