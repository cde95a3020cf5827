//! What a site says about its module.

use std::path::PathBuf;
use std::time::Duration;

use super::pool::Patience;
use crate::config::{Config, Constant};
use crate::keys::module::ModuleError;
use crate::keys::signature::Input;

/// What a site says about its module.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) module: PathBuf,
    pub(super) token: String,
    pub(super) pin_file: PathBuf,
    pub(super) sessions: usize,
    pub(super) patience: Patience,
    /// CKM number of signing.
    pub(super) mechanism: u64,
    pub(super) input: Input,
    /// How keys are made, where they can be.
    pub(super) making: Option<Making>,
}

/// The numbers a key pair is made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Making {
    /// CKM number.
    pub(super) mechanism: u64,
    /// CKK number; `None`: the mechanism says it.
    pub(super) key_type: Option<u64>,
}

impl Settings {
    /// `None`: no module is named.
    pub(super) fn of(config: &Config) -> Result<Option<Self>, ModuleError> {
        if config.pkcs11_module.is_empty() {
            return Ok(None);
        }
        if config.pkcs11_token.is_empty() {
            return Err(ModuleError::Settings("pkcs11_token: the label of the token".to_owned()));
        }
        let Constant(Some(mechanism)) = config.pkcs11_mechanism else {
            let missing = "pkcs11_mechanism: the number of SM2 signing, see the module's manual";
            return Err(ModuleError::Settings(missing.to_owned()));
        };
        let Constant(key_type) = config.pkcs11_key_type;
        let Constant(making) = config.pkcs11_generate_mechanism;
        Ok(Some(Self {
            module: PathBuf::from(&config.pkcs11_module),
            token: config.pkcs11_token.clone(),
            pin_file: PathBuf::from(&config.pkcs11_pin_file),
            sessions: config.pkcs11_sessions,
            patience: Patience {
                session: Duration::from_millis(config.pkcs11_session_timeout),
                answer: Duration::from_millis(config.pkcs11_signature_timeout),
            },
            mechanism,
            input: config.pkcs11_input,
            making: making.map(|mechanism| Making { mechanism, key_type }),
        }))
    }
}
