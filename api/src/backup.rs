//! Backups: the database at one moment, the key files and a manifest, in one file; and the way back.
//!
//! - `backup/database.rs`: a copy of the database at one moment, and back: SQLite by itself, PostgreSQL by `pg_dump`
//! - `backup/archive.rs`: the parts and the manifest as a tar file, written and read to its end
//! - `backup/sealed.rs`: the same, encrypted, in chunks
//! - `backup/restore.rs`: into an empty place, checked before and after
//!
//! A file is written beside its name and gets the name when it is whole and on disk. What is not here: how many
//! backups are kept and where; that is the site's (docs/operations.md).

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::config::{Config, Secret};
use crate::store::backups::{self, BackupRow};
use crate::store::{self, StoreError, inventory};

mod archive;
mod database;
mod error;
mod restore;
mod sealed;

pub use archive::{Manifest, Part};
pub use error::BackupError;
pub use restore::restore;

/// How a backup is made.
pub struct Options {
    /// The file to make. It must not exist.
    pub out: PathBuf,
    /// What it is encrypted under; `None`: not.
    pub passphrase: Option<Secret>,
    /// Whether the key files go along.
    pub keys: bool,
    /// When.
    pub now: Timestamp,
}

/// Makes a backup of what these settings name, while servers go on. Blocks. Returns what is in it.
///
/// # Errors
/// When a part cannot be read or the file cannot be written; there is no file then.
pub fn create(config: &Config, options: &Options) -> Result<Manifest, BackupError> {
    let folder = folder_of(&options.out);
    if options.out.exists() {
        return Err(BackupError::NotEmpty(options.out.display().to_string()));
    }
    // In the same folder: what holds the backup has room for its parts, and the name is given without copying.
    let work = tempfile::Builder::new().prefix(".yzt-backup-").tempdir_in(folder)?;
    let copy = database::copy(&config.store()?, work.path())?;
    let mut manifest = Manifest::new(&copy, options.now);
    let mut parts = vec![(copy.name.to_owned(), copy.file.clone())];
    if options.keys {
        parts.extend(key_files(&config.keystore_dir())?);
    }
    let file = NamedTempFile::new_in(work.path())?;
    let file_out = BufWriter::new(file.as_file());
    match &options.passphrase {
        None => archive::write(file_out, &mut manifest, &parts)?.flush()?,
        Some(passphrase) => {
            let sealing = sealed::Sealing::begin(file_out, passphrase, config.keystore_rounds)?;
            archive::write(sealing, &mut manifest, &parts)?.finish()?.flush()?;
        }
    }
    file.as_file().sync_all()?;
    let length = file.as_file().metadata()?.len();
    file.persist_noclobber(&options.out).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    record(config, options, length)?;
    Ok(manifest)
}

/// Reads a backup to its end and checks every part against its manifest. Blocks.
///
/// # Errors
/// When it is damaged, cut off, not a backup, or encrypted under another passphrase.
pub fn verify(file: &Path, passphrase: Option<&Secret>) -> Result<Manifest, BackupError> {
    archive::read(open(file, passphrase)?, None)
}

/// Keeps in the database that there is a backup: servers tell how old the newest is.
fn record(config: &Config, options: &Options, length: u64) -> Result<(), StoreError> {
    let row = BackupRow {
        id: Uuid::now_v7().to_string(),
        made_at: options.now.millis(),
        length: i64::try_from(length).unwrap_or(i64::MAX),
        sealed: options.passphrase.is_some(),
    };
    store::transaction(&mut inventory::connect(&config.store()?)?, |conn| backups::insert(conn, &row))
}

/// The content of a backup file, decrypted where it is encrypted.
fn open(file: &Path, passphrase: Option<&Secret>) -> Result<Box<dyn Read>, BackupError> {
    let mut content = BufReader::new(File::open(file)?);
    if !sealed::is_sealed(&mut content)? {
        return Ok(Box::new(content));
    }
    let passphrase = passphrase.ok_or(BackupError::PassphraseNeeded)?;
    Ok(Box::new(sealed::Opening::begin(content, passphrase)?))
}

/// The passphrase in the first line of a file.
///
/// # Errors
/// When it cannot be read or is empty.
pub fn passphrase(file: &Path) -> Result<Secret, BackupError> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new)?;
    let line = text.lines().next().filter(|line| !line.is_empty());
    line.map(|line| Secret::from(line.to_owned())).ok_or(BackupError::PassphraseNeeded)
}

/// The key files, each with its name in the archive.
fn key_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, BackupError> {
    let mut files = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(files),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Others are being written at this moment.
        if name.ends_with(".key") {
            files.push((format!("{}{name}", archive::KEYS), entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
