//! Data keys renewed while servers work: everything is encrypted again, stays readable, and nothing else changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use serde_json::{Value, json};
use verifier_core::ids::Kind;
use yzt_api::auth::Role;
use yzt_api::clock::Timestamp;
use yzt_api::store::{StoreError, data_keys as rows, factors, inventory};
use yzt_api::vault::{Census, Column, VaultError};
use yzt_tests::actors::{Issuer, Person};
use yzt_tests::app::BEGINNING;
use yzt_tests::check::{vehicles, with};
use yzt_tests::{TestApp, TestDatabase};

use crate::authority::binding_request;
use crate::backup::{self, Place};
use crate::command::{begin, run};

/// Certificates that are there when it begins: enough that it is killed in the middle.
const CERTIFICATES: usize = 400;

/// Every ciphertext, in the order of `Column::ALL`, and what stands beside them and must not change.
const CIPHERTEXTS: [&str; 7] = [
    "SELECT id AS key, {code_ciphertext} AS value FROM holders",
    "SELECT id AS key, {number_ciphertext} AS value FROM certificates",
    "SELECT certificate_id || '/' || version AS key, {items_ciphertext} AS value FROM certificate_versions",
    "SELECT id AS key, {basis_ciphertext} AS value FROM reveals",
    "SELECT id AS key, {organisation_code_ciphertext} AS value FROM bindings",
    "SELECT id AS key, {basis_ciphertext} AS value FROM lookups",
    "SELECT account_id AS key, {secret_ciphertext} AS value FROM totp_factors",
];
const INDICES: [&str; 3] = [
    "SELECT id AS key, code_index AS value FROM holders",
    "SELECT id AS key, number_index AS value FROM certificates",
    "SELECT certificate_id || '/' || version AS key, {items_mac} AS value FROM certificate_versions",
];

