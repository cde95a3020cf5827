//! Why the database could not do what it was asked. What a person is told about it is in `problem.rs`.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error};

/// What the databases say when another writer was in the way, or the work took too long: SQLite, PostgreSQL.
const IN_THE_WAY: [&str; 3] = ["database is locked", "deadlock detected", "canceling statement due to"];
/// What PostgreSQL says when it goes away while the connection still stands. In English whatever the language of its
/// messages, where `lc_messages` is `C`, as `docs/several-servers.md` asks for.
const GOING_AWAY: [&str; 2] = ["terminating connection", "the database system is"];

/// Why the database could not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The address is not one of a database this program knows. The text names the fault, never the address,
    /// which may hold a password.
    Address(&'static str),
    /// No connection could be made or kept: the database is down or unreachable. Of a write it is not known whether it
    /// was committed: who sends it again must be answered the same.
    Unreachable(String),
    /// Every connection was in use for too long, or another writer was in the way. Trying again is right.
    Busy,
    /// The schema could not be brought up to date.
    Migration(String),
    /// The schema is of a version this program cannot work with: which way, and what to do.
    Schema(&'static str),
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

    pub(super) fn is_in_the_way(message: &str) -> bool {
        IN_THE_WAY.iter().any(|text| message.contains(text))
    }

    pub(super) fn unreachable(cause: impl fmt::Display) -> Self {
        Self::Unreachable(cause.to_string())
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                cause,
            ) => Self::unreachable(cause.message()),
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause)
                if GOING_AWAY.iter().any(|text| cause.message().contains(text)) =>
            {
                Self::unreachable(cause.message())
            }
            // The server that took over from the one this connection was made to is not the one that may be written to.
            Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, cause) => {
                Self::unreachable(cause.message())
            }
            // The commit broke off; that nothing could be undone afterwards tells no more.
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)
            | Error::BrokenTransactionManager => Self::Busy,
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause)
                if Self::is_in_the_way(cause.message()) =>
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
            Self::Schema(fault) => write!(f, "database schema: {fault}"),
            Self::Query(cause) => write!(f, "database query: {cause}"),
            Self::Unaudited => f.write_str("the audit log could not be written"),
            Self::Stopped => f.write_str("database work stopped"),
        }
    }
}

impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, message: &str) -> Error {
        Error::DatabaseError(kind, Box::new(message.to_owned()))
    }

    #[test]
    fn what_a_database_says_when_it_goes_away_passes() {
        for error in [
            said(DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"),
            said(DatabaseErrorKind::UnableToSendCommand, "no connection to the server"),
            said(DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
            said(DatabaseErrorKind::Unknown, "the database system is shutting down"),
            said(DatabaseErrorKind::Unknown, "canceling statement due to statement timeout"),
            said(DatabaseErrorKind::Unknown, "canceling statement due to lock timeout"),
            said(DatabaseErrorKind::ReadOnlyTransaction, "cannot execute INSERT in a read-only transaction"),
            Error::BrokenTransactionManager,
        ] {
            let text = error.to_string();
            assert!(StoreError::from(error).is_passing(), "{text}");
        }
    }

    #[test]
    fn a_commit_that_broke_off_passes_whatever_undoing_said() {
        let broken = Error::RollbackErrorOnCommit {
            rollback_error: Box::new(Error::NotInTransaction),
            commit_error: Box::new(said(DatabaseErrorKind::ClosedConnection, "gone")),
        };
        assert!(StoreError::from(broken).is_passing());
    }

    #[test]
    fn a_query_that_is_wrong_does_not_pass() {
        let wrong = said(DatabaseErrorKind::Unknown, "column \"x\" does not exist");
        assert!(!StoreError::from(wrong).is_passing());
    }
}
