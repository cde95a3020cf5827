//! Where the private half of a key is kept. Each use of a key has a place of its own in the settings, and each key
//! remembers the place it was made in, so that a site moves from one to another by rotating.

use std::fmt;
use std::str::FromStr;

use super::Use;
use crate::config::Config;

/// Where the private half of a key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Custody {
    /// In an encrypted file, and in this process while it signs: for development and small sites.
    Keystore,
    /// In a cryptographic module, reached by PKCS#11.
    Pkcs11,
    /// In a signing service, reached by HTTP.
    Service,
}

impl Custody {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::Keystore, Self::Pkcs11, Self::Service];

    /// The word it is written with, in settings and the database.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keystore => "keystore",
            Self::Pkcs11 => "pkcs11",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Custody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Custody {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|custody| custody.word() == text).ok_or(())
    }
}

/// The place in which new keys are made, for each use.
#[derive(Clone, Copy)]
pub(super) struct Custodies {
    root: Custody,
    seal: Custody,
    presentation: Custody,
    status: Custody,
    audit: Custody,
}

impl Custodies {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            root: config.signer_root,
            seal: config.signer_seal,
            presentation: config.signer_presentation,
            status: config.signer_status,
            audit: config.signer_audit,
        }
    }

    pub(super) fn for_use(self, key_use: Use) -> Custody {
        match key_use {
            Use::Root => self.root,
            Use::Seal => self.seal,
            Use::Presentation => self.presentation,
            Use::Status => self.status,
            Use::Audit => self.audit,
        }
    }
}
