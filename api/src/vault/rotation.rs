//! New keys: a data key for what is encrypted from now on, and a master key that wraps all data keys.
//!
//! No key is ever deleted here. What was encrypted under an older data key is the subject of `vault/reencryption.rs`.

use uuid::Uuid;

use super::{Vault, VaultError, data_keys};
use crate::clock::Timestamp;
use crate::keys::KeystoreError;
use crate::store::data_keys::{self as rows, DataKeyRow};
use crate::store::{Conn, StoreError};

/// What wrapping all data keys again came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The master key that wraps all of them now.
    pub master: String,
    /// How many data keys another one had wrapped.
    pub data_keys: usize,
    /// The master keys that wrap nothing any more.
    pub unneeded: Vec<String>,
}

impl Vault {
    /// Adds a data key, which encrypts from now on: here at once, on other servers as soon as they
    /// [learn](Self::learn) of it. It is wrapped by the master key that wraps the one before, which every server has.
    ///
    /// # Errors
    /// When the database or the keeper of master keys cannot.
    pub fn rotate(&self, conn: &mut Conn, now: Timestamp, id: Uuid) -> Result<DataKeyRow, VaultError> {
        let there = rows::list(conn)?;
        let before = newest(&there).ok_or(VaultError::UnknownKey("any".to_owned()))?;
        // The newest is the one that encrypts, whatever a clock says that was set back.
        let made_at = now.millis().max(before.created_at.saturating_add(1));
        let made = data_keys::make(id, made_at, self.master.as_ref(), &before.master_key)?;
        rows::insert(conn, &made)?;
        Ok(made)
    }

    /// Makes the next master key. It wraps nothing yet, so that it can be given to all servers first.
    ///
    /// # Errors
    /// When its keeper cannot.
    pub fn make_master(&self) -> Result<String, VaultError> {
        self.master.make_next()
    }

    /// The names of all master keys, oldest first.
    ///
    /// # Errors
    /// When their keeper cannot say.
    pub fn masters(&self) -> Result<Vec<String>, VaultError> {
        self.master.names()
    }

    /// Wraps every data key by the newest master key. Done again, it finds nothing to do.
    ///
    /// # Errors
    /// When the database or the keeper of master keys cannot; the caller's transaction must then fail.
    pub fn rewrap(&self, conn: &mut Conn) -> Result<Rewrapped, VaultError> {
        let master = self.master.newest()?.ok_or(VaultError::NoMasterKey("any".to_owned()))?;
        let mut rewrapped = 0;
        for row in rows::list(conn)?.iter().filter(|row| row.master_key != master) {
            let wrapped = self.wrapped_by(&master, row)?;
            if !rows::rewrap(conn, row, &wrapped, &master)? {
                return Err(StoreError::Busy.into());
            }
            rewrapped += 1;
        }
        let unneeded = self.masters()?.into_iter().filter(|name| *name != master).collect();
        Ok(Rewrapped { master, data_keys: rewrapped, unneeded })
    }

    /// The key of this row under another master key, from which it was unwrapped again before it is relied on.
    fn wrapped_by(&self, master: &str, row: &DataKeyRow) -> Result<Vec<u8>, VaultError> {
        let context = data_keys::context(&row.id);
        let key = self.master.unwrap(&row.master_key, &context, &row.wrapped)?;
        let wrapped = self.master.wrap(master, &context, &key)?;
        match *self.master.unwrap(master, &context, &wrapped)? == *key {
            true => Ok(wrapped),
            false => Err(KeystoreError::Unusable(master.to_owned()).into()),
        }
    }
}

/// The data key that encrypts.
pub(super) fn newest(rows: &[DataKeyRow]) -> Option<&DataKeyRow> {
    rows.iter().rev().find(|row| row.retired_at.is_none())
}
