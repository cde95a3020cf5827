//! The trust list: whose keys may seal, present and state status, signed by a root key.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::BundleError;
use crate::cbor::{CborError, Map, MapWriter, Value};
use crate::cose::{self, Header, Sign1, Tag};
use crate::sm2::{KeyId, PublicKey, Sign};
use crate::time::Seconds;

/// Largest trust list, in bytes.
pub const MAX_TRUST_LIST: usize = 4 << 20;

/// This client's level. A trust list may ask for a newer one (`min_client`).
pub const CLIENT_LEVEL: u64 = 1;

const MAX_TEXT: usize = 256;

/// What a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyUse {
    /// Credentials.
    Seal,
    /// Presentations made by the province's server.
    Presentation,
    /// Status lists.
    Status,
}

impl KeyUse {
    /// The name in the trust list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Presentation => "presentation",
            Self::Status => "status",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Seal, Self::Presentation, Self::Status].into_iter().find(|u| u.name() == name)
    }
}

/// A key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKey {
    /// What it may sign.
    pub key_use: KeyUse,
    /// The key.
    pub public_key: PublicKey,
    /// It signs from here on,
    pub not_before: Seconds,
    /// and before this.
    pub expires: Seconds,
    /// What it signed from here on is worth nothing.
    pub revoked: Option<Seconds>,
    /// What it signed at any time is worth nothing.
    pub revoked_all: bool,
}

impl IssuerKey {
    /// Whether the key was good for `key_use` at `instant`.
    #[must_use]
    pub fn good_for(&self, key_use: KeyUse, instant: Seconds) -> bool {
        self.key_use == key_use
            && self.not_before <= instant
            && instant < self.expires
            && !self.revoked_all
            && self.revoked.is_none_or(|revoked| instant < revoked)
    }

    fn to_value(&self) -> Value {
        MapWriter::default()
            .with("kid", self.public_key.id().0.to_vec())
            .with("use", self.key_use.name())
            .with("pub", self.public_key.compressed().to_vec())
            .with("nbf", self.not_before)
            .with("exp", self.expires)
            .maybe("revoked", self.revoked)
            .maybe("revoked_all", self.revoked_all.then_some(true))
            .finish()
    }

    /// `None` for a use that this client does not know: later versions may add some.
    fn from_value(value: &Value) -> Result<Option<Self>, CborError> {
        let map = value.map()?;
        let Some(key_use) = KeyUse::from_name(map.get("use")?.text()?) else {
            return Ok(None);
        };
        let public_key =
            PublicKey::from_compressed(map.get("pub")?.bytes()?).map_err(|_| CborError::Claim)?;
        if map.get("kid")?.array_of()? != public_key.id().0 {
            return Err(CborError::Claim);
        }
        Ok(Some(Self {
            key_use,
            public_key,
            not_before: seconds(map, "nbf")?,
            expires: seconds(map, "exp")?,
            revoked: map.maybe("revoked").map(Value::uint).transpose()?.map(Seconds),
            revoked_all: map.maybe("revoked_all").map(Value::bool).transpose()?.unwrap_or(false),
        }))
    }
}

/// An issuer: a province.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Province prefix of the division codes it answers for, such as `21`.
    pub prefix: String,
    /// Its name.
    pub name: String,
    /// Where its codes are verified online.
    pub verify_url: String,
    /// Where its status list is; also the list's `sub`.
    pub status_url: String,
    /// Its keys, of every use, past ones included.
    pub keys: Vec<IssuerKey>,
}

impl Issuer {
    /// The keys that have this id.
    pub fn keys_with_id(&self, kid: KeyId) -> impl Iterator<Item = &IssuerKey> {
        self.keys.iter().filter(move |key| key.public_key.id() == kid)
    }

    fn to_value(&self) -> Value {
        MapWriter::default()
            .with("iss", &self.prefix)
            .with("name", &self.name)
            .with("verify_url", &self.verify_url)
            .with("status_url", &self.status_url)
            .with("keys", self.keys.iter().map(IssuerKey::to_value).collect::<Vec<_>>())
            .finish()
    }

    fn from_value(value: &Value) -> Result<Self, CborError> {
        let map = value.map()?;
        let text = |key: &str| map.get(key)?.text().map(str::to_owned);
        let keys = map.get("keys")?.array()?.iter().map(IssuerKey::from_value);
        Ok(Self {
            prefix: text("iss")?,
            name: text("name")?,
            verify_url: text("verify_url")?,
            status_url: text("status_url")?,
            keys: keys.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        })
    }
}

/// What a trust list says, before it is signed or after its signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustClaims {
    /// Only ever grows.
    pub seq: u64,
    /// Made at.
    pub issued: Seconds,
    /// Not to be used after.
    pub expires: Seconds,
    /// Roots that may sign later lists, beside those pinned in the client.
    pub next_roots: Vec<PublicKey>,
    /// Oldest client level that may still use this list.
    pub min_client: u64,
    /// The provinces.
    pub issuers: Vec<Issuer>,
    /// Division code → name of the authority.
    pub authorities: BTreeMap<String, String>,
    /// Name of a code table (`qualification`, `business`) → code → name.
    pub scopes: BTreeMap<String, BTreeMap<u32, String>>,
}

