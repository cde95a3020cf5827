//! The parts of a backup as a tar file: the database, the key files, then the manifest and its digest. Whoever has
//! the plain file can read it with `tar` and without this program.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use tar::{Archive, Builder, EntryType, Header};

use super::BackupError;
use super::database::Copy;
use crate::clock::Timestamp;

/// What the names of key files begin with.
pub(super) const KEYS: &str = "keys/";
const MANIFEST: &str = "manifest.json";
const MANIFEST_DIGEST: &str = "manifest.json.sm3";
const FORMAT: &str = "yzt-backup-1";
/// No manifest is larger.
const MANIFEST_MAX: u64 = 16 << 20;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file.
    format: String,
    /// The version of the program that made it.
    pub program: String,
    /// When.
    pub made_at: Timestamp,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The newest migration of its schema.
    pub schema: String,
    /// The rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// Where the audit log ended: the number of its last entry and that entry's hash, hex.
    pub audit: Option<(i64, String)>,
    /// Every file in it but this one.
    pub parts: Vec<Part>,
}

/// A file in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SM3 of its bytes, hex.
    pub sm3: String,
}

impl Manifest {
    /// Whether key files are in it.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.parts.iter().any(|part| part.name.starts_with(KEYS))
    }

    pub(super) fn new(copy: &Copy, made_at: Timestamp) -> Self {
        Self {
            format: FORMAT.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            database: copy.kind.to_owned(),
            schema: copy.schema.clone(),
            rows: copy.rows.clone(),
            audit: copy.audit.clone(),
            parts: Vec::new(),
        }
    }
}

/// Writes `parts`, files by their names in the archive, and what they are into `manifest`, which follows them.
pub(super) fn write<W: Write>(
    out: W,
    manifest: &mut Manifest,
    parts: &[(String, PathBuf)],
) -> Result<W, BackupError> {
    let mut archive = Builder::new(out);
    for (name, path) in parts {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut digested = Digested::over(file.take(length));
        archive.append_data(&mut header(length, manifest.made_at), name, &mut digested)?;
        manifest.parts.push(Part { name: name.clone(), length, sm3: digested.digest() });
    }
    let text = serde_json::to_vec_pretty(manifest).map_err(io::Error::other)?;
    let digest = HEXLOWER.encode(&Sm3::digest(&text)).into_bytes();
    for (name, content) in [(MANIFEST, text), (MANIFEST_DIGEST, digest)] {
        let length = u64::try_from(content.len()).map_err(io::Error::other)?;
        archive.append_data(&mut header(length, manifest.made_at), name, content.as_slice())?;
    }
    Ok(archive.into_inner()?)
}

/// Reads an archive to its end and checks every part against the manifest; the parts are written into `folder` where
/// there is one.
pub(super) fn read(content: impl Read, folder: Option<&Path>) -> Result<Manifest, BackupError> {
    let ended = Rc::new(Cell::new(false));
    let mut archive = Archive::new(Ending { from: content, ended: Rc::clone(&ended) });
    let mut found = Vec::new();
    let mut written = BTreeMap::new();
    let mut first = true;
    for entry in archive.entries()? {
        // What does not begin as a tar file was never one of ours; what goes on as none was damaged.
        let mut entry = entry.map_err(|error| unreadable(error, first, ended.get()))?;
        first = false;
        let name = entry.path()?.to_string_lossy().into_owned();
        let length = entry.size();
        if [MANIFEST, MANIFEST_DIGEST].contains(&name.as_str()) {
            let mut text = Vec::new();
            entry.by_ref().take(MANIFEST_MAX).read_to_end(&mut text)?;
            written.insert(name, text);
            continue;
        }
        if !is_part(&name) || entry.header().entry_type() != EntryType::Regular {
            return Err(BackupError::NotABackup);
        }
        let mut digested = Digested::over(&mut entry);
        let came = match folder {
            None => io::copy(&mut digested, &mut io::sink())?,
            Some(folder) => extract(&mut digested, &folder.join(&name))?,
        };
        if came != length {
            return Err(BackupError::CutOff);
        }
        found.push(Part { name, length, sm3: digested.digest() });
    }
    let manifest = manifest(&written, first)?;
    compare(&manifest.parts, &found)?;
    Ok(manifest)
}

fn manifest(written: &BTreeMap<String, Vec<u8>>, empty: bool) -> Result<Manifest, BackupError> {
    let missing = || if empty { BackupError::NotABackup } else { BackupError::CutOff };
    let text = written.get(MANIFEST).ok_or_else(missing)?;
    let digest = written.get(MANIFEST_DIGEST).ok_or_else(missing)?;
    if HEXLOWER.encode(&Sm3::digest(text)).as_bytes() != digest.as_slice() {
        return Err(BackupError::Damaged(MANIFEST.to_owned()));
    }
    let manifest: Manifest = serde_json::from_slice(text).map_err(|_| BackupError::NotABackup)?;
    if manifest.format == FORMAT { Ok(manifest) } else { Err(BackupError::NotABackup) }
}

fn compare(stated: &[Part], found: &[Part]) -> Result<(), BackupError> {
    let names = stated.iter().chain(found).map(|part| &part.name);
    for name in names {
        let of = |parts: &[Part]| parts.iter().find(|part| part.name == *name).cloned();
        if of(stated) != of(found) {
            return Err(BackupError::Damaged(name.clone()));
        }
    }
    Ok(())
}

/// The names that backups have, and no way out of the folder they are written to.
fn is_part(name: &str) -> bool {
    let key = name.strip_prefix(KEYS).is_some_and(|file| file.ends_with(".key") && !file.contains('/'));
    key || super::database::NAMES.contains(&name)
}

fn extract(from: &mut impl Read, to: &Path) -> io::Result<u64> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let length = io::copy(from, &mut file)?;
    file.sync_all()?;
    Ok(length)
}

fn unreadable(error: io::Error, first: bool, ended: bool) -> BackupError {
    match BackupError::from(error) {
        BackupError::File(_) if first => BackupError::NotABackup,
        BackupError::File(_) if ended => BackupError::CutOff,
        BackupError::File(_) => BackupError::Damaged("tar".to_owned()),
        ours => ours,
    }
}

fn header(length: u64, at: Timestamp) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header.set_mtime(at.seconds().0);
    header
}

/// A reader that remembers whether its end was reached.
struct Ending<R> {
    from: R,
    ended: Rc<Cell<bool>>,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.ended.set(read == 0 && !into.is_empty());
        Ok(read)
    }
}

/// A reader that digests what passes.
struct Digested<R> {
    from: R,
    digest: Sm3,
}

impl<R: Read> Digested<R> {
    fn over(from: R) -> Self {
        Self { from, digest: Sm3::new() }
    }

    fn digest(self) -> String {
        HEXLOWER.encode(&self.digest.finalize())
    }
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        if let Some(bytes) = into.get(..read) {
            self.digest.update(bytes);
        }
        Ok(read)
    }
}
