//! Key files: one for each private key, encrypted with SM4-GCM under a passphrase.
//!
//! For development and small sites. What a file says about its key is bound to the encrypted part, so nobody
//! without the passphrase can turn a development key into another one, or one use into another.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::cipher::{self, SecretKey};
use crate::config::{Config, Environment, Secret};

mod file;

use file::KeyFile;

/// The passphrase where none is set. Everyone knows it: whatever it protects is a development key.
const KNOWN_PASSPHRASE: &str = "yzt development";

const SALT_LENGTH: usize = 16;

/// Length in bytes of a secret that servers share.
const SECRET_LENGTH: usize = 32;

/// A directory of encrypted key files.
pub struct Keystore {
    directory: PathBuf,
    passphrase: Secret,
    rounds: u32,
    production: bool,
    /// Keys by salt and rounds: deriving one takes long on purpose, and the files of a store share their salt.
    derived: Mutex<HashMap<([u8; SALT_LENGTH], u32), SecretKey>>,
}

impl Keystore {
    /// The keystore the settings name. It need not exist yet.
    ///
    /// # Errors
    /// When the passphrase file cannot be read or is empty.
    pub fn open(config: &Config) -> Result<Self, KeystoreError> {
        Ok(Self {
            directory: config.keystore_dir(),
            passphrase: passphrase(config)?,
            rounds: config.keystore_rounds,
            production: config.environment == Environment::Production,
            derived: Mutex::default(),
        })
    }

    /// Whether everyone knows the passphrase, so that its keys are development keys.
    #[must_use]
    pub fn is_open_to_all(&self) -> bool {
        self.passphrase.reveal() == KNOWN_PASSPHRASE
    }

    /// Keeps a secret under a name that has none yet. It is on disk, whole, when this returns.
    ///
    /// # Errors
    /// When the name is taken, or the file cannot be written.
    pub fn put(
        &self,
        name: &str,
        key_use: &str,
        development: bool,
        secret: &[u8],
    ) -> Result<(), KeystoreError> {
        let development = development || self.is_open_to_all();
        if development && self.production {
            return Err(KeystoreError::DevelopmentKey(name.to_owned()));
        }
        let salt = self.shared_salt()?;
        let key = self.key(salt, self.rounds);
        let nonce = cipher::random().ok_or(KeystoreError::NoRandomness)?;
        let file = KeyFile::seal(name, key_use, development, (salt, self.rounds), &key, *nonce, secret)
            .ok_or(KeystoreError::Unusable(name.to_owned()))?;
        self.write_new(name, &file.to_json())
    }

    /// The secret kept under `name` for `key_use`; `None` when there is none.
    ///
    /// # Errors
    /// When the file does not open under this passphrase, or is a development key in production.
    pub fn find(&self, name: &str, key_use: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        let Some(file) = self.read(name)? else {
            return Ok(None);
        };
        if self.production && file.development {
            return Err(KeystoreError::DevelopmentKey(name.to_owned()));
        }
        let (salt, rounds) = file.derivation().ok_or(KeystoreError::Unusable(name.to_owned()))?;
        let secret = file.open(key_use, &self.key(salt, rounds));
        secret.map(Some).ok_or(KeystoreError::Unusable(name.to_owned()))
    }

    /// The secret of this name that all servers of a site share; made, of random bytes, when it is missing.
    ///
    /// # Errors
    /// When the file cannot be read or written, does not open, or is a development key in production.
    pub fn shared_secret(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        if let Some(secret) = self.find(name, name)? {
            return Ok(secret);
        }
        let secret = cipher::random::<SECRET_LENGTH>().ok_or(KeystoreError::NoRandomness)?;
        match self.put(name, name, false, secret.as_slice()) {
            // A neighbour made it in the same moment: theirs is the one.
            Ok(()) | Err(KeystoreError::Taken(_)) => {}
            Err(error) => return Err(error),
        }
        self.find(name, name)?.ok_or_else(|| KeystoreError::Unusable(name.to_owned()))
    }

