//! Why the program cannot start. The text says which part, and what to do.

use std::fmt;

use crate::config::ConfigError;
use crate::keys::{CeremonyError, KeystoreError};
use crate::outbound::Failure;
use crate::store::StoreError;

/// Why the program cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The settings do not do.
    Config(ConfigError),
    /// The database does not do.
    Store(StoreError),
    /// The keys do not do.
    Keys(CeremonyError),
    /// Requests to other services cannot be made.
    Outbound(Failure),
    /// Two metrics share a name.
    Metrics(String),
    /// The address cannot be listened on.
    Listen(String),
    /// The server ended by itself.
    Ended(String),
}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<KeystoreError> for StartError {
    fn from(error: KeystoreError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<CeremonyError> for StartError {
    fn from(error: CeremonyError) -> Self {
        Self::Keys(error)
    }
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        Self::Outbound(failure)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Outbound(cause) => write!(f, "requests to other services: {cause}"),
            Self::Metrics(cause) => write!(f, "metrics: {cause}"),
            Self::Listen(cause) => write!(f, "cannot listen: {cause}; see the setting `bind`"),
            Self::Ended(cause) => write!(f, "the server ended: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}
