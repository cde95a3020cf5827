//! A rolling upgrade: the next version's migration runs while servers of this version go on, and nobody notices.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use serde_json::json;
use tokio::task::JoinHandle;
use yzt_api::config::{Config, Secret};
use yzt_api::store::{Conn, Db, StoreError, inventory, migrate};
use yzt_tests::actors::{Issuer, Officer};
use yzt_tests::check::{Certificate, vehicle};
use yzt_tests::{Backend, TestApp, TestDatabase};

const NEXT: &str = "20261201000000";

#[tokio::test]
async fn the_next_versions_migration_runs_under_load_and_no_request_fails() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let app = TestApp::spawn_with(|config| settle(config, &database)).await;
    let load = Load::start(&app).await;
    load.goes_on(10).await;

    // Someone reads the table that is to be altered, and takes their time.
    let mut reader = inventory::connect(&database.settings()).unwrap();
    if let Conn::Postgres(reader) = &mut reader {
        reader.batch_execute("BEGIN; SELECT COUNT(*) FROM receipts").unwrap();
    }
    let settings = database.settings();
    let migration = tokio::task::spawn_blocking(move || {
        let mut conn = inventory::connect(&settings)?;
        migrate::up_from(&mut conn, &next_version(), &[(NEXT, &next("concurrently.sql"))])
    });
    if let Conn::Postgres(_) = &reader {
        // The migration is seen to wait for its lock; whoever came after it would wait too, had it not let go.
        let mut watcher = inventory::connect(&database.settings()).unwrap();
        while waiting(&mut watcher) == 0 {
            load.goes_on(1).await;
        }
    }
    load.goes_on(20).await;
    if let Conn::Postgres(reader) = &mut reader {
        reader.batch_execute("COMMIT").unwrap();
    }
    assert_eq!(migration.await.unwrap().unwrap(), [NEXT]);
    load.goes_on(10).await;
    load.stop().await;

    let ready = app.visitor().get("/readyz").await.json(200);
    assert_eq!(ready["parts"][0]["detail"], format!("schema {NEXT}"));
    let mut conn = inventory::connect(&database.settings()).unwrap();
    conn.batch_execute(
        "INSERT INTO road_names (code, name) VALUES ('G1', '京哈高速'); SELECT road FROM receipts",
    )
    .unwrap();

    // A server of this version may still be started: an upgrade may be broken off.
    let second = TestApp::spawn_with(|config| settle(config, &database)).await;
    assert_eq!(second.visitor().get("/readyz").await.json(200)["ready"], true);
}

#[tokio::test]
async fn a_schema_that_has_lost_what_this_version_needs_is_refused_by_name() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let app = TestApp::spawn_with(|config| settle(config, &database)).await;
    let mut conn = inventory::connect(&database.settings()).unwrap();
    conn.batch_execute(&format!("UPDATE schema_support SET least = '{NEXT}'")).unwrap();

    let ready = app.visitor().get("/readyz").await.json(503);
    assert_eq!(ready["parts"][0]["ready"], false);
    let refused = Db::open(&database.settings()).err().unwrap();
    assert!(matches!(refused, StoreError::Schema(_)), "{refused}");
}

#[tokio::test]
async fn a_server_that_may_not_migrate_says_who_should() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let mut settings = database.settings();
    settings.migrate = false;
    let refused = Db::open(&settings).err().unwrap();
    assert!(refused.to_string().contains("yzt migrate"), "{refused}");

    let mut conn = inventory::connect(&settings).unwrap();
    let pending = migrate::pending(&mut conn).unwrap();
    assert!(!pending.is_empty());
    assert_eq!(migrate::up(&mut conn).unwrap(), pending);
    assert_eq!(migrate::up(&mut conn).unwrap(), Vec::<String>::new());
    Db::open(&settings).unwrap();
}

