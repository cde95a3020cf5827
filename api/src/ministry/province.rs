//! A province as the ministry knows it: by root keys that were handed over in person, and by the trust list they sign.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use verifier_core::BundleError;
use verifier_core::sm2::PublicKey;
use verifier_core::trust::{Issuer, TrustList};

use crate::store::provinces::{ProvinceRow, TrustedRow};

/// The pinned roots of a province, and the trust list it published last.
pub struct Province {
    iss: String,
    name: String,
    roots: Vec<PublicKey>,
    held: Option<TrustList>,
}

impl Province {
    /// The province of a row. What was kept is checked again: a list that does not verify is as none.
    #[must_use]
    pub fn of(row: &TrustedRow) -> Self {
        let roots: Vec<_> = row.roots.split_whitespace().filter_map(public_key).collect();
        let held = row.trust_list.as_ref().and_then(|bytes| TrustList::open(bytes, &roots).ok());
        Self { iss: row.iss.clone(), name: row.name.clone(), roots, held }
    }

    /// The trust list that may take the place of the one held.
    ///
    /// # Errors
    /// When no known root signed it, it is older than the one held, or it does not speak for this province.
    pub fn open(&self, bytes: &[u8]) -> Result<TrustList, BundleError> {
        let list = TrustList::open(bytes, &self.roots)?;
        if let Some(held) = &self.held {
            list.may_replace(held)?;
        }
        if own(&list, &self.iss).is_some() { Ok(list) } else { Err(BundleError::TrustListMalformed) }
    }

    /// The roots that may sign the list after this one, as they are kept.
    #[must_use]
    pub fn roots_after(&self, list: &TrustList) -> String {
        let next = &list.claims().next_roots;
        let roots = if next.is_empty() { &self.roots } else { next };
        let texts: Vec<_> = roots.iter().map(|root| HEXLOWER.encode(&root.compressed())).collect();
        texts.join(" ")
    }

    /// Its entry in the national list: what it says of itself, under the prefix and name it is registered with.
    #[must_use]
    pub fn issuer(&self) -> Option<Issuer> {
        let issuer = own(self.held.as_ref()?, &self.iss)?;
        Some(Issuer { name: self.name.clone(), ..issuer.clone() })
    }

    /// What it calls its authorities.
    fn authorities(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let named = self.held.iter().flat_map(|list| &list.claims().authorities);
        let own = named.filter(|(code, _)| code.starts_with(&self.iss));
        own.map(|(code, name)| (code.clone(), name.clone()))
    }
}

impl From<&ProvinceRow> for Province {
    fn from(row: &ProvinceRow) -> Self {
        Self::of(&TrustedRow {
            iss: row.iss.clone(),
            name: row.name.clone(),
            roots: row.roots.clone(),
            trust_list: row.trust_list.clone(),
        })
    }
}

/// The entries of all provinces, and what they call their authorities.
#[must_use]
pub fn issuers(rows: &[TrustedRow]) -> (Vec<Issuer>, BTreeMap<String, String>) {
    let provinces: Vec<_> = rows.iter().map(Province::of).collect();
    let authorities = provinces.iter().flat_map(Province::authorities).collect();
    (provinces.iter().filter_map(Province::issuer).collect(), authorities)
}

/// A province speaks for its own prefix and for no other.
fn own<'a>(list: &'a TrustList, iss: &str) -> Option<&'a Issuer> {
    list.claims().issuers.iter().find(|issuer| issuer.prefix == iss)
}

fn public_key(text: &str) -> Option<PublicKey> {
    PublicKey::from_compressed(&HEXLOWER.decode(text.as_bytes()).ok()?).ok()
}
