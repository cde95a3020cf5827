//! Backups: what was acknowledged is in them, what is restored is what was there, and what is not whole is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use serde_json::json;
use yzt_api::backup::{self, BackupError, Manifest, Options};
use yzt_api::config::{Config, Secret};
use yzt_api::record::Record;
use yzt_api::store::{Conn, StoreError, certificates, inventory};
use yzt_api::vault::{Field, Vault};
use yzt_tests::actors::Issuer;
use yzt_tests::app::{BEGINNING, PASSWORD};
use yzt_tests::certificates::Issued;
use yzt_tests::check::vehicle;
use yzt_tests::{Backend, TestApp, TestDatabase};

const HALF: &str =
    "SELECT id AS name FROM certificates WHERE NOT EXISTS (SELECT 1 FROM certificate_versions v
    WHERE v.certificate_id = certificates.id AND v.version = certificates.version)
    OR NOT EXISTS (SELECT 1 FROM certificate_events e WHERE e.certificate_id = certificates.id)";

/// Kind, issuer and number of a certificate; the number as it is found by.
type Number = (&'static str, String, String);

#[tokio::test]
async fn a_backup_made_while_servers_write_has_all_that_was_acknowledged_and_nothing_half() {
    let app = TestApp::spawn().await;
    let shown = app.issued(verifier_core::ids::Kind::RoadTransportCertificate).await;
    let holder = app.account(yzt_api::auth::Role::Holder, Some(&shown.holder_id)).await;
    let load = Load::start(app.issuer().await, Arc::clone(&app.running.app().vault));
    let before = load.acknowledged(10).await;

    let place = Place::new();
    let file = place.file("under-load.yztb");
    make(&app, &file, Some("a passphrase")).await.unwrap();
    load.stop().await;
    restore(&place, &file, Some("a passphrase")).await.unwrap();

    let mut conn = inventory::connect(&place.database.settings()).unwrap();
    for (kind, issuer, number) in before {
        let found = certificates::find_by_number(&mut conn, kind, &issuer, &number).unwrap();
        assert!(found.is_some(), "{number}");
    }
    assert_eq!(names(&mut conn, HALF), Vec::<String>::new());
    drop(conn);

    let restored = TestApp::spawn_with(|config| place.settle(config)).await;
    assert_eq!(restored.visitor().get("/readyz").await.json(200)["ready"], true);
    let holder = restored.visitor().sign_in(&holder, PASSWORD).await;
    let Issued { id, .. } = shown;
    let _ = holder.post(&format!("/v1/certificates/{id}/presentations"), &json!({})).await.json(201);
}

#[tokio::test]
async fn what_is_restored_is_what_was_there_row_by_row_and_file_by_file() {
    let app = TestApp::spawn().await;
    // Lists that are published meanwhile would be no fault of the backup.
    while app.running.app().metrics.upkeep.get() == 0 {
        tokio::task::yield_now().await;
    }
    app.issuer().await.send_in(&[vehicle(0, &json!({})), vehicle(1, &json!({}))]).await;
    let certificate = app.certificate(&vehicle(2, &json!({}))).await;
    let receipt = app.receipt(&certificate.code().await);
    app.officer().await.upload(&[receipt]).await;
    let there = all_rows(app.database());
    assert!(there.values().filter(|rows| !rows.is_empty()).count() > 12);

    let place = Place::new();
    let file = place.file("quiet.yztb");
    let manifest = make(&app, &file, None).await.unwrap();
    assert_eq!(manifest, backup::verify(&file, None).unwrap());
    restore(&place, &file, None).await.unwrap();

    same_rows(&all_rows(&place.database), &there);
    assert_eq!(files(&place.keys()), files(&app.running.app().config.keystore_dir()));
    let counts: BTreeMap<_, _> = there.iter().map(|(table, rows)| (table.clone(), rows.len())).collect();
    let stated = manifest.rows.iter().map(|(table, rows)| (table.clone(), usize::try_from(*rows).unwrap()));
    assert_eq!(stated.collect::<BTreeMap<_, _>>(), counts);
    // Servers tell how old it is; it is no part of itself.
    assert_eq!(all_rows(app.database())["backups"].len(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_whole_is_refused_and_says_how() {
    let app = TestApp::spawn().await;
    let place = Place::new();
    let (plain, sealed) = (place.file("plain.yztb"), place.file("sealed.yztb"));
    make(&app, &plain, None).await.unwrap();
    make(&app, &sealed, Some("right")).await.unwrap();
    let verify = |file: &Path, passphrase: Option<&str>| backup::verify(file, secret(passphrase).as_ref());

    assert!(matches!(verify(&sealed, None), Err(BackupError::PassphraseNeeded)));
    assert!(matches!(verify(&sealed, Some("wrong")), Err(BackupError::WrongPassphrase)));
    verify(&sealed, Some("right")).unwrap();
    verify(&plain, Some("not needed")).unwrap();

    for (file, passphrase) in [(&plain, None), (&sealed, Some("right"))] {
        let whole = std::fs::read(file).unwrap();
        for tenth in 1..10 {
            let at = whole.len() * tenth / 10;
            // Further on a plain file has parts so small that the change might meet nothing but their padding.
            if tenth < 5 || passphrase.is_some() {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                std::fs::write(file, &changed).unwrap();
                let refused = verify(file, passphrase);
                assert!(matches!(refused, Err(BackupError::Damaged(_))), "{tenth}: {refused:?}");
            }
            std::fs::write(file, &whole[..at]).unwrap();
            let refused = verify(file, passphrase);
            assert!(matches!(refused, Err(BackupError::CutOff)), "{tenth}: {refused:?}");
        }
        std::fs::write(file, &whole).unwrap();
    }

    let other = place.file("other");
    std::fs::write(&other, "not a backup at all".repeat(100)).unwrap();
    assert!(matches!(verify(&other, None), Err(BackupError::NotABackup)));

    // What is refused leaves the place as empty as it was.
    let whole = std::fs::read(&plain).unwrap();
    std::fs::write(&plain, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(restore(&place, &plain, None).await, Err(BackupError::CutOff)));
    restore(&place, &sealed, Some("right")).await.unwrap();
}

#[tokio::test]
async fn nothing_that_is_there_is_ever_overwritten() {
    let app = TestApp::spawn().await;
    let place = Place::new();
    let file = place.file("first.yztb");
    make(&app, &file, None).await.unwrap();
    let first = std::fs::read(&file).unwrap();
    assert!(matches!(make(&app, &file, None).await, Err(BackupError::NotEmpty(_))));
    assert_eq!(std::fs::read(&file).unwrap(), first);

    restore(&place, &file, None).await.unwrap();
    let there = all_rows(&place.database);
    assert!(matches!(restore(&place, &file, None).await, Err(BackupError::NotEmpty(_))));
    // Nor when the keys alone are gone.
    std::fs::remove_dir_all(place.keys()).unwrap();
    assert!(matches!(restore(&place, &file, None).await, Err(BackupError::NotEmpty(_))));
    same_rows(&all_rows(&place.database), &there);
    let left = std::fs::read_dir(place.folder.path()).unwrap().count();
    assert_eq!(left, 1, "nothing but the backup");
}

/// Where a backup is restored to.
pub(crate) struct Place {
    pub(crate) database: TestDatabase,
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let database = TestDatabase::new(Backend::of_this_run()).unwrap();
        Self { database, folder: tempfile::TempDir::new().unwrap() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Restores a backup here that is not encrypted.
    pub(crate) async fn restore(&self, file: &Path) -> Result<Manifest, BackupError> {
        restore(self, file, None).await
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.database.directory().join("keys")
    }

    pub(crate) fn settle(&self, config: &mut Config) {
        config.database_url = Secret::from(self.database.url().to_owned());
        config.data_dir = self.database.directory().to_string_lossy().into_owned();
    }
}

fn secret(passphrase: Option<&str>) -> Option<Secret> {
    passphrase.map(|passphrase| Secret::from(passphrase.to_owned()))
}

pub(crate) async fn make(
    app: &TestApp,
    out: &Path,
    passphrase: Option<&str>,
) -> Result<Manifest, BackupError> {
    let config = app.running.app().config.clone();
    let options = Options { out: out.to_owned(), passphrase: secret(passphrase), keys: true, now: BEGINNING };
    tokio::task::spawn_blocking(move || backup::create(&config, &options)).await.unwrap()
}

pub(crate) async fn restore(
    place: &Place,
    file: &Path,
    passphrase: Option<&str>,
) -> Result<Manifest, BackupError> {
    let mut config = Config::default();
    place.settle(&mut config);
    let (file, passphrase) = (file.to_owned(), secret(passphrase));
    tokio::task::spawn_blocking(move || backup::restore(&config, &file, passphrase.as_ref())).await.unwrap()
}

/// An issuer who sends certificates in, one after another.
struct Load {
    acknowledged: Arc<Mutex<Vec<Number>>>,
    stop: Arc<AtomicBool>,
    sending: tokio::task::JoinHandle<()>,
}

impl Load {
    fn start(issuer: Issuer, vault: Arc<Vault>) -> Self {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (list, ended) = (Arc::clone(&acknowledged), Arc::clone(&stop));
        let sending = tokio::spawn(async move {
            for number in 0.. {
                let line = vehicle(number, &json!({}));
                issuer.send_in(std::slice::from_ref(&line)).await;
                let record = Record::from_json(line.to_string().as_bytes()).unwrap().record;
                let issuer = record.issuer().as_str().to_owned();
                list.lock().unwrap().push((
                    record.kind().code(),
                    issuer,
                    vault.index(Field::CertificateNumber, record.number().as_str()),
                ));
                if ended.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        Self { acknowledged, stop, sending }
    }

    /// Those acknowledged by now, at least so many.
    async fn acknowledged(&self, least: usize) -> Vec<Number> {
        loop {
            let list = self.acknowledged.lock().unwrap().clone();
            if list.len() >= least {
                return list;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.sending.await.unwrap();
    }
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn names(conn: &mut Conn, query: &str) -> Vec<String> {
    let rows: Vec<Name> = diesel::sql_query(query).load(conn).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// Every row of every table, as text.
pub(crate) fn all_rows(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let mut conn = inventory::connect(&database.settings()).unwrap();
    let tables: Result<_, StoreError> = inventory::rows(&mut conn);
    let dump = |table: String| {
        let row = match &mut conn {
            Conn::Postgres(_) => "t::text".to_owned(),
            Conn::Sqlite(_) => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let quoted =
                    names(&mut conn, &columns).into_iter().map(|column| format!("quote(t.{column})"));
                quoted.collect::<Vec<_>>().join("||','||")
            }
        };
        let rows = names(&mut conn, &format!("SELECT {row} AS name FROM \"{table}\" t ORDER BY 1"));
        (table, rows)
    };
    tables.unwrap().into_keys().map(dump).collect()
}

/// Asserts on each table, without the rows, which are long.
fn same_rows(found: &BTreeMap<String, Vec<String>>, there: &BTreeMap<String, Vec<String>>) {
    assert!(found.keys().eq(there.keys()));
    for (table, rows) in there {
        assert!(found[table] == *rows, "{table}");
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}