#[tokio::test]
async fn all_is_encrypted_again_while_servers_write_though_it_is_killed_in_the_middle() {
    let app = TestApp::spawn_with(|config| config.reveals_per_day = 1000).await;
    let (old, new) = fill(&app).await;
    let (before, plain, indices) =
        (ciphertexts(&app), plain_values(app.database(), &app).await, dump(app.database(), &INDICES));
    assert!(before.iter().all(|column| !column.is_empty()), "something in every column");

    let load = Load::start(&app).await;
    let mut command = begin(app.database(), &["data-keys", "reencrypt"]);
    while under(&census(&app).await, new) == 0 {
        assert!(command.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    command.kill().unwrap();
    command.wait().unwrap();
    let halfway = census(&app).await;
    assert!(under(&halfway, old) > 0 && under(&halfway, new) > 0, "{halfway:?}");
    assert_eq!(retired(&app).await, Vec::<String>::new());

    // From here on nothing is encrypted under the older one.
    app.running.app().learn_data_keys().await.unwrap();
    let said = run(app.database(), &["data-keys", "reencrypt"]);
    assert!(said.contains(&format!("data key {old} is retired")), "{said}");
    let presented = load.stop().await;
    assert!(presented > 0);

    let census = census(&app).await;
    assert_eq!((under(&census, old), retired(&app).await), (0, vec![old.to_string()]));
    let columns = census.keys().map(|(column, _)| *column).collect::<Vec<_>>();
    let mut known = Column::ALL.map(Column::name);
    known.sort_unstable();
    assert_eq!(columns, known, "one key, and every column");

    let after = ciphertexts(&app);
    for (before, after) in before.iter().zip(&after) {
        assert!(before.iter().all(|(key, value)| after[key] != *value), "every ciphertext is another");
    }
    is_within(&plain, &plain_values(app.database(), &app).await);
    for (before, after) in indices.iter().zip(&dump(app.database(), &INDICES)) {
        is_within(before, after);
    }

    // A new server, which knows nothing of the old key's time, and a backup.
    let place = Place::new();
    let file = place.file("after.yztb");
    backup::make(&app, &file, Some("a passphrase")).await.unwrap();
    backup::restore(&place, &file, Some("a passphrase")).await.unwrap();
    let restored = TestApp::spawn_with(|config| place.settle(config)).await;
    is_within(&plain, &plain_values(&place.database, &restored).await);
}

#[tokio::test]
async fn a_server_that_does_not_know_a_data_key_yet_finds_it_when_it_meets_a_ciphertext() {
    let app = TestApp::spawn().await;
    let neighbour = app.neighbour().await;
    let said = run(app.database(), &["data-keys", "rotate"]);
    assert!(said.contains("encrypts from now on"), "{said}");
    // One has taken it up, the other has not.
    app.running.app().learn_data_keys().await.unwrap();
    let issued = app.issued(Kind::PractitionerQualification).await;
    let census = census(&app).await;
    assert_eq!(census.keys().map(|(_, key)| key).collect::<std::collections::BTreeSet<_>>().len(), 1);
    let holder = app.holder_of(&issued).await.moved_to(format!("http://{}", neighbour.address()));
    let shown = holder.get(&format!("/v1/certificates/{}", issued.id)).await.json(200);
    assert_eq!(shown["number"], issued.record.number().as_str());
    neighbour.stop().await.unwrap();
}

#[tokio::test]
async fn a_new_master_key_wraps_all_data_keys_and_the_old_one_is_needed_no_more() {
    let app = TestApp::spawn().await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    run(app.database(), &["data-keys", "rotate"]);

    // Made first, for all servers to have; wrapped by it later, twice: the second time there is nothing to do.
    let said = run(app.database(), &["data-keys", "rewrap", "--only-make"]);
    assert!(said.contains("master key master-2 is made"), "{said}");
    assert!(run(app.database(), &["data-keys", "list"]).contains("master-2  newest, wraps nothing yet"));
    assert!(run(app.database(), &["data-keys", "rewrap"]).contains("master-2: 2 data keys wrapped again"));
    assert!(run(app.database(), &["data-keys", "rewrap"]).contains("master-2: 0 data keys wrapped again"));
    let said = run(app.database(), &["data-keys", "rewrap", "--new"]);
    assert!(said.contains("master-3: 2 data keys wrapped again"), "{said}");
    for name in ["master", "master-2"] {
        assert!(said.contains(&format!("master key {name} is no longer needed")), "{said}");
        let file = app.running.app().config.keystore_dir().join(format!("{name}.key"));
        assert!(file.exists(), "nothing is deleted");
        std::fs::remove_file(file).unwrap();
    }

    // So that a server that starts without them reads everything.
    let app = app.again_with(|_| ()).await;
    let holder = app.holder_of(&issued).await;
    let shown = holder.get(&format!("/v1/certificates/{}", issued.id)).await.json(200);
    assert_eq!(shown["number"], issued.record.number().as_str());
    let audited = dump(app.database(), &["SELECT id AS key, action || ' ' || coalesce(object_id, '') AS value
        FROM audit_entries WHERE action IN ('data-keys.listed', 'data.rekeyed') OR object_kind = 'master_key'"]);
    let mut audited: Vec<_> = audited[0].values().map(String::as_str).collect();
    audited.sort_unstable();
    let rewrapped = ["data.rekeyed master-2", "data.rekeyed master-2", "data.rekeyed master-3"];
    assert_eq!(
        audited,
        [&["data-keys.listed "][..], &rewrapped, &["key.made master-2", "key.made master-3"]].concat()
    );
}

#[tokio::test]
async fn what_does_not_open_is_left_and_told_and_its_key_stays() {
    let app = TestApp::spawn().await;
    let (old, new) = (current(&app).await, uuid::Uuid::now_v7());
    let issued = app.issued(Kind::PractitionerQualification).await;
    rotate(&app, new).await;
    // The number of another row: bound to its own, it opens nowhere else.
    let moved = app.issued(Kind::RoadTransportCertificate).await;
    let (to, from) = (issued.id.clone(), moved.id);
    let copy = format!(
        "UPDATE certificates SET number_ciphertext =
         (SELECT other.number_ciphertext FROM certificates other WHERE other.id = '{from}') WHERE id = '{to}'"
    );
    let write = move |conn: &mut _| diesel::sql_query(copy).execute(conn).map_err(StoreError::from);
    assert_eq!(app.running.app().db.write(write).await.unwrap(), 1);

    let done = begin(app.database(), &["data-keys", "reencrypt"]).wait_with_output().unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("1 ciphertexts do not open"), "{said}");
    let census = census(&app).await;
    assert_eq!((under(&census, old), retired(&app).await), (1, Vec::new()));
}

/// Certificates, a reveal, a lookup and an authenticator app under the first data key; then a second one, which the server has
/// not taken up. Both.
async fn fill(app: &TestApp) -> (uuid::Uuid, uuid::Uuid) {
    let lines: Vec<_> = vehicles().take(CERTIFICATES).collect();
    app.issuer().await.send_in(&lines).await;
    let issued = app.issued(Kind::PractitionerQualification).await;
    let asked = json!({ "purpose": "correction", "basis": "案件编号 2026-0615" });
    let operator = app.operator().await;
    let _ = operator.post(&format!("/v1/certificates/{}/reveals", issued.id), &asked).await.json(201);
    let wanted = json!({ "number": issued.record.number().as_str(), "purpose": "case", "basis": "案件编号 2026-0616" });
    let _ = app.officer().await.post("/v1/lookups", &wanted).await.json(201);
    binding_request(app, "2101").await;
    let login = app.account(Role::Operator, None).await;
    let account_id = login.strip_prefix("operator-").unwrap().to_owned();
    let cell = Column::TotpSecret.of(&account_id);
    let secret_ciphertext = app.running.app().vault.seal(&cell, b"a secret of twenty b").unwrap();
    let algorithm = "sha1".to_owned();
    let row = factors::TotpRow { account_id, secret_ciphertext, algorithm, last_step: 0, created_at: 0 };
    app.running.app().db.write(move |conn| factors::replace_totp(conn, &row)).await.unwrap();
    let (old, new) = (current(app).await, uuid::Uuid::now_v7());
    rotate(app, new).await;
    (old, new)
}

/// Adds a data key by the test's clock, so long ago that every server should have taken it up.
async fn rotate(app: &TestApp, id: uuid::Uuid) {
    let vault = Arc::clone(&app.running.app().vault);
    let at = Timestamp(BEGINNING.millis() + 1);
    let rotate = move |conn: &mut _| vault.rotate(conn, at, id);
    let _ = app.running.app().db.write(rotate).await.map_err(|error: VaultError| error.to_string()).unwrap();
}

async fn current(app: &TestApp) -> uuid::Uuid {
    let keys = app.running.app().db.read::<_, StoreError, _>(rows::list).await.unwrap();
    keys.last().unwrap().id.parse().unwrap()
}

async fn retired(app: &TestApp) -> Vec<String> {
    let keys = app.running.app().db.read::<_, StoreError, _>(rows::list).await.unwrap();
    keys.into_iter().filter(|row| row.retired_at.is_some()).map(|row| row.id).collect()
}

/// Without its learning of keys by the way, which reading would bring about.
async fn census(app: &TestApp) -> Census {
    let vault = Arc::clone(&app.running.app().vault);
    tokio::task::spawn_blocking(move || vault.census(&mut |_| ())).await.unwrap().unwrap()
}

fn under(census: &Census, key: uuid::Uuid) -> u64 {
    census.iter().filter(|((_, under), _)| *under == Some(key)).map(|(_, count)| count).sum()
}

/// What servers do meanwhile.
struct Load {
    stop: Arc<AtomicBool>,
    working: tokio::task::JoinHandle<u32>,
}

impl Load {
    /// An issuer who sends certificates in, new ones and changed ones; an officer to whom one is shown each time.
    async fn start(app: &TestApp) -> Self {
        let (issuer, certificate) = (app.issuer().await, app.issued(Kind::RoadTransportCertificate).await);
        let holder = app.holder_of(&certificate).await.0;
        let stop = Arc::new(AtomicBool::new(false));
        let working = tokio::spawn(work(issuer, holder, certificate.id, Arc::clone(&stop)));
        Self { stop, working }
    }

    /// How many times a certificate was shown until then.
    async fn stop(self) -> u32 {
        self.stop.store(true, Ordering::SeqCst);
        self.working.await.unwrap()
    }
}

async fn work(issuer: Issuer, holder: Person, id: String, stop: Arc<AtomicBool>) -> u32 {
    let mut presented = 0;
    let known: Vec<_> = vehicles().take(CERTIFICATES).collect();
    for (number, added) in vehicles().skip(CERTIFICATES).enumerate() {
        let change =
            json!({ "event": "change", "holderAddress": format!("辽宁省沈阳市和平区示例路{number}号") });
        let changed = with(known[number % CERTIFICATES].clone(), &change);
        issuer.send_in(&[added, changed]).await;
        let shown = holder.post(&format!("/v1/certificates/{id}/presentations"), &json!({})).await;
        let _: Value = shown.json(201);
        presented += 1;
        if stop.load(Ordering::SeqCst) {
            break;
        }
    }
    presented
}

#[derive(diesel::QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// Rows of a column.
type Rows = BTreeMap<String, String>;

/// What each query finds; `{column}` stands for bytes, in hexadecimal digits.
fn dump(database: &TestDatabase, queries: &[&str]) -> Vec<Rows> {
    let mut conn = inventory::connect(&database.settings()).unwrap();
    let (open, close) = match &conn {
        yzt_api::store::Conn::Postgres(_) => ("encode(", ", 'hex')"),
        yzt_api::store::Conn::Sqlite(_) => ("hex(", ")"),
    };
    let pairs = |query: &&str| {
        let query = query.replace('{', open).replace('}', close);
        let pairs: Vec<Pair> = diesel::sql_query(query).load(&mut conn).unwrap();
        pairs.into_iter().map(|pair| (pair.key, pair.value.to_lowercase())).collect()
    };
    queries.iter().map(pairs).collect()
}

fn ciphertexts(app: &TestApp) -> Vec<Rows> {
    dump(app.database(), &CIPHERTEXTS)
}

/// Every value there is, decrypted by the server's own vault, by column and row.
async fn plain_values(database: &TestDatabase, app: &TestApp) -> Rows {
    let found = dump(database, &CIPHERTEXTS);
    let vault = Arc::clone(&app.running.app().vault);
    let decrypt = move || {
        let mut values = Rows::new();
        for (column, rows) in Column::ALL.into_iter().zip(found) {
            for (key, value) in rows {
                let bytes = data_encoding::HEXLOWER.decode(value.as_bytes()).unwrap();
                let plain = vault.open_bytes(&column.of(&key), &bytes).unwrap();
                values.insert(format!("{} {key}", column.name()), String::from_utf8(plain.to_vec()).unwrap());
            }
        }
        values
    };
    tokio::task::spawn_blocking(decrypt).await.unwrap()
}

/// Whatever was there is there as it was; more may have come.
fn is_within(before: &Rows, after: &Rows) {
    for (key, value) in before {
        assert!(after[key] == *value, "{key}");
    }
}
