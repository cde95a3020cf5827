//! The signer: hands out the key that signs for a use at a time, wherever its private half is.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus::{HistogramVec, IntCounterVec};
use verifier_core::sm2::{KeyId, PublicKey, Sign, Signature, SigningKey};

use super::custody::Custodies;
use super::module::{Module, ModuleError, ModuleKey, Modules};
use super::{Custody, Keystore, KeystoreError, Use, rules};
use crate::clock::Timestamp;
use crate::config::{Config, Environment};
use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::store::keys::KeyRow;

/// What knows the keys and signs with them.
pub struct Signer {
    keystore: Arc<Keystore>,
    modules: Modules,
    custodies: Custodies,
    production: bool,
    known: RwLock<Arc<Known>>,
    counts: Counts,
}

#[derive(Default)]
struct Known {
    rows: Vec<KeyRow>,
    private: Vec<(KeyId, Arc<Private>)>,
}

/// A private half: at hand, or in a module.
enum Private {
    /// In this process, from an encrypted file: for development and small sites.
    Keystore(SigningKey),
    /// In a module, which alone can use it.
    Module(Arc<Module>, ModuleKey),
}

/// The key that signs for a use. Taken anew for every piece of work, so that a rotation takes effect.
///
/// Signing may block for as long as the settings let a module take: it has no place on an async thread.
#[derive(Clone)]
pub struct ActiveKey {
    key_use: Use,
    id: KeyId,
    private: Arc<Private>,
    counts: Counts,
}

#[derive(Clone)]
struct Counts {
    signatures: IntCounterVec,
    seconds: HistogramVec,
}

impl Signer {
    /// The signer of the settings, which knows no keys before [`Self::learn`]. Blocks.
    ///
    /// # Errors
    /// When a module the settings name cannot be loaded.
    pub fn open(config: &Config, keystore: Arc<Keystore>, metrics: &Metrics) -> Result<Self, ModuleError> {
        Ok(Self {
            keystore,
            modules: Modules::open(config)?,
            custodies: Custodies::of(config),
            production: config.environment == Environment::Production,
            known: RwLock::default(),
            counts: Counts {
                signatures: metrics.signatures.clone(),
                seconds: metrics.signature_seconds.clone(),
            },
        })
    }

    /// Learns which keys there are, in place of what it knew. Private halves it does not have are left out: a
    /// root key may be kept elsewhere. Blocks.
    ///
    /// # Errors
    /// When a key file does not open, or is a development key in production; what was known then stays.
    pub fn learn(&self, rows: Vec<KeyRow>) -> Result<(), KeystoreError> {
        let mut private = Vec::new();
        for row in rows.iter().filter(|row| row.revoked_at.is_none()) {
            if let Some(half) = self.private_half(row)? {
                private.push((half.id(), Arc::new(half)));
            }
        }
        let known = Arc::new(Known { rows, private });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// The key that signs for this use at `now`.
    ///
    /// # Errors
    /// When no key may sign, or its private half is not here.
    pub fn active(&self, key_use: Use, now: Timestamp) -> Result<ActiveKey, SignerError> {
        let known = self.known();
        let row = rules::active(&known.rows, key_use, now).ok_or(SignerError::NoKey(key_use))?;
        let held = known.private.iter().find(|(id, _)| id.to_string() == row.kid);
        let (id, private) = held.ok_or(SignerError::KeptElsewhere(key_use))?;
        Ok(ActiveKey { key_use, id: *id, private: Arc::clone(private), counts: self.counts.clone() })
    }

    /// When the key that signs for this use at `now` ends, unix milliseconds; `None` when none may sign.
    #[must_use]
    pub fn active_until(&self, key_use: Use, now: Timestamp) -> Option<i64> {
        rules::active(&self.known().rows, key_use, now).map(|row| row.not_after)
    }

    /// Every key there is, oldest first, for what is published.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyRow> {
        self.known().rows.clone()
    }

    /// Whether the modules answer that hold the keys which sign at `now`. Blocks.
    #[must_use]
    pub fn answers(&self, uses: &[Use], now: Timestamp) -> bool {
        let in_module = |key: &ActiveKey| matches!(&*key.private, Private::Module(..));
        let mut keys = uses.iter().filter_map(|key_use| self.active(*key_use, now).ok()).filter(in_module);
        keys.all(|key| key.try_out().is_ok())
    }

    /// The keystore beneath.
    #[must_use]
    pub fn keystore(&self) -> &Arc<Keystore> {
        &self.keystore
    }

    /// Where new keys of this use are made.
    pub(super) fn custody(&self, key_use: Use) -> Custody {
        self.custodies.for_use(key_use)
    }

