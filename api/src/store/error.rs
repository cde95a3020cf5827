//! Why the database could not do what it was asked. What a person is told about it is in `problem.rs`.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error};

/// What the databases say when another writer was in the way: SQLite, PostgreSQL.
const IN_THE_WAY: [&str; 2] = ["database is locked", "deadlock detected"];

/// Why the database could not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The address is not one of a database this program knows. The text names the fault, never the address,
    /// which may hold a password.
    Address(&'static str),
    /// No connection could be made or kept: the database is down or unreachable.
    Unreachable(String),
    /// Every connection was in use for too long, or another writer was in the way. Trying again is right.
    Busy,
    /// The schema could not be brought up to date.
    Migration(String),
    /// The query itself failed.
    Query(Error),
    /// The audit log could not be written, so what was to be audited did not happen.
    Unaudited,
    /// The server is stopping, or the work ended in a panic.
    Stopped,
}

impl StoreError {
    /// Whether the same request can succeed a moment later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Busy | Self::Unaudited | Self::Stopped)
    }

    pub(super) fn unreachable(cause: impl fmt::Display) -> Self {
        Self::Unreachable(cause.to_string())
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, cause) => {
                Self::Unreachable(cause.message().to_owned())
            }
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)
            | Error::BrokenTransactionManager => Self::Busy,
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause)
                if IN_THE_WAY.iter().any(|text| cause.message().contains(text)) =>
            {
                Self::Busy
            }
            other => Self::Query(other),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(fault) => write!(f, "database address: {fault}"),
            Self::Unreachable(cause) => write!(f, "database unreachable: {cause}"),
            Self::Busy => f.write_str("database busy"),
            Self::Migration(cause) => write!(f, "database schema: {cause}"),
            Self::Query(cause) => write!(f, "database query: {cause}"),
            Self::Unaudited => f.write_str("the audit log could not be written"),
            Self::Stopped => f.write_str("database work stopped"),
        }
    }
}

impl std::error::Error for StoreError {}
