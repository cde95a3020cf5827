//! The vault: personal data encrypted at rest, and found again without being readable.
//!
//! - `vault/cell.rs`: the columns that hold ciphertexts; a ciphertext opens in its own cell only
//! - `vault/ciphertext.rs`: the bytes of one
//! - `vault/data_keys.rs`: the keys that encrypt (SM4-GCM), kept in the database, wrapped
//! - `vault/master.rs`: the keys that wrap them, kept in the keystore or a module
//! - `vault/rotation.rs`: new data keys and master keys
//! - `vault/reencryption.rs`: what is under an older data key, encrypted again
//! - `vault/index.rs`: blind indices and MACs (HMAC-SM3)
//!
//! What is not here: who may see what, which is asked where it is shown (`certificates`), and the queries (`store`).
//! `docs/personal-data.md` is the description for operators and assessors.

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::config::Secret;
use crate::keys::{Keystore, KeystoreError, cipher};
use crate::store::{Conn, Db, data_keys as rows, transaction};

mod cell;
mod ciphertext;
mod data_keys;
mod error;
mod index;
mod master;
mod reencryption;
mod rotation;

pub use cell::{Cell, Column};
pub use error::VaultError;
pub use index::{Field, FieldMac};
pub use master::{KeystoreMaster, Wrap};
pub use reencryption::{Census, LEARN_EVERY, TAKEN_UP_WITHIN, Walk, retire_older, until_taken_up};
pub use rotation::Rewrapped;

use ciphertext::Ciphertext;
use data_keys::DataKeys;
use index::Indices;

/// The name of the file of the key for indices in the keystore, and its use.
const INDEX_KEY: &str = "blind-index";

/// Encrypts and decrypts personal data, and makes the indices it is found by.
pub struct Vault {
    master: Box<dyn Wrap>,
    indices: Indices,
    keys: RwLock<DataKeys>,
    db: Db,
}

impl Vault {
    /// The vault of this database, with the keys in this keystore. At the first start they are made. Blocks.
    ///
    /// # Errors
    /// When the keystore or the database cannot, or they do not belong together.
    pub fn open(keystore: &Arc<Keystore>, db: Db, now: Timestamp, id: Uuid) -> Result<Self, VaultError> {
        let master: Box<dyn Wrap> = Box::new(KeystoreMaster(Arc::clone(keystore)));
        let mut conn = db.connect()?;
        let first = |conn: &mut Conn| match rows::list(conn)?.is_empty() {
            true => begin(conn, keystore, master.as_ref(), now, id),
            false => Ok(()),
        };
        transaction(&mut conn, first)?;
        drop(conn);
        let secret = keystore.find(INDEX_KEY, INDEX_KEY)?.ok_or(VaultError::NoIndexKey)?;
        let indices = Indices::under(&secret).ok_or(VaultError::NoIndexKey)?;
        let vault = Self { master, indices, keys: RwLock::default(), db };
        vault.learn()?;
        Ok(vault)
    }

    /// Encrypts `plain` for this cell.
    ///
    /// # Errors
    /// When this server has no data key, or the machine no randomness.
    pub fn seal(&self, cell: &Cell, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (id, key) =
            self.known(DataKeys::current).ok_or_else(|| VaultError::UnknownKey("any".to_owned()))?;
        let head = ciphertext::head(id);
        let nonce = cipher::random().ok_or(KeystoreError::NoRandomness)?;
        let text = cipher::seal(&key, &nonce, &cell.context(&head), plain);
        let text = text.ok_or(VaultError::Unreadable(cell.column().name()))?;
        Ok(Ciphertext { head, nonce: *nonce, text: &text }.bytes())
    }

    /// Decrypts what [`Self::seal`] made for this cell. Blocks when the data key is new to this server.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] when the ciphertext was changed or belongs elsewhere; when its key cannot be had.
    pub fn open_bytes(&self, cell: &Cell, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let unreadable = || VaultError::Unreadable(cell.column().name());
        let parsed = Ciphertext::parse(bytes).ok_or_else(unreadable)?;
        let key = match self.known(|keys| keys.find(parsed.key())) {
            Some(key) => key,
            None => {
                self.learn()?;
                let key = self.known(|keys| keys.find(parsed.key()));
                key.ok_or_else(|| VaultError::UnknownKey(parsed.key().to_string()))?
            }
        };
        cipher::open(&key, &parsed.nonce, &cell.context(&parsed.head), parsed.text).ok_or_else(unreadable)
    }

    /// As [`Self::open_bytes`], for text.
    ///
    /// # Errors
    /// As there.
    pub fn open_text(&self, cell: &Cell, bytes: &[u8]) -> Result<Secret, VaultError> {
        let plain = self.open_bytes(cell, bytes)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Unreadable(cell.column().name()))?;
        Ok(Secret::from(text.to_owned()))
    }

    /// What a value of this field is found by.
    #[must_use]
    pub fn index(&self, field: Field, value: &str) -> String {
        self.indices.of(field, value)
    }

    /// A MAC of this field, to be fed and compared.
    #[must_use]
    pub fn mac(&self, field: Field) -> FieldMac {
        self.indices.mac(field)
    }

    /// Learns the data keys as they are in the database now, which may have others since `yzt data-keys`. Blocks.
    ///
    /// # Errors
    /// When the database cannot, or a key does not unwrap; those known then stay in use.
    pub fn learn(&self) -> Result<(), VaultError> {
        let listed = rows::list(&mut self.db.connect()?)?;
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *known = DataKeys::unwrapped(&listed, &known, self.master.as_ref())?;
        Ok(())
    }

    fn known<T>(&self, ask: impl FnOnce(&DataKeys) -> T) -> T {
        ask(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first start of all: a master key, a key for indices and a data key.
fn begin(
    conn: &mut Conn,
    keystore: &Keystore,
    master: &dyn Wrap,
    now: Timestamp,
    id: Uuid,
) -> Result<(), VaultError> {
    let name = match master.newest()? {
        Some(name) => name,
        None => master.make_next()?,
    };
    keystore.shared_secret(INDEX_KEY)?;
    Ok(rows::insert(conn, &data_keys::make(id, now.millis(), master, &name)?)?)
}

#[cfg(test)]
mod tests;