impl TrustClaims {
    /// Signs the list: a tagged COSE_Sign1.
    pub fn sign<S: Sign>(&self, root: &S) -> Result<Vec<u8>, S::Error> {
        let header = Header { kid: Some(root.key_id()), ..Header::default() };
        cose::sign(&header, &self.to_value(), Tag::Tagged, root)
    }

    fn to_value(&self) -> Value {
        let roots = self.next_roots.iter().map(|key| Value::Bytes(key.compressed().to_vec()));
        let names = |(code, name): (&String, &String)| (Value::from(code), Value::from(name));
        let table = |(name, table): (&String, &BTreeMap<u32, String>)| {
            let rows = table.iter().map(|(code, name)| (Value::from(*code), Value::from(name)));
            (Value::from(name), Value::Map(rows.collect()))
        };
        MapWriter::default()
            .with("seq", self.seq)
            .with("iat", self.issued)
            .with("exp", self.expires)
            .with("next_roots", roots.collect::<Vec<_>>())
            .with("min_client", self.min_client)
            .with("issuers", self.issuers.iter().map(Issuer::to_value).collect::<Vec<_>>())
            .with("authorities", Value::Map(self.authorities.iter().map(names).collect()))
            .with("scopes", Value::Map(self.scopes.iter().map(table).collect()))
            .finish()
    }

    fn from_map(map: Map<'_>) -> Result<Self, CborError> {
        let key = |value: &Value| PublicKey::from_compressed(value.bytes()?).map_err(|_| CborError::Claim);
        Ok(Self {
            seq: map.get("seq")?.uint()?,
            issued: seconds(map, "iat")?,
            expires: seconds(map, "exp")?,
            next_roots: map.get("next_roots")?.array()?.iter().map(key).collect::<Result<_, _>>()?,
            min_client: map.get("min_client")?.uint()?,
            issuers: issuers(map.get("issuers")?)?,
            authorities: entries(map.get("authorities")?, |k| k.text().map(str::to_owned))?,
            scopes: tables(map.get("scopes")?)?,
        })
    }
}

/// A trust list whose signature one of the client's roots made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustList(TrustClaims);

impl TrustList {
    /// Reads a trust list and checks that one of `roots` signed it.
    pub fn open(bytes: &[u8], roots: &[PublicKey]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_TRUST_LIST {
            return Err(BundleError::TooLarge);
        }
        let malformed = |_| BundleError::TrustListMalformed;
        let envelope = Sign1::parse(bytes, Tag::Tagged).map_err(malformed)?;
        let kid = envelope.header.kid.ok_or(BundleError::TrustListMalformed)?;
        let mut candidates = roots.iter().filter(|root| root.id() == kid).peekable();
        if candidates.peek().is_none() {
            return Err(BundleError::UnknownRoot);
        }
        if !candidates.any(|root| envelope.verifies(root)) {
            return Err(BundleError::TrustListForged);
        }
        let payload = envelope.claims(MAX_TEXT).map_err(malformed)?;
        let map = payload.map().map_err(malformed)?;
        // First of all: a list for newer clients may well hold what this one cannot read.
        if map.get("min_client").and_then(Value::uint).map_err(malformed)? > CLIENT_LEVEL {
            return Err(BundleError::ClientTooOld);
        }
        TrustClaims::from_map(map).map(Self).map_err(malformed)
    }

    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &TrustClaims {
        &self.0
    }

    /// The issuer that answers for a division code: the one with the longest prefix of it.
    #[must_use]
    pub fn issuer_of(&self, division: &str) -> Option<&Issuer> {
        let answering =
            self.0.issuers.iter().filter(|i| !i.prefix.is_empty() && division.starts_with(&i.prefix));
        answering.max_by_key(|issuer| issuer.prefix.len())
    }

    /// Whether this list may take the place of `older`: `seq` and time only ever grow.
    pub fn may_replace(&self, older: &Self) -> Result<(), BundleError> {
        let goes_back = self.0.seq < older.0.seq
            || self.0.issued < older.0.issued
            || (self.0.seq == older.0.seq && self.0 != older.0);
        if goes_back { Err(BundleError::OlderThanHeld) } else { Ok(()) }
    }
}

fn seconds(map: Map<'_>, key: &str) -> Result<Seconds, CborError> {
    map.get(key)?.uint().map(Seconds)
}

/// No prefix twice: clients would disagree whose keys count.
fn issuers(value: &Value) -> Result<Vec<Issuer>, CborError> {
    let issuers = value.array()?.iter().map(Issuer::from_value).collect::<Result<Vec<_>, _>>()?;
    let prefixes: BTreeSet<_> = issuers.iter().map(|issuer| &issuer.prefix).collect();
    if prefixes.len() == issuers.len() { Ok(issuers) } else { Err(CborError::Claim) }
}

fn entries<K: Ord>(
    value: &Value,
    key: impl Fn(&Value) -> Result<K, CborError>,
) -> Result<BTreeMap<K, String>, CborError> {
    let entry = |(k, v): &(Value, Value)| Ok((key(k)?, v.text()?.to_owned()));
    value.map()?.0.iter().map(entry).collect()
}

fn tables(value: &Value) -> Result<BTreeMap<String, BTreeMap<u32, String>>, CborError> {
    let table = |(name, rows): &(Value, Value)| Ok((name.text()?.to_owned(), entries(rows, Value::small)?));
    value.map()?.0.iter().map(table).collect()
}

#[cfg(test)]
mod tests;
