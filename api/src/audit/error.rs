//! Why the audit log could not be signed, verified, exported or archived. That it could not be written is
//! [`StoreError::Unaudited`].

use std::fmt;

use crate::keys::SignerError;
use crate::problem::Problem;
use crate::store::StoreError;

/// Why the audit log could not be signed, verified, exported or archived.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// The database cannot.
    Store(StoreError),
    /// No key signs checkpoints.
    Signer(SignerError),
    /// The log was changed.
    Broken,
    /// A file that was just written does not verify.
    Unreadable(std::path::PathBuf),
    /// A file cannot be written or read.
    File(std::io::Error),
}

impl From<std::io::Error> for AuditError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl From<serde_json::Error> for AuditError {
    fn from(error: serde_json::Error) -> Self {
        Self::File(error.into())
    }
}

impl From<StoreError> for AuditError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SignerError> for AuditError {
    fn from(error: SignerError) -> Self {
        Self::Signer(error)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Signer(error) => error.fmt(f),
            Self::Unreadable(path) => write!(f, "{} does not verify; is the disk sound?", path.display()),
            Self::File(error) => write!(f, "file: {error}"),
            Self::Broken => f.write_str("the audit log was changed; see `yzt audit verify`"),
        }
    }
}

impl std::error::Error for AuditError {}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Store(error) => error.into(),
            AuditError::Signer(error) => error.into(),
            AuditError::Broken | AuditError::Unreadable(_) | AuditError::File(_) => Self::internal(error),
        }
    }
}
