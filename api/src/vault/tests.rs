//! The vault over a real keystore and a real database.

use tempfile::TempDir;

use super::*;
use crate::config::Config;

const NOW: Timestamp = Timestamp(1_782_878_400_000);

struct Ground {
    directory: TempDir,
}

impl Ground {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    fn config(&self) -> Config {
        Config {
            data_dir: self.directory.path().to_string_lossy().into_owned(),
            sqlite_survives_power_loss: false,
            keystore_rounds: 1,
            ..Config::default()
        }
    }

    fn keystore(&self) -> Arc<Keystore> {
        Arc::new(Keystore::open(&self.config()).unwrap())
    }

    fn db(&self) -> Db {
        Db::open(&self.config().store().unwrap()).unwrap()
    }

    fn vault(&self) -> Vault {
        Vault::open(&self.keystore(), self.db(), NOW, Uuid::from_u128(1)).unwrap()
    }

    fn forget(&self, name: &str) {
        std::fs::remove_file(self.directory.path().join("keys").join(format!("{name}.key"))).unwrap();
    }
}

fn cell() -> Cell {
    Column::HolderCode.of("one")
}

#[test]
fn what_one_server_encrypts_another_one_reads() {
    let ground = Ground::new();
    let sealed = ground.vault().seal(&cell(), b"11010519491231002X").unwrap();
    let other = ground.vault();
    assert_eq!(other.open_text(&cell(), &sealed).unwrap().reveal(), "11010519491231002X");
    assert_eq!(
        rows::list(&mut ground.db().connect().unwrap()).unwrap().len(),
        1,
        "one data key, not one a start"
    );
}

#[test]
fn the_same_value_looks_different_each_time() {
    let vault = Ground::new().vault();
    assert_ne!(vault.seal(&cell(), b"value").unwrap(), vault.seal(&cell(), b"value").unwrap());
}

#[test]
fn a_ciphertext_opens_in_its_own_cell_only() {
    let vault = Ground::new().vault();
    let sealed = vault.seal(&cell(), b"value").unwrap();
    for elsewhere in [Column::HolderCode.of("two"), Column::CertificateNumber.of("one")] {
        assert!(matches!(vault.open_bytes(&elsewhere, &sealed), Err(VaultError::Unreadable(_))));
    }
}

#[test]
fn a_ciphertext_with_a_bit_changed_anywhere_does_not_open() {
    let vault = Ground::new().vault();
    let sealed = vault.seal(&cell(), b"value").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(vault.open_bytes(&cell(), &changed).is_err(), "byte {at}");
    }
    for length in 0..sealed.len() {
        assert!(vault.open_bytes(&cell(), &sealed[..length]).is_err(), "{length} bytes");
    }
    assert!(vault.open_bytes(&cell(), b"11010519491231002X").is_err(), "plain text is not taken for one");
}

#[test]
fn a_data_key_made_by_another_server_is_learnt_when_it_is_met() {
    let ground = Ground::new();
    let (vault, other) = (ground.vault(), ground.vault());
    let mut conn = ground.db().connect().unwrap();
    let newer = data_keys::make(Uuid::from_u128(2), NOW.millis() + 1, vault.master.as_ref(), "master");
    rows::insert(&mut conn, &newer.unwrap()).unwrap();
    other.learn().unwrap();
    let sealed = other.seal(&cell(), b"value").unwrap();
    assert_eq!(Ciphertext::parse(&sealed).unwrap().key(), Uuid::from_u128(2), "the newest key encrypts");
    assert_eq!(vault.open_bytes(&cell(), &sealed).unwrap().as_slice(), b"value");
}

#[test]
fn a_keystore_that_does_not_belong_to_the_database_is_refused_and_nothing_is_made() {
    for name in ["master", "blind-index"] {
        let ground = Ground::new();
        ground.vault();
        ground.forget(name);
        for _ in 0..2 {
            let refused = Vault::open(&ground.keystore(), ground.db(), NOW, Uuid::from_u128(2)).err();
            let is_right = match refused {
                Some(VaultError::NoMasterKey(_)) => name == "master",
                Some(VaultError::NoIndexKey) => name == "blind-index",
                _ => false,
            };
            assert!(is_right, "{name}");
        }
    }
}

#[test]
fn a_wrapped_key_put_into_another_row_does_not_unwrap() {
    let ground = Ground::new();
    let vault = ground.vault();
    let mut conn = ground.db().connect().unwrap();
    let first = rows::list(&mut conn).unwrap().remove(0);
    rows::insert(&mut conn, &rows::DataKeyRow { id: Uuid::from_u128(2).to_string(), ..first }).unwrap();
    assert!(matches!(vault.learn(), Err(VaultError::WrongMasterKey(_))));
}

#[test]
fn the_newest_data_key_encrypts_though_the_clock_was_set_back() {
    let ground = Ground::new();
    let vault = ground.vault();
    let mut conn = ground.db().connect().unwrap();
    let made = vault.rotate(&mut conn, Timestamp(1), Uuid::from_u128(2)).unwrap();
    vault.learn().unwrap();
    let sealed = vault.seal(&cell(), b"value").unwrap();
    assert_eq!(Ciphertext::parse(&sealed).unwrap().key().to_string(), made.id);
}

#[test]
fn a_data_key_is_counted_on_once_every_server_has_looked() {
    let key = |made_at| rows::DataKeyRow {
        id: String::new(),
        wrapped: Vec::new(),
        master_key: String::new(),
        created_at: made_at,
        retired_at: None,
    };
    let left = |now| until_taken_up(&[key(0), key(1_000_000)], Timestamp(now));
    assert_eq!(left(1_000_000), TAKEN_UP_WITHIN);
    assert_eq!(left(1_020_000), TAKEN_UP_WITHIN - std::time::Duration::from_secs(20));
    assert!(left(1_060_000).is_zero() && left(2_000_000).is_zero());
    assert_eq!(left(0), TAKEN_UP_WITHIN, "no longer, whatever the clocks say");
    assert!(TAKEN_UP_WITHIN >= 3 * LEARN_EVERY);
}

#[test]
fn only_keys_older_than_the_current_one_are_retired() {
    let ground = Ground::new();
    let vault = ground.vault();
    let mut conn = ground.db().connect().unwrap();
    for id in 2..4 {
        let _ = vault.rotate(&mut conn, NOW, Uuid::from_u128(id)).unwrap();
    }
    let ids: Vec<_> = rows::list(&mut conn).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(retire_older(&mut conn, &ids[1], NOW).unwrap(), [ids[0].clone()]);
    assert_eq!(retire_older(&mut conn, &ids[1], NOW).unwrap(), Vec::<String>::new(), "once");
    let retired: Vec<_> = rows::list(&mut conn).unwrap().iter().map(|row| row.retired_at.is_some()).collect();
    assert_eq!(retired, [true, false, false]);
}