    /// The module that new keys of this use are made in.
    pub(super) fn module(&self, key_use: Use) -> Result<&Arc<Module>, ModuleError> {
        let custody = self.custody(key_use);
        self.modules.find(custody).ok_or(ModuleError::None(custody))
    }

    fn private_half(&self, row: &KeyRow) -> Result<Option<Private>, KeystoreError> {
        let unusable = || KeystoreError::Unusable(row.kid.clone());
        let custody = row.custody.parse().map_err(|()| unusable())?;
        if custody == Custody::Keystore {
            return self.file(row);
        }
        if row.development && self.production {
            return Err(KeystoreError::DevelopmentKey(row.kid.clone()));
        }
        let public = PublicKey::from_compressed(&row.public_key).map_err(|_| unusable())?;
        let key = ModuleKey::new(row.label.clone(), public);
        if key.id.to_string() != row.kid {
            return Err(unusable());
        }
        Ok(self.modules.find(custody).map(|module| Private::Module(Arc::clone(module), key)))
    }

    fn file(&self, row: &KeyRow) -> Result<Option<Private>, KeystoreError> {
        let Some(secret) = self.keystore.find(&row.kid, &row.key_use)? else {
            return Ok(None);
        };
        let unusable = || KeystoreError::Unusable(row.kid.clone());
        let secret = <&[u8; 32]>::try_from(secret.as_slice()).map_err(|_| unusable())?;
        let key = SigningKey::from_bytes(secret).map_err(|_| unusable())?;
        if key.public_key().id().to_string() != row.kid {
            return Err(unusable());
        }
        Ok(Some(Private::Keystore(key)))
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Private {
    fn id(&self) -> KeyId {
        match self {
            Self::Keystore(key) => key.public_key().id(),
            Self::Module(_, key) => key.id,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, ModuleError> {
        match self {
            Self::Keystore(key) => Ok(key.sign(message)),
            Self::Module(module, key) => module.sign(key, message),
        }
    }
}

impl ActiveKey {
    fn try_out(&self) -> Result<(), SignerError> {
        match &*self.private {
            Private::Keystore(_) => Ok(()),
            Private::Module(module, key) => self.counted(|| module.try_out(key)),
        }
    }

    fn counted<T>(&self, sign: impl FnOnce() -> Result<T, ModuleError>) -> Result<T, SignerError> {
        let key_use = self.key_use;
        let timer = self.counts.seconds.with_label_values(&[key_use.word()]).start_timer();
        let signed = sign();
        timer.observe_duration();
        let outcome = if signed.is_ok() { "ok" } else { "failed" };
        self.counts.signatures.with_label_values(&[key_use.word(), outcome]).inc();
        signed.map_err(|error| {
            tracing::error!(kid = %self.id, %key_use, %error, "a signature failed");
            SignerError::Failed(key_use, error)
        })
    }
}

impl Sign for ActiveKey {
    type Error = SignerError;

    fn key_id(&self) -> KeyId {
        self.id
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        self.counted(|| self.private.sign(message))
    }
}

/// Runs `work`, which signs, on a thread that may block.
///
/// # Errors
/// What `work` answers, or that the server is stopping.
pub async fn aside<T, F>(work: F) -> Result<T, SignerError>
where
    F: FnOnce() -> Result<T, SignerError> + Send + 'static,
    T: Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(SignerError::Stopped))
}

/// Why nothing could be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerError {
    /// No key of this use may sign now: none made, none published for 24 hours, or all revoked or ended.
    NoKey(Use),
    /// The key that signs now has its private half elsewhere.
    KeptElsewhere(Use),
    /// The module that holds the key could not.
    Failed(Use, ModuleError),
    /// The server is stopping.
    Stopped,
}

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey(key_use) => write!(f, "no {key_use} key may sign now; see `yzt keys list`"),
            Self::KeptElsewhere(key_use) => {
                write!(f, "the private half of the {key_use} key is not in this server's keystore or modules")
            }
            Self::Failed(key_use, error) => write!(f, "the {key_use} key did not sign: {error}"),
            Self::Stopped => f.write_str("the server is stopping"),
        }
    }
}

impl std::error::Error for SignerError {}

impl From<SignerError> for Problem {
    fn from(error: SignerError) -> Self {
        let code = match error {
            SignerError::NoKey(_) | SignerError::KeptElsewhere(_) => Code::NoSigningKey,
            SignerError::Failed(..) | SignerError::Stopped => Code::SigningFailed,
        };
        Self::new(code).because(error)
    }
}
