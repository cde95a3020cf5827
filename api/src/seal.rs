//! Sealing: from the record of a certificate to the credential that travels in its code.
//!
//! - `seal/face.rs`: what the officer reads, and what of the record never travels
//!
//! What is not here: when a certificate is sealed (ingest, presentation) and where the sealed bytes are kept.

use verifier_core::credential::Credential;
use verifier_core::sm2::{KeyId, PublicKey, Sign};
use verifier_core::{Day, Seconds};

use crate::clock::Timestamp;
use crate::config::Config;
use crate::record::{self, Record};

mod face;

pub use face::AND_MORE;
pub(crate) use face::cut;

const SECONDS_PER_DAY: u64 = 86_400;

/// On which terms a certificate is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When it is sealed.
    pub sealed: Seconds,
    /// How long the credential is good for at most, in seconds.
    pub lifetime: u64,
}

/// Which version of a certificate is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// Its place in the status list.
    pub status_index: u64,
}

/// A sealed certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which version it is of.
    pub version: Version,
    /// An untagged COSE_Sign1.
    pub bytes: Vec<u8>,
    /// The key that sealed it.
    pub key: KeyId,
    /// When.
    pub at: Seconds,
    /// From when on it must be sealed again.
    pub expires: Seconds,
}

impl Terms {
    /// The terms of this server's settings, at `now`.
    #[must_use]
    pub fn of(config: &Config, now: Timestamp) -> Self {
        Self { sealed: now.seconds(), lifetime: u64::from(config.credential_lifetime) * SECONDS_PER_DAY }
    }

    /// What a version of a certificate says when it is sealed on these terms. `device_key`: the key of the holder's
    /// phone, where one may present it.
    #[must_use]
    pub fn credential(self, record: &Record, version: Version, device_key: Option<PublicKey>) -> Credential {
        Credential {
            issuer: record.division().as_str().to_owned(),
            expires: self.expires(record),
            valid_from: day(record.valid_from()).start(),
            sealed: self.sealed,
            device_key,
            face: face::of(record, version),
        }
    }

    /// Seals a version of a certificate.
    ///
    /// # Errors
    /// When the signer cannot sign.
    pub fn seal<S: Sign>(self, record: &Record, version: Version, signer: &S) -> Result<Sealed, S::Error> {
        let credential = self.credential(record, version, None);
        Ok(Sealed {
            version,
            bytes: credential.seal(signer)?,
            key: signer.key_id(),
            at: credential.sealed,
            expires: credential.expires,
        })
    }

    /// Never after the end of the certificate's last day (protocol §3).
    fn expires(self, record: &Record) -> Seconds {
        let expires = self.sealed.plus(self.lifetime);
        let end = record.valid_to().map(|last| Day(day(last).0.saturating_add(1)).start());
        end.map_or(expires, |end| end.min(expires))
    }
}

/// A day as the protocol counts it, which knows none before 1970.
fn day(day: record::Day) -> Day {
    Day(u32::try_from(day.days()).unwrap_or(0))
}

#[cfg(test)]
mod tests;
