//! Why the program cannot start. The text says which part, and what to do.

use std::fmt;

use crate::catalogue::CatalogueError;
use crate::config::ConfigError;
use crate::conformity::RulesError;
use crate::ephemeral::EphemeralError;
use crate::keys::{CeremonyError, KeystoreError, ModuleError};
use crate::outbound::Failure;
use crate::store::StoreError;
use crate::vault::VaultError;

/// Why the program cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The settings do not do.
    Config(ConfigError),
    /// The catalogue of kinds does not do.
    Catalogue(CatalogueError),
    /// The database does not do.
    Store(StoreError),
    /// Redis does not do.
    Ephemeral(EphemeralError),
    /// The keys do not do.
    Keys(CeremonyError),
    /// What encrypts personal data does not do.
    Vault(VaultError),
    /// Requests to other services cannot be made.
    Outbound(Failure),
    /// Two metrics share a name.
    Metrics(String),
    /// The file about the rules of conformity does not do.
    Rules(RulesError),
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

impl From<CatalogueError> for StartError {
    fn from(error: CatalogueError) -> Self {
        Self::Catalogue(error)
    }
}

impl From<RulesError> for StartError {
    fn from(error: RulesError) -> Self {
        Self::Rules(error)
    }
}

impl From<KeystoreError> for StartError {
    fn from(error: KeystoreError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<ModuleError> for StartError {
    fn from(error: ModuleError) -> Self {
        Self::Keys(error.into())
    }
}

impl From<CeremonyError> for StartError {
    fn from(error: CeremonyError) -> Self {
        Self::Keys(error)
    }
}

impl From<EphemeralError> for StartError {
    fn from(error: EphemeralError) -> Self {
        Self::Ephemeral(error)
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

impl From<VaultError> for StartError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Catalogue(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Ephemeral(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Vault(error) => error.fmt(f),
            Self::Outbound(cause) => write!(f, "requests to other services: {cause}"),
            Self::Metrics(cause) => write!(f, "metrics: {cause}"),
            Self::Rules(error) => error.fmt(f),
            Self::Listen(cause) => write!(f, "cannot listen: {cause}; see the setting `bind`"),
            Self::Ended(cause) => write!(f, "the server ended: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}
