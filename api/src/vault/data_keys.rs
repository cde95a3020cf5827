//! The data keys this server knows, unwrapped, and which of them encrypts.

use std::collections::HashMap;

use uuid::Uuid;

use super::VaultError;
use super::master::Wrap;
use super::rotation::newest;
use crate::keys::KeystoreError;
use crate::keys::cipher::{self, SecretKey};
use crate::store::data_keys::DataKeyRow;

/// Data keys, unwrapped. They are cleared from memory with this.
#[derive(Default)]
pub(super) struct DataKeys {
    keys: HashMap<Uuid, SecretKey>,
    current: Option<Uuid>,
}

impl DataKeys {
    /// The keys of these rows. Those that `known` has need not be unwrapped again.
    pub(super) fn unwrapped(
        rows: &[DataKeyRow],
        known: &Self,
        master: &dyn Wrap,
    ) -> Result<Self, VaultError> {
        let mut keys = HashMap::with_capacity(rows.len());
        for row in rows {
            let id = id(row)?;
            let key = match known.keys.get(&id) {
                Some(key) => key.clone(),
                None => master.unwrap(&row.master_key, &context(&row.id), &row.wrapped)?,
            };
            keys.insert(id, key);
        }
        Ok(Self { keys, current: newest(rows).map(id).transpose()? })
    }

    /// The key with this id.
    pub(super) fn find(&self, id: Uuid) -> Option<SecretKey> {
        self.keys.get(&id).cloned()
    }

    /// The key that encrypts, with its id.
    pub(super) fn current(&self) -> Option<(Uuid, SecretKey)> {
        self.current.and_then(|id| Some((id, self.find(id)?)))
    }
}

/// A new data key, wrapped by this master key.
pub(super) fn make(id: Uuid, now: i64, master: &dyn Wrap, name: &str) -> Result<DataKeyRow, VaultError> {
    let key = cipher::random().ok_or(KeystoreError::NoRandomness)?;
    let id = id.to_string();
    let wrapped = master.wrap(name, &context(&id), &key)?;
    Ok(DataKeyRow { id, wrapped, master_key: name.to_owned(), created_at: now, retired_at: None })
}

/// What a wrapped key is bound to: another row's does not unwrap.
pub(super) fn context(id: &str) -> Vec<u8> {
    [b"data_keys.wrapped\0", id.as_bytes()].concat()
}

fn id(row: &DataKeyRow) -> Result<Uuid, VaultError> {
    row.id.parse().map_err(|_| VaultError::UnknownKey(row.id.clone()))
}
