//! Cryptographic modules: what keeps private keys outside this process and signs with them.
//!
//! - `keys/pkcs11.rs`: a module reached by PKCS#11
//! - `keys/service.rs`: a signing service reached by HTTP
//! - `keys/signature.rs`: the forms they take a message in and give a signature in
//!
//! Whatever a module answers is verified with the public key before it is used: a wrong key or a faulty module
//! would otherwise seal certificates that nobody can verify. It costs less than the way to the module.

use std::fmt;
use std::sync::Arc;

use verifier_core::sm2::{KeyId, PublicKey, Signature};

use super::pkcs11::Pkcs11;
use super::service::Service;
use super::{Custody, signature};
use crate::config::Config;

/// What is signed to see whether a module can: no message of the protocol.
const TRIAL: &[u8] = b"yzt: a trial signature";

/// A key whose private half is in a module.
pub(super) struct ModuleKey {
    pub(super) id: KeyId,
    /// What the module calls it.
    pub(super) label: String,
    pub(super) public: PublicKey,
}

impl ModuleKey {
    pub(super) fn new(label: String, public: PublicKey) -> Self {
        Self { id: public.id(), label, public }
    }
}

/// What keeps private keys and signs with them. Every call blocks, for no longer than its settings allow.
pub(super) enum Module {
    Pkcs11(Pkcs11),
    Service(Service),
}

impl Module {
    /// The public half of the key the module calls `label`.
    pub(super) fn public_key(&self, label: &str) -> Result<PublicKey, ModuleError> {
        match self {
            Self::Pkcs11(module) => module.public_key(label),
            Self::Service(service) => service.public_key(label),
        }
    }

    /// Makes a key pair in the module; the private half never leaves it.
    pub(super) fn generate(&self, label: &str) -> Result<PublicKey, ModuleError> {
        match self {
            Self::Pkcs11(module) => module.generate(label),
            Self::Service(service) => service.generate(label),
        }
    }

    /// Signs, and verifies what it signed.
    pub(super) fn sign(&self, key: &ModuleKey, message: &[u8]) -> Result<Signature, ModuleError> {
        let bytes = match self {
            Self::Pkcs11(module) => module.sign(key, message),
            Self::Service(service) => service.sign(key, message),
        }?;
        let signature = signature::read(&bytes).ok_or(ModuleError::NoSignature)?;
        if key.public.verifies(message, &signature) {
            Ok(signature)
        } else {
            Err(ModuleError::WrongSignature)
        }
    }

    /// Signs something that is no message of the protocol, to see whether it can.
    pub(super) fn try_out(&self, key: &ModuleKey) -> Result<(), ModuleError> {
        self.sign(key, TRIAL).map(|_| ())
    }
}

/// The modules of a server.
pub(super) struct Modules(Vec<(Custody, Arc<Module>)>);

impl Modules {
    /// Those the settings name. Nothing is asked of them yet.
    pub(super) fn open(config: &Config) -> Result<Self, ModuleError> {
        let mut modules = Vec::new();
        if let Some(module) = Pkcs11::open(config)? {
            modules.push((Custody::Pkcs11, Arc::new(Module::Pkcs11(module))));
        }
        if let Some(service) = Service::open(config)? {
            modules.push((Custody::Service, Arc::new(Module::Service(service))));
        }
        Ok(Self(modules))
    }

    pub(super) fn find(&self, custody: Custody) -> Option<&Arc<Module>> {
        self.0.iter().find(|(is, _)| *is == custody).map(|(_, module)| module)
    }
}

/// Why a module did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModuleError {
    /// Its settings do not do; which, and what it takes.
    Settings(String),
    /// The settings name no module of this kind.
    None(Custody),
    /// It cannot be loaded or reached, or answered that it cannot.
    Failed(String),
    /// No token of this label is in it.
    NoToken(String),
    /// It refused the PIN. The same PIN is not tried again: a module locks itself after a few.
    PinRefused,
    /// All sessions are at work.
    Busy,
    /// It did not answer in time.
    TimedOut,
    /// It has no key of this name, or more than one.
    NoKey(String),
    /// The key of this name is no SM2 key.
    NotSm2(String),
    /// It makes no keys this way.
    MakesNoKeys(Custody),
    /// What it answered is no signature.
    NoSignature,
    /// What it answered is a signature of something else, or of another key.
    WrongSignature,
}

impl fmt::Display for ModuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(which) => write!(f, "setting {which}"),
            Self::None(Custody::Pkcs11) => {
                f.write_str("no PKCS#11 module is set; see the setting `pkcs11_module`")
            }
            Self::None(_) => f.write_str("no signing service is set; see the setting `signing_service_url`"),
            Self::Failed(cause) => write!(f, "the module failed: {cause}"),
            Self::NoToken(label) => write!(f, "no token {label:?} is in the module; see `pkcs11_token`"),
            Self::PinRefused => f.write_str(
                "the module refused the PIN, which is not tried again; correct the file of `pkcs11_pin_file`",
            ),
            Self::Busy => f.write_str("all sessions with the module are at work"),
            Self::TimedOut => f.write_str("the module did not answer in time"),
            Self::NoKey(label) => write!(f, "the module has no key {label:?}, or more than one"),
            Self::NotSm2(label) => write!(f, "the key {label:?} of the module is no SM2 key"),
            Self::MakesNoKeys(custody) => write!(
                f,
                "this {custody} makes no keys for others; make an SM2 key pair with its own tool, then register it: \
                 yzt keys adopt --use USE --label LABEL"
            ),
            Self::NoSignature => f.write_str("the module answered something that is no signature"),
            Self::WrongSignature => {
                f.write_str("the module's signature does not verify; is it the right key and mechanism?")
            }
        }
    }
}

impl std::error::Error for ModuleError {}
