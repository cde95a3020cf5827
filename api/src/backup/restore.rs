//! The way back: into an empty place only, with everything checked before and again after.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use data_encoding::HEXLOWER;

use super::{BackupError, Manifest, archive, database, folder_of, open};
use crate::audit::chain;
use crate::config::{Config, Secret};
use crate::store::{Conn, audit, inventory, migrate};

/// Entries of the audit log looked at together.
const AT_ONCE: i64 = 1000;

/// Restores the backup in `file` to where the settings say. Blocks. Nothing is there before, all of it after; when
/// it fails, the database is as it was.
///
/// # Errors
/// When the place is not empty, or the backup does not do, or something cannot be written.
pub fn restore(config: &Config, file: &Path, passphrase: Option<&Secret>) -> Result<Manifest, BackupError> {
    let settings = config.store()?;
    let keys = config.keystore_dir();
    database::must_be_empty(&settings)?;

    let folder = folder_of(&keys);
    fs::create_dir_all(folder)?;
    // Beside the keys, so that they get their place by a rename.
    let work = tempfile::Builder::new().prefix(".yzt-restore-").tempdir_in(folder)?;
    let manifest = archive::read(open(file, passphrase)?, Some(work.path()))?;
    if manifest.database != database::kind(&settings) {
        return Err(BackupError::OtherDatabase(manifest.database));
    }
    if manifest.schema.as_str() > migrate::newest_schema().as_str() {
        return Err(BackupError::NewerSchema(manifest.schema));
    }
    if manifest.has_keys() {
        must_be_empty(&keys)?;
    }
    database::put_back(&settings, work.path())?;
    put_back_keys(&work.path().join(archive::KEYS), &keys)?;
    let mut conn = inventory::connect(&settings)?;
    compare(&manifest, &inventory::rows(&mut conn)?)?;
    follow_audit(&mut conn, &manifest)?;
    Ok(manifest)
}

fn must_be_empty(keys: &Path) -> Result<(), BackupError> {
    match fs::read_dir(keys) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(entries) => match entries.count() {
            0 => Ok(()),
            _ => Err(BackupError::NotEmpty(keys.display().to_string())),
        },
    }
}

fn put_back_keys(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.exists() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(fs::File::open(to)?.sync_all()?)
}

fn compare(manifest: &Manifest, found: &std::collections::BTreeMap<String, i64>) -> Result<(), BackupError> {
    let tables = manifest.rows.keys().chain(found.keys());
    let differs = |table: &&String| manifest.rows.get(*table) != found.get(*table);
    match tables.into_iter().find(differs) {
        None => Ok(()),
        Some(table) => Err(BackupError::Incomplete(table.clone())),
    }
}

/// Follows the audit log from its first entry to the one the manifest names.
fn follow_audit(conn: &mut Conn, manifest: &Manifest) -> Result<(), BackupError> {
    let broken = || BackupError::Incomplete("audit_entries".to_owned());
    let (mut seq, mut hash) = (0, None);
    loop {
        let rows = audit::after(conn, seq, AT_ONCE)?;
        for row in &rows {
            let follows = hash.as_ref().is_none_or(|hash| *hash == row.prev_hash);
            if !follows || chain::hash(&chain::canonical(row)).as_slice() != row.hash.as_slice() {
                return Err(broken());
            }
            (seq, hash) = (row.seq, Some(row.hash.clone()));
        }
        if rows.is_empty() {
            break;
        }
    }
    let found = hash.map(|hash| (seq, HEXLOWER.encode(&hash)));
    // Of a log that has only its head, the head's row was compared with the others.
    if found.is_some() && found != manifest.audit { Err(broken()) } else { Ok(()) }
}
