//! Making, adopting, rotating and revoking keys. Each is recorded in the row of its key, with the reason where one is due.

use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use verifier_core::sm2::{PublicKey, SigningKey};

use super::module::ModuleKey;
use super::{Custody, KeystoreError, ModuleError, Signer, Use, cipher, rules};
use crate::clock::Timestamp;
use crate::store::keys::KeyRow;
use crate::store::{Conn, StoreError, keys as rows};

const SECONDS_PER_DAY: i64 = 86_400;

/// Why the first root key signs at once. Clients have it from their maker, not from a bundle.
const FIRST_ROOT: &str = "first root key: pinned in the clients, not published";

/// Why a key that no client needs signs at once.
const NOT_PUBLISHED: &str = "not published: no client needs it";

/// What to make keys with.
pub struct Ceremony {
    /// Where private halves go.
    pub signer: Arc<Signer>,
    /// The time now.
    pub now: Timestamp,
    /// Whether the keys are marked for development.
    pub development: bool,
    /// Why new keys sign at once, without 24 hours of publication; `None`: they wait.
    pub use_now: Option<String>,
}

impl Ceremony {
    /// Makes a key of every use that has none that signs or waits. Returns those made.
    ///
    /// # Errors
    /// When the place they are kept in or the database cannot.
    pub fn init(&self, conn: &mut Conn) -> Result<Vec<KeyRow>, CeremonyError> {
        let there = rows::list(conn)?;
        let missing = |key_use: &Use| {
            rules::active(&there, *key_use, self.now).is_none()
                && rules::waiting(&there, *key_use, self.now).is_none()
        };
        let uses = Use::ALL.into_iter().filter(missing);
        uses.map(|key_use| self.create(conn, key_use, &there)).collect()
    }

    /// Makes the key that takes over from the one in use. One that already waits is not doubled; with
    /// [`Self::use_now`] it stops waiting.
    ///
    /// # Errors
    /// When a key waits already and is to wait on, or the place it is kept in or the database cannot.
    pub fn rotate(&self, conn: &mut Conn, key_use: Use) -> Result<KeyRow, CeremonyError> {
        let there = rows::list(conn)?;
        match (rules::waiting(&there, key_use, self.now), &self.use_now) {
            (None, _) => self.create(conn, key_use, &there),
            (Some(waiting), None) => Err(CeremonyError::Waiting(waiting.kid.clone())),
            (Some(waiting), Some(reason)) => {
                rows::override_wait(conn, &waiting.kid, self.now.millis(), reason)?;
                Ok(KeyRow {
                    usable_at: Some(self.now.millis()),
                    override_reason: Some(reason.clone()),
                    ..waiting.clone()
                })
            }
        }
    }

    /// Registers the key that a module has under `label` already: its public half is read, its private half never
    /// seen. It is to take over from the one in use.
    ///
    /// # Errors
    /// When keys of this use are kept in no module, a key waits already, the module has no such SM2 key or does not
    /// sign with it, the key is registered already, or the database cannot.
    pub fn adopt(&self, conn: &mut Conn, key_use: Use, label: &str) -> Result<KeyRow, CeremonyError> {
        let there = rows::list(conn)?;
        if let Some(waiting) = rules::waiting(&there, key_use, self.now) {
            return Err(CeremonyError::Waiting(waiting.kid.clone()));
        }
        let custody = self.signer.custody(key_use);
        if custody == Custody::Keystore {
            return Err(CeremonyError::NotInAModule(key_use));
        }
        if !is_label(label) {
            return Err(CeremonyError::Label);
        }
        let module = self.signer.module(key_use)?;
        let public = module.public_key(label)?;
        // A public half can lie about: what is published must be able to sign.
        module.try_out(&ModuleKey::new(label.to_owned(), public.clone()))?;
        let new = New { custody, label: label.to_owned(), public, development: self.development };
        self.register(conn, key_use, &there, new)
    }

    fn create(&self, conn: &mut Conn, key_use: Use, there: &[KeyRow]) -> Result<KeyRow, CeremonyError> {
        // The private half first: one without a row is forgotten, a row without one would be believed.
        let new = match self.signer.custody(key_use) {
            Custody::Keystore => self.create_file(key_use)?,
            custody => {
                let label = new_label(key_use, self.now)?;
                let public = self.signer.module(key_use)?.generate(&label)?;
                New { custody, label, public, development: self.development }
            }
        };
        self.register(conn, key_use, there, new)
    }

    fn create_file(&self, key_use: Use) -> Result<New, KeystoreError> {
        let keystore = self.signer.keystore();
        let (secret, key) = generate()?;
        let label = key.public_key().id().to_string();
        keystore.put(&label, key_use.word(), self.development, secret.as_slice())?;
        let development = self.development || keystore.is_open_to_all();
        Ok(New { custody: Custody::Keystore, label, public: key.public_key(), development })
    }

