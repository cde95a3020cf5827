//! Integrity of what says who may do what (GB/T 39786 §8.4 b): an HMAC-SM3 over the rows that grant something.
//!
//! Whoever writes to the database without this program has not the key, so a row that was changed, or made, behind its
//! back is known and not used. A code says which key it is by: a site makes a new key with `yzt accounts rekey`, and
//! servers that run find it in the keystore when they meet the first row under it. What is not here: which fields of a
//! row are protected; that is said beside the row. What it cannot tell: that a row was put back as it once was.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use prometheus::IntCounterVec;
use sm3::Sm3;
use zeroize::Zeroizing;

use crate::keys::{Keystore, KeystoreError};
use crate::metrics::Metrics;
use crate::problem::{Code, Problem};

/// The name of the first secret in the keystore, and the use of all of them.
const SECRET: &str = "integrity";

/// The number of the first secret.
const FIRST: i32 = 1;

/// A row whose meaning is protected.
pub trait Protected {
    /// What kind of row, so that no row passes for another kind's.
    const KIND: &'static str;

    /// Its id, for the log.
    fn id(&self) -> &str;

    /// What is protected, in an order that never changes.
    fn fields(&self) -> Vec<Option<Vec<u8>>>;

    /// The code it carries.
    fn code(&self) -> Seal;

    /// Gives it a code.
    fn set_code(&mut self, code: Seal);
}

/// A code and the number of the key it is by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// The number of the key.
    pub key: i32,
    /// HMAC-SM3.
    pub code: Vec<u8>,
}

/// Makes and checks codes. Cheap to clone: all clones share their keys.
#[derive(Clone)]
pub struct Integrity(Arc<Parts>);

struct Parts {
    keystore: Arc<Keystore>,
    keys: RwLock<BTreeMap<i32, Key>>,
    failures: IntCounterVec,
}

type Key = Zeroizing<Vec<u8>>;

impl Integrity {
    /// Codes under the secrets in the keystore; the first is made when it is missing. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn open(keystore: Arc<Keystore>, metrics: &Metrics) -> Result<Self, KeystoreError> {
        let mut keys = BTreeMap::from([(FIRST, keystore.shared_secret(SECRET)?)]);
        let mut number = FIRST + 1;
        while let Some(key) = keystore.find(&name(number), SECRET)? {
            keys.insert(number, key);
            number += 1;
        }
        let failures = metrics.integrity_failures.clone();
        Ok(Self(Arc::new(Parts { keystore, keys: RwLock::new(keys), failures })))
    }

    /// Gives a row the code of the newest key.
    pub fn protect(&self, row: &mut impl Protected) {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, key)) = keys.last_key_value() {
            row.set_code(Seal { key: *number, code: code(key, *number, row) });
        }
    }

    /// Whether a row is as this program wrote it.
    #[must_use]
    pub fn holds<R: Protected>(&self, row: &R) -> bool {
        let Seal { key: number, code } = row.code();
        let key = self.key(number);
        key.and_then(|key| mac(&key, number, row)).is_some_and(|mac| mac.verify_slice(&code).is_ok())
    }

    /// That a row is as this program wrote it. One that is not is logged and counted.
    ///
    /// # Errors
    /// [`Code::IntegrityBroken`] when it is not.
    pub fn check<R: Protected>(&self, row: &R) -> Result<(), Problem> {
        if self.holds(row) {
            return Ok(());
        }
        tracing::error!(kind = R::KIND, id = row.id(), "a row was changed by other means than this program");
        self.0.failures.with_label_values(&[R::KIND]).inc();
        Err(Code::IntegrityBroken.into())
    }

    /// Makes the next key, which codes are made with from now on. Returns its number. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn renew(&self) -> Result<i32, KeystoreError> {
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        let number = keys.last_key_value().map_or(FIRST, |(number, _)| number + 1);
        let key = self.0.keystore.new_secret(&name(number), SECRET)?;
        keys.insert(number, key);
        Ok(number)
    }

    /// A key by its number, looked for in the keystore when another process made it since.
    fn key(&self, number: i32) -> Option<Key> {
        if let Some(key) = self.0.keys.read().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Some(key.clone());
        }
        if number <= FIRST {
            return None;
        }
        let key = self.0.keystore.find(&name(number), SECRET).ok()??;
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        Some(keys.entry(number).or_insert(key).clone())
    }
}