#[tokio::test]
async fn every_migration_goes_down_and_up_again_over_tables_with_rows() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let app = TestApp::spawn_with(|config| settle(config, &database)).await;
    let certificate = app.certificate(&vehicle(0, &json!({}))).await;
    let receipt = app.receipt(&certificate.code().await);
    app.officer().await.upload(&[receipt]).await;
    app.running.stop().await.unwrap();

    let mut conn = inventory::connect(&database.settings()).unwrap();
    let filled = inventory::rows(&mut conn).unwrap();
    assert!(filled.values().filter(|rows| **rows > 0).count() > 10);
    for _ in 0..2 {
        let down = match &mut conn {
            Conn::Postgres(conn) => conn.revert_all_migrations(all_versions()).map(|done| done.len()),
            Conn::Sqlite(conn) => conn.revert_all_migrations(all_versions()).map(|done| done.len()),
        };
        let up = migrate::up(&mut conn).unwrap();
        assert_eq!(down.unwrap(), up.len());
    }
    assert!(inventory::rows(&mut conn).unwrap().keys().eq(filled.keys()));
    drop(conn);
    let again = TestApp::spawn_with(|config| settle(config, &database)).await;
    assert_eq!(again.visitor().get("/healthz").await.text, "ok\n");
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// How many wait for a table that nobody else may touch meanwhile.
fn waiting(conn: &mut Conn) -> i64 {
    let locks = "SELECT COUNT(*) AS count FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted";
    diesel::sql_query(locks).get_result::<Waiting>(conn).unwrap().count
}

fn settle(config: &mut Config, database: &TestDatabase) {
    config.database_url = Secret::from(database.url().to_owned());
    config.data_dir = database.directory().to_string_lossy().into_owned();
}

fn next_version() -> FileBasedMigrations {
    FileBasedMigrations::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrade")).unwrap()
}

fn all_versions() -> FileBasedMigrations {
    FileBasedMigrations::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")).unwrap()
}

fn next(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrade").join(format!("{NEXT}_expand"));
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// A driver, an officer and an issuer at work. A request that fails ends them.
struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    working: Vec<JoinHandle<()>>,
}

impl Load {
    async fn start(app: &TestApp) -> Self {
        let certificate = app.certificate(&vehicle(0, &json!({}))).await;
        let receipt = app.receipt("not a code of ours");
        let (officer, issuer) = (app.officer().await, app.issuer().await);
        let (stop, done) = <(Arc<AtomicBool>, Arc<AtomicUsize>)>::default();
        let pace = || (Arc::clone(&stop), Arc::clone(&done));
        let working = vec![
            tokio::spawn(show_and_check(certificate, officer, receipt, pace())),
            tokio::spawn(send_in(issuer, pace())),
        ];
        Self { stop, done, working }
    }

    /// Waits until they have done `more`.
    async fn goes_on(&self, more: usize) {
        let goal = self.done.load(Ordering::SeqCst) + more;
        while self.done.load(Ordering::SeqCst) < goal {
            assert!(!self.working.iter().any(JoinHandle::is_finished), "a request failed");
            tokio::task::yield_now().await;
        }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        for work in self.working {
            work.await.unwrap();
        }
    }
}

type Pace = (Arc<AtomicBool>, Arc<AtomicUsize>);

async fn show_and_check(
    certificate: Certificate,
    officer: Officer,
    mut receipt: verifier_core::receipt::Receipt,
    (stop, done): Pace,
) {
    while !stop.load(Ordering::SeqCst) {
        receipt.code = certificate.code().await;
        receipt.id = verifier_core::receipt::ReceiptId(*uuid::Uuid::now_v7().as_bytes());
        let answers = officer.upload(std::slice::from_ref(&receipt)).await;
        assert_eq!(answers.len(), 1);
        done.fetch_add(1, Ordering::SeqCst);
    }
}

async fn send_in(issuer: Issuer, (stop, done): Pace) {
    for number in 1.. {
        issuer.send_in(&[vehicle(number, &json!({}))]).await;
        done.fetch_add(1, Ordering::SeqCst);
        if stop.load(Ordering::SeqCst) {
            return;
        }
    }
}
