//! Keys in a cryptographic module that is reached by PKCS#11 (密码机, 密码卡, 智能密码钥匙).
//!
//! - `pkcs11/settings.rs`: what a site says about its module
//! - `pkcs11/pool.rs`: threads with one session each, and how long anyone waits for them
//! - `pkcs11/library.rs`: the module itself: loading it, finding the token, signing in to it
//! - `pkcs11/session.rs`: one session, opened again when it was lost
//! - `pkcs11/objects.rs`: keys found and made
//!
//! PKCS#11 knows no SM2: the numbers of the mechanisms are each maker's own, and so are settings. What is not here:
//! reading and verifying the signature (`keys/module.rs`).

use verifier_core::sm2::PublicKey;

use super::Custody;
use super::module::{ModuleError, ModuleKey};
use crate::config::Config;

mod library;
mod objects;
mod pool;
mod session;
mod settings;
#[cfg(test)]
mod tests;

use library::Library;
use pool::Pool;
use session::Connection;
use settings::Settings;

/// A module reached by PKCS#11.
pub(super) struct Pkcs11 {
    settings: Settings,
    pool: Pool<Connection>,
}

impl Pkcs11 {
    /// The module the settings name, loaded; `None` when they name none. Sessions are opened when they are needed.
    pub(super) fn open(config: &Config) -> Result<Option<Self>, ModuleError> {
        Settings::of(config)?.map(Self::load).transpose()
    }

    fn load(settings: Settings) -> Result<Self, ModuleError> {
        let library = Library::load(&settings)?;
        let sessions = settings.sessions;
        let pool = Pool::start(sessions, settings.patience, || Connection::over(library.clone()))?;
        Ok(Self { settings, pool })
    }

    /// The public half of the key with this label.
    pub(super) fn public_key(&self, label: &str) -> Result<PublicKey, ModuleError> {
        let label = label.to_owned();
        self.pool.run(move |connection| {
            let point = connection.with(|open| objects::public_point(&open.session, &label))?;
            let bytes = point.ok_or_else(|| ModuleError::NoKey(label.clone()))?;
            objects::read_point(&bytes).ok_or(ModuleError::NotSm2(label))
        })?
    }

    /// Makes a key pair on the token.
    pub(super) fn generate(&self, label: &str) -> Result<PublicKey, ModuleError> {
        let making = self.settings.making.ok_or(ModuleError::MakesNoKeys(Custody::Pkcs11))?;
        let label = label.to_owned();
        self.pool.run(move |connection| {
            let bytes = connection.with(|open| objects::make(&open.session, making, &label))?;
            objects::read_point(&bytes).ok_or(ModuleError::NotSm2(label))
        })?
    }

    /// What the token answers when it is told to sign.
    pub(super) fn sign(&self, key: &ModuleKey, message: &[u8]) -> Result<Vec<u8>, ModuleError> {
        let (id, label) = (key.id, key.label.clone());
        let (mechanism, data) = (self.settings.mechanism, self.settings.input.of(&key.public, message));
        self.pool.run(move |connection| {
            let signed = connection.with(|open| {
                let Some(handle) = open.private_key(id, &label)? else {
                    return Ok(None);
                };
                let mechanism = objects::mechanism(mechanism)?;
                open.session.sign(&mechanism, handle, &data).map(Some)
            })?;
            signed.ok_or(ModuleError::NoKey(label))
        })?
    }
}
