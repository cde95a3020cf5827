//! Master keys: they wrap data keys and do nothing else, so that they may stay in a module that never gives them out.
//!
//! [`Wrap`] is what such a module (PKCS#11, a key management service) has to offer. [`KeystoreMaster`] offers it with
//! keys from the keystore: `master` is the first, `master-2` the next one.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::VaultError;
use crate::keys::cipher::{self, KEY_LENGTH, NONCE_LENGTH, SecretKey};
use crate::keys::{Keystore, KeystoreError};

/// The use of a master key's file in the keystore, and the name of the first.
const MASTER: &str = "master";

/// What keeps master keys.
pub trait Wrap: Send + Sync {
    /// The names of all master keys, oldest first.
    ///
    /// # Errors
    /// When their keeper cannot say.
    fn names(&self) -> Result<Vec<String>, VaultError>;

    /// The name of the master key that wraps now; `None` when there is none yet.
    ///
    /// # Errors
    /// When its keeper cannot say.
    fn newest(&self) -> Result<Option<String>, VaultError>;

    /// Makes the master key that wraps from now on.
    ///
    /// # Errors
    /// When its keeper cannot.
    fn make_next(&self) -> Result<String, VaultError>;

    /// Encrypts a data key under the master key of this name, bound to `context`.
    ///
    /// # Errors
    /// When there is no such master key, or its keeper cannot.
    fn wrap(&self, name: &str, context: &[u8], key: &SecretKey) -> Result<Vec<u8>, VaultError>;

    /// Decrypts what [`Self::wrap`] made.
    ///
    /// # Errors
    /// When there is no such master key, or it is not what wrapped these bytes.
    fn unwrap(&self, name: &str, context: &[u8], wrapped: &[u8]) -> Result<SecretKey, VaultError>;
}

/// Master keys in the keystore.
pub struct KeystoreMaster(pub Arc<Keystore>);

impl KeystoreMaster {
    /// Old ones may have been taken away, so that it is the highest number that counts.
    fn newest_number(&self) -> Result<Option<u32>, VaultError> {
        Ok(self.numbers()?.into_iter().max())
    }

    fn numbers(&self) -> Result<Vec<u32>, VaultError> {
        Ok(self.0.names()?.iter().filter_map(|name| number(name)).collect())
    }

    fn key(&self, name: &str) -> Result<SecretKey, VaultError> {
        let secret = self.0.find(name, MASTER)?;
        let secret = secret.ok_or_else(|| VaultError::NoMasterKey(name.to_owned()))?;
        let key = <[u8; KEY_LENGTH]>::try_from(secret.as_slice());
        Ok(Zeroizing::new(key.map_err(|_| KeystoreError::Unusable(name.to_owned()))?))
    }
}

impl Wrap for KeystoreMaster {
    fn names(&self) -> Result<Vec<String>, VaultError> {
        let mut numbers = self.numbers()?;
        numbers.sort_unstable();
        Ok(numbers.into_iter().map(name).collect())
    }

    fn newest(&self) -> Result<Option<String>, VaultError> {
        Ok(self.newest_number()?.map(name))
    }

    fn make_next(&self) -> Result<String, VaultError> {
        let name = name(self.newest_number()?.map_or(1, |newest| newest.saturating_add(1)));
        let key = cipher::random::<KEY_LENGTH>().ok_or(KeystoreError::NoRandomness)?;
        match self.0.put(&name, MASTER, false, key.as_slice()) {
            // One a neighbour made in the same moment does as well.
            Ok(()) | Err(KeystoreError::Taken(_)) => Ok(name),
            Err(error) => Err(error.into()),
        }
    }

    fn wrap(&self, name: &str, context: &[u8], key: &SecretKey) -> Result<Vec<u8>, VaultError> {
        let nonce = cipher::random::<NONCE_LENGTH>().ok_or(KeystoreError::NoRandomness)?;
        let text = cipher::seal(&self.key(name)?, &nonce, context, key.as_slice());
        let text = text.ok_or_else(|| KeystoreError::Unusable(name.to_owned()))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    fn unwrap(&self, name: &str, context: &[u8], wrapped: &[u8]) -> Result<SecretKey, VaultError> {
        let master = self.key(name)?;
        let open = || {
            let (nonce, text) = wrapped.split_first_chunk()?;
            let key = cipher::open(&master, nonce, context, text)?;
            Some(Zeroizing::new(<[u8; KEY_LENGTH]>::try_from(key.as_slice()).ok()?))
        };
        open().ok_or_else(|| VaultError::WrongMasterKey(name.to_owned()))
    }
}

/// `master`, `master-2`, `master-3`, …
fn name(number: u32) -> String {
    if number == 1 { MASTER.to_owned() } else { format!("{MASTER}-{number}") }
}

/// The number in the name of a master key; `None` when it is the name of something else.
fn number(of: &str) -> Option<u32> {
    let number = match of.strip_prefix(MASTER)? {
        "" => 1,
        rest => rest.strip_prefix('-')?.parse().ok()?,
    };
    (name(number) == of).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_others_are_none_of_them() {
        assert_eq!([1, 2, 10].map(name), ["master", "master-2", "master-10"]);
        for of in ["master", "master-2", "master-10"] {
            assert_eq!(number(of).map(name).as_deref(), Some(of));
        }
        for of in ["master-1", "master-02", "master-", "masters", "blind-index", "master-x"] {
            assert_eq!(number(of), None, "{of}");
        }
    }
}
