//! Signing keys: what each is for, where its private half is kept, when it may sign.
//!
//! - `keys/cipher.rs`: SM4-GCM and the way from a passphrase to a key
//! - `keys/keystore.rs`: encrypted files, one for each key
//! - `keys/custody.rs`: where private halves are kept: key files, a module, a signing service
//! - `keys/module.rs`: what keeps private keys outside this process, `keys/pkcs11.rs` and `keys/service.rs`
//! - `keys/rules.rs`: which key of several signs now; the 24 hours between publication and use
//! - `keys/signer.rs`: hands out the key that signs, wherever it is
//! - `keys/ceremony.rs`: making, rotating and revoking keys
//!
//! What is not here: signatures (verifier-core) and what is published (the trust list).

use std::fmt;
use std::str::FromStr;

mod ceremony;
pub mod cipher;
mod custody;
mod keystore;
mod module;
mod pkcs11;
mod rules;
mod service;
mod signature;
mod signer;

pub use ceremony::{Ceremony, CeremonyError, Revocation, pinned_roots, revoke};
pub use custody::Custody;
pub use keystore::{Keystore, KeystoreError};
pub use module::ModuleError;
pub use rules::{KeyState, PUBLICATION_SECONDS};
pub use signature::Input;
pub use signer::{ActiveKey, Signer, SignerError, aside};

/// What a key is for. A key has one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// Signs trust lists.
    Root,
    /// Seals certificates.
    Seal,
    /// Signs presentations.
    Presentation,
    /// Signs status lists.
    Status,
    /// Signs checkpoints of the audit log. Clients do not know it.
    Audit,
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 5] = [Self::Root, Self::Seal, Self::Presentation, Self::Status, Self::Audit];

    /// The word it is written with, in files, the database and commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Seal => "seal",
            Self::Presentation => "presentation",
            Self::Status => "status",
            Self::Audit => "audit",
        }
    }

    /// Whether clients learn of its keys from the trust list. One that is not published need not wait for it.
    #[must_use]
    pub fn is_published(self) -> bool {
        self != Self::Audit
    }

    /// How long a new key of this use may sign, in days: the rarer it signs and the harder it is to replace,
    /// the longer.
    #[must_use]
    pub fn days(self) -> u32 {
        match self {
            Self::Root => 3650,
            Self::Seal => 1825,
            Self::Presentation | Self::Status | Self::Audit => 730,
        }
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Use {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|key_use| key_use.word() == text).ok_or(())
    }
}