impl fmt::Debug for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Integrity")
    }
}

fn name(number: i32) -> String {
    if number == FIRST { SECRET.to_owned() } else { format!("{SECRET}-{number}") }
}

fn code<R: Protected>(key: &Key, number: i32, row: &R) -> Vec<u8> {
    mac(key, number, row).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// Kind, number of the key and every field, each after its length, so that no two rows have the same bytes.
fn mac<R: Protected>(key: &Key, number: i32, row: &R) -> Option<Hmac<Sm3>> {
    // HMAC takes keys of every length.
    let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(key).ok()?;
    let mut add = |field: Option<&[u8]>| {
        let length = field.map_or(u64::MAX, |field| u64::try_from(field.len()).unwrap_or(u64::MAX));
        mac.update(&length.to_be_bytes());
        mac.update(field.unwrap_or_default());
    };
    add(Some(R::KIND.as_bytes()));
    add(Some(&number.to_be_bytes()));
    for field in row.fields() {
        add(field.as_deref());
    }
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[derive(Clone)]
    struct Row {
        role: Option<String>,
        division: Option<String>,
        code: Seal,
    }

    impl Protected for Row {
        const KIND: &'static str = "row";

        fn id(&self) -> &str {
            "id"
        }

        fn fields(&self) -> Vec<Option<Vec<u8>>> {
            [&self.role, &self.division].map(|text| text.clone().map(String::into_bytes)).into()
        }

        fn code(&self) -> Seal {
            self.code.clone()
        }

        fn set_code(&mut self, code: Seal) {
            self.code = code;
        }
    }

    fn row(role: Option<&str>, division: Option<&str>) -> Row {
        Row { role: role.map(str::to_owned), division: division.map(str::to_owned), code: Seal::default() }
    }

    fn site() -> (tempfile::TempDir, Config) {
        let directory = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: directory.path().to_string_lossy().into_owned(),
            keystore_rounds: 1,
            ..Config::default()
        };
        (directory, config)
    }

    fn open(config: &Config) -> Integrity {
        Integrity::open(Arc::new(Keystore::open(config).unwrap()), &Metrics::new().unwrap()).unwrap()
    }

    #[test]
    fn a_row_that_was_changed_does_not_hold() {
        let (_directory, config) = site();
        let integrity = open(&config);
        let mut kept = row(Some("officer"), Some("2101"));
        assert!(!integrity.holds(&kept), "no code yet");
        integrity.protect(&mut kept);
        assert!(integrity.check(&kept).is_ok());
        for other in [
            row(Some("operator"), Some("2101")),
            row(Some("officer"), None),
            row(None, Some("2101")),
            row(Some("officer2101"), Some("")),
            row(Some("officer2"), Some("101")),
        ] {
            let changed = Row { code: kept.code.clone(), ..other };
            assert_eq!(integrity.check(&changed).unwrap_err().code(), Code::IntegrityBroken);
        }
        assert_eq!(integrity.0.failures.with_label_values(&["row"]).get(), 5);
    }

    #[test]
    fn rows_under_an_old_key_hold_and_a_server_that_runs_finds_the_new_one() {
        let (_directory, config) = site();
        let (one, other) = (open(&config), open(&config));
        let (mut old, mut new) = (row(Some("officer"), None), row(Some("officer"), None));
        one.protect(&mut old);
        assert_eq!(one.renew().unwrap(), 2);
        one.protect(&mut new);
        assert_ne!(old.code, new.code);
        assert!(other.holds(&old) && other.holds(&new) && one.holds(&old));
        let renumbered = Row { code: Seal { key: 2, ..old.code }, ..new };
        assert!(!one.holds(&renumbered), "the number of the key is protected too");
    }

    #[test]
    fn a_key_that_never_was_holds_nothing() {
        let (_directory, config) = site();
        let integrity = open(&config);
        let mut kept = row(None, None);
        integrity.protect(&mut kept);
        for key in [i32::MIN, -1, 0, 3, i32::MAX] {
            kept.code.key = key;
            assert!(!integrity.holds(&kept));
        }
    }
}