    fn register(
        &self,
        conn: &mut Conn,
        key_use: Use,
        there: &[KeyRow],
        new: New,
    ) -> Result<KeyRow, CeremonyError> {
        let first_root = key_use == Use::Root && !there.iter().any(|row| row.key_use == key_use.word());
        let by_itself = first_root.then_some(FIRST_ROOT);
        let by_itself = by_itself.or((!key_use.is_published()).then_some(NOT_PUBLISHED));
        let reason = self.use_now.as_deref().or(by_itself);
        let row = KeyRow {
            kid: new.public.id().to_string(),
            key_use: key_use.word().to_owned(),
            custody: new.custody.word().to_owned(),
            label: new.label,
            public_key: new.public.compressed().to_vec(),
            development: new.development,
            not_before: self.now.millis(),
            not_after: self.now.plus_seconds(i64::from(key_use.days()) * SECONDS_PER_DAY).millis(),
            created_at: self.now.millis(),
            published_at: None,
            usable_at: reason.map(|_| self.now.millis()),
            override_reason: reason.map(str::to_owned),
            revoked_at: None,
            revoked_all: false,
            revocation_reason: None,
            revocation_approval: None,
        };
        if !rows::insert(conn, &row)? {
            return Err(CeremonyError::Known(row.kid));
        }
        tracing::info!(
            kid = row.kid,
            key_use = key_use.word(),
            custody = row.custody,
            reason,
            "key registered"
        );
        Ok(row)
    }
}

/// How a key is revoked.
pub struct Revocation<'a> {
    /// Whether what it signed before falls too.
    pub all: bool,
    /// Why.
    pub reason: &'a str,
    /// The approval for it; `None`: it is an emergency, and one person decides.
    pub approval: Option<&'a str>,
}

/// A key pair that is to be registered.
struct New {
    custody: Custody,
    label: String,
    public: PublicKey,
    development: bool,
}

/// Revokes a key.
///
/// # Errors
/// When there is no such key, or it is revoked already, or the database cannot.
pub fn revoke(
    conn: &mut Conn,
    kid: &str,
    &Revocation { all, reason, approval }: &Revocation<'_>,
    now: Timestamp,
) -> Result<(), CeremonyError> {
    if !rows::revoke(conn, kid, now.millis(), all, (reason, approval))? {
        return Err(CeremonyError::Unknown(kid.to_owned()));
    }
    tracing::warn!(kid, all, reason, approval, "key revoked");
    Ok(())
}

fn generate() -> Result<(zeroize::Zeroizing<[u8; 32]>, SigningKey), KeystoreError> {
    // Once in 2^32 the bytes are no private key.
    for _ in 0..4 {
        let secret = cipher::random::<32>().ok_or(KeystoreError::NoRandomness)?;
        if let Ok(key) = SigningKey::from_bytes(&secret) {
            return Ok((secret, key));
        }
    }
    Err(KeystoreError::NoRandomness)
}

/// What a module is to call a new key: by its use and day for people, and never twice.
fn new_label(key_use: Use, now: Timestamp) -> Result<String, KeystoreError> {
    let random = cipher::random::<4>().ok_or(KeystoreError::NoRandomness)?;
    let day = now.to_string().chars().take(10).filter(char::is_ascii_digit).collect::<String>();
    Ok(format!("yzt-{key_use}-{day}-{}", HEXLOWER.encode(&*random)))
}

/// Labels are part of addresses and commands.
fn is_label(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.')
}

/// The roots that clients pin: public keys, compressed, hex, of every root key that is not revoked.
#[must_use]
pub fn pinned_roots(rows: &[KeyRow]) -> Vec<String> {
    rows.iter()
        .filter(|row| row.key_use == Use::Root.word() && row.revoked_at.is_none())
        .map(|row| HEXLOWER.encode(&row.public_key))
        .collect()
}

/// Why keys were not made or revoked.
#[derive(Debug)]
#[non_exhaustive]
pub enum CeremonyError {
    /// The keystore cannot.
    Keystore(KeystoreError),
    /// The module cannot.
    Module(ModuleError),
    /// The database cannot.
    Store(StoreError),
    /// A key of this use waits for its 24 hours already: its id.
    Waiting(String),
    /// No key has this id, or it is revoked already.
    Unknown(String),
    /// The key is registered already: its id.
    Known(String),
    /// Keys of this use are kept in key files.
    NotInAModule(Use),
    /// Not a label that can be part of addresses and commands.
    Label,
}

impl From<KeystoreError> for CeremonyError {
    fn from(error: KeystoreError) -> Self {
        Self::Keystore(error)
    }
}

impl From<ModuleError> for CeremonyError {
    fn from(error: ModuleError) -> Self {
        Self::Module(error)
    }
}

impl From<StoreError> for CeremonyError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for CeremonyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keystore(error) => error.fmt(f),
            Self::Module(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Waiting(kid) => {
                write!(f, "key {kid} waits to be used already; to use it at once, say why with --use-now")
            }
            Self::Unknown(kid) => write!(f, "there is no key {kid}, or it is revoked already"),
            Self::Known(kid) => write!(f, "key {kid} is registered already"),
            Self::NotInAModule(key_use) => write!(
                f,
                "{key_use} keys are kept in key files here; to keep them in a module, set `signer_{key_use}` first"
            ),
            Self::Label => f.write_str("a label is 1 to 64 letters, digits, -, _ and . of ASCII"),
        }
    }
}

impl std::error::Error for CeremonyError {}
