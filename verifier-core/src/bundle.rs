//! The bundle: the trust list and the status lists an officer carries. Everything read from storage is untrusted
//! input: signatures are checked at every load.

use core::fmt;
use std::collections::BTreeMap;

use crate::sm2::PublicKey;
use crate::status::StatusList;
use crate::time::Seconds;
use crate::trust::TrustList;

/// Why a bundle, or a part of one, cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// No trust list at hand.
    Missing,
    /// Over 4 MiB for a trust list, 16 MiB for a status list.
    TooLarge,
    /// The trust list is not what the protocol describes.
    TrustListMalformed,
    /// No root this client knows has the trust list's `kid`.
    UnknownRoot,
    /// The trust list's signature is wrong.
    TrustListForged,
    /// The trust list asks for a newer client.
    ClientTooOld,
    /// The status list is not what the protocol describes.
    StatusListMalformed,
    /// A status list that belongs to another issuer.
    StatusListOfAnother,
    /// No status key of the issuer, good when the list was made, has the status list's `kid`.
    UnknownStatusKey,
    /// The status list's signature is wrong.
    StatusListForged,
    /// A lower `seq` or an older `iat` than this client already had.
    OlderThanHeld,
}

impl BundleError {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "bundle_missing",
            Self::TooLarge => "bundle_too_large",
            Self::TrustListMalformed => "trust_list_malformed",
            Self::UnknownRoot => "unknown_root",
            Self::TrustListForged => "trust_list_forged",
            Self::ClientTooOld => "client_too_old",
            Self::StatusListMalformed => "status_list_malformed",
            Self::StatusListOfAnother => "status_list_of_another_issuer",
            Self::UnknownStatusKey => "unknown_status_key",
            Self::StatusListForged => "status_list_forged",
            Self::OlderThanHeld => "older_than_held",
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for BundleError {}

/// A trust list with the status lists that belong to it, ready to decide with.
#[derive(Clone, Debug)]
pub struct Bundle {
    trust: TrustList,
    /// By issuer prefix. A list that was refused stays here as its error: a verdict that needs it must not pass
    /// as if there had been none.
    status: BTreeMap<String, Result<StatusList, BundleError>>,
}

impl Bundle {
    /// A bundle of `trust` alone.
    #[must_use]
    pub const fn new(trust: TrustList) -> Self {
        Self { trust, status: BTreeMap::new() }
    }

    /// Checks a trust list against the pinned `roots` and each status list, given by issuer prefix, against it.
    pub fn open<'a>(
        trust_list: &[u8],
        roots: &[PublicKey],
        status_lists: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, BundleError> {
        let mut bundle = Self::new(TrustList::open(trust_list, roots)?);
        for (prefix, bytes) in status_lists {
            bundle.add_status_list(prefix, bytes);
        }
        Ok(bundle)
    }

    fn add_status_list(&mut self, prefix: &str, bytes: &[u8]) {
        let issuer = self.trust.claims().issuers.iter().find(|issuer| issuer.prefix == prefix);
        if let Some(issuer) = issuer {
            self.status.insert(prefix.to_owned(), StatusList::open(bytes, issuer));
        }
    }

    /// The same bundle with what the issuer's own server knows in place of its published list.
    #[must_use]
    pub fn with_known_status(mut self, prefix: &str, list: StatusList) -> Self {
        self.status.insert(prefix.to_owned(), Ok(list));
        self
    }

    /// The trust list.
    #[must_use]
    pub const fn trust(&self) -> &TrustList {
        &self.trust
    }

    /// The status list of an issuer: `None` where the bundle has none.
    #[must_use]
    pub fn status_list(&self, prefix: &str) -> Option<&Result<StatusList, BundleError>> {
        self.status.get(prefix)
    }

    /// Whether this bundle may take the place of `older`: no part of it may be older than what was held.
    pub fn may_replace(&self, older: &Self) -> Result<(), BundleError> {
        self.trust.may_replace(&older.trust)?;
        let still_named = |prefix: &String| self.trust.claims().issuers.iter().any(|i| i.prefix == *prefix);
        let goes_back = older.status.iter().any(|(prefix, held)| match (held, self.status.get(prefix)) {
            (Ok(held), Some(Ok(new))) => new.issued() < held.issued(),
            (Ok(_), Some(Err(_))) => true,
            (Ok(_), None) => still_named(prefix),
            (Err(_), _) => false,
        });
        if goes_back { Err(BundleError::OlderThanHeld) } else { Ok(()) }
    }

    /// The newest time signed by a root or a status key in this bundle: no honest clock is far below it.
    #[must_use]
    pub fn newest_time(&self) -> Seconds {
        let lists = self.status.values().filter_map(|list| list.as_ref().ok()).map(StatusList::issued);
        lists.fold(self.trust.claims().issued, Seconds::max)
    }
}
