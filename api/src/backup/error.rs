//! Why a backup was not made, not good or not restored.

use std::fmt;

use crate::store::StoreError;

/// Why a backup was not made, not good or not restored.
#[derive(Debug)]
#[non_exhaustive]
pub enum BackupError {
    /// A file cannot be read or written.
    File(std::io::Error),
    /// The database cannot.
    Store(StoreError),
    /// The file is encrypted, and no passphrase was given.
    PassphraseNeeded,
    /// The file is encrypted under another passphrase.
    WrongPassphrase,
    /// The file is none of ours, or of a later version of this program.
    NotABackup,
    /// The file ends before its end.
    CutOff,
    /// A part is not as it was written: its name.
    Damaged(String),
    /// There is something already where something is to be made.
    NotEmpty(String),
    /// The backup is of the other kind of database.
    OtherDatabase(String),
    /// The backup's schema is newer than this program knows.
    NewerSchema(String),
    /// After restoring, a table has another number of rows than the backup says.
    Incomplete(String),
    /// A program of PostgreSQL's client package is not here.
    ToolMissing(&'static str),
    /// A program of PostgreSQL's client package failed: its name, what it said.
    ToolFailed(&'static str, String),
    /// The machine has no source of random bytes.
    NoRandomness,
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        // Streams below (decryption, tar) speak of our errors through io::Error.
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::CutOff,
            Err(error) => Self::File(error),
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::PassphraseNeeded => f.write_str(
                "a passphrase is needed: set backup_passphrase_file, or name its file with --passphrase-file",
            ),
            Self::WrongPassphrase => f.write_str("the backup is encrypted under another passphrase"),
            Self::NotABackup => f.write_str("this file is no backup that this version of yzt made"),
            Self::CutOff => f.write_str("the backup is cut off: it ends before its end"),
            Self::Damaged(part) => write!(f, "the backup is damaged: {part} is not as it was written"),
            Self::NotEmpty(what) => {
                write!(f, "{what}: there is something already, and nothing is ever overwritten")
            }
            Self::OtherDatabase(kind) => {
                write!(
                    f,
                    "the backup is of {kind}, and the setting database_url names another kind of database"
                )
            }
            Self::NewerSchema(version) => {
                write!(
                    f,
                    "the backup has schema {version}, newer than this program knows: restore with the yzt that made it"
                )
            }
            Self::Incomplete(what) => write!(f, "restored, but not all is there: {what}"),
            Self::ToolMissing(tool) => {
                write!(
                    f,
                    "{tool} is not here: install PostgreSQL's client programs (Debian: postgresql-client)"
                )
            }
            Self::ToolFailed(tool, said) => write!(f, "{tool} failed: {}", said.trim_end()),
            Self::NoRandomness => f.write_str("this machine gives no random bytes"),
        }
    }
}

impl std::error::Error for BackupError {}