    /// A new secret, of random bytes, under a name that has none yet.
    ///
    /// # Errors
    /// When the name is taken, or the file cannot be written.
    pub fn new_secret(&self, name: &str, key_use: &str) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        let secret = cipher::random::<SECRET_LENGTH>().ok_or(KeystoreError::NoRandomness)?;
        self.put(name, key_use, false, secret.as_slice())?;
        Ok(Zeroizing::new(secret.to_vec()))
    }

    fn key(&self, salt: [u8; SALT_LENGTH], rounds: u32) -> SecretKey {
        // Derived under the lock, so that many at once derive it only once.
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = self.passphrase.reveal().as_bytes();
        let key = derived.entry((salt, rounds));
        key.or_insert_with(|| cipher::derive(secret, &salt, rounds)).clone()
    }

    /// The salt of any file that is there with the same rounds, or a new one.
    fn shared_salt(&self) -> Result<[u8; SALT_LENGTH], KeystoreError> {
        for name in self.names()? {
            let there = self.read(&name)?.and_then(|file| file.derivation());
            if let Some((salt, _)) = there.filter(|(_, rounds)| *rounds == self.rounds) {
                return Ok(salt);
            }
        }
        cipher::random().map(|salt| *salt).ok_or(KeystoreError::NoRandomness)
    }

    /// The names of all that is kept here.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn names(&self) -> Result<Vec<String>, KeystoreError> {
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| self.fault(error))?,
        };
        let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(files.filter_map(|file| Some(file.strip_suffix(".key")?.to_owned())).collect())
    }

    fn read(&self, name: &str) -> Result<Option<KeyFile>, KeystoreError> {
        match fs::read_to_string(self.path(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.fault(error)),
            Ok(text) => KeyFile::from_json(&text).map(Some).ok_or(KeystoreError::Unusable(name.to_owned())),
        }
    }

    /// Writes beside and links into place: a reader sees the whole file or none, and no other is replaced.
    fn write_new(&self, name: &str, text: &str) -> Result<(), KeystoreError> {
        let random = cipher::random::<8>().ok_or(KeystoreError::NoRandomness)?;
        let beside = self.path(name).with_extension(HEXLOWER.encode(&*random));
        let write = || -> std::io::Result<()> {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::hard_link(&beside, self.path(name))?;
            fs::remove_file(&beside)?;
            fs::File::open(&self.directory)?.sync_all()
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&beside);
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => KeystoreError::Taken(name.to_owned()),
                _ => self.fault(error),
            }
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.key"))
    }

    fn fault(&self, error: impl fmt::Display) -> KeystoreError {
        KeystoreError::Directory(self.directory.clone(), error.to_string())
    }
}

fn passphrase(config: &Config) -> Result<Secret, KeystoreError> {
    let file = Path::new(&config.keystore_passphrase_file);
    if file.as_os_str().is_empty() {
        return Ok(if config.keystore_passphrase.is_empty() {
            Secret::from(KNOWN_PASSPHRASE.to_owned())
        } else {
            config.keystore_passphrase.clone()
        });
    }
    let text = fs::read_to_string(file)
        .map(Zeroizing::new)
        .map_err(|error| KeystoreError::Directory(file.to_owned(), error.to_string()))?;
    match text.lines().next() {
        None | Some("") => Err(KeystoreError::Directory(file.to_owned(), "is empty".to_owned())),
        Some(line) => Ok(Secret::from(line.to_owned())),
    }
}

/// Why a key cannot be kept or had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeystoreError {
    /// The directory or a file cannot be read or written.
    Directory(PathBuf, String),
    /// The file does not open: another passphrase, or it was changed.
    Unusable(String),
    /// There is a key of this name already.
    Taken(String),
    /// A development key, in production.
    DevelopmentKey(String),
    /// The machine has no source of random bytes.
    NoRandomness,
}

impl fmt::Display for KeystoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path, cause) => write!(f, "keystore {}: {cause}", path.display()),
            Self::Unusable(name) => write!(
                f,
                "key file {name}: does not open; is it the right passphrase, and is the file as it was written?"
            ),
            Self::Taken(name) => write!(f, "key file {name}: is there already"),
            Self::DevelopmentKey(name) => write!(
                f,
                "key file {name}: a development key is refused in production; make keys with `yzt keys init`"
            ),
            Self::NoRandomness => f.write_str("this machine gives no random bytes"),
        }
    }
}

impl std::error::Error for KeystoreError {}
