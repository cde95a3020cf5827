//! A server killed in the middle of its work: what it said it kept is there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use reqwest::{Body, Method};
use tokio::sync::mpsc;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::Config;
use yzt_api::generate::Generator;
use yzt_api::integrity::Integrity;
use yzt_api::keys::Keystore;
use yzt_api::metrics::Metrics;
use yzt_api::record::Day;
use yzt_api::server;
use yzt_api::store::batches::{self, BatchRow};
use yzt_api::store::{Db, StoreError};
use yzt_tests::actors::Person;
use yzt_tests::{Backend, TestDatabase};

mod receipts;

pub(crate) use receipts::receipt;

const LISTENING: &str = "listening ";
pub(crate) const PASSWORD: &str = "a password for tests";
const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

/// A server in a process of its own.
pub(crate) struct Process {
    child: Child,
    pub(crate) base: String,
}

impl Process {
    fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, &[])
    }

    /// Starts one with more settings, as variables of the environment.
    pub(crate) fn start_with(database: &TestDatabase, settings: &[(&str, String)]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::the_server_that_is_killed", "--ignored", "--nocapture"])
            .env("YZT_DATABASE_URL", database.url())
            .env("YZT_DATA_DIR", database.directory())
            .env("YZT_BIND", "127.0.0.1:0")
            .env("YZT_KEYSTORE_ROUNDS", "1")
            .env("YZT_PASSWORD_ROUNDS", "1")
            .env("YZT_PASSWORD_LIFETIME", "0")
            .env("YZT_SECOND_FACTOR", "off")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = said.find_map(|line| Some(line.split_once(LISTENING)?.1.to_owned())).unwrap();
        Self { child, base: format!("http://{address}") }
    }

    /// SIGKILL: nothing is finished, nothing is cleared up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
    }
}

/// However its test ends.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[ignore = "run by the other tests here, as a process to be killed"]
async fn the_server_that_is_killed() {
    let running = server::spawn(Config::load(None).unwrap(), Clock::System).await.unwrap();
    println!("{LISTENING}{}", running.address());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn an_import_killed_in_the_middle_loses_nothing_that_was_acknowledged() {
    let database = TestDatabase::new(Backend::of_this_run()).unwrap();
    let server = Process::start(&database);
    let db = database.open();
    add_account(&database, ACCOUNT, "issuer", Role::Issuer).await;
    let issuer = Person::at(server.base.clone()).sign_in("issuer", PASSWORD).await;

    // Lines without end, until the server is gone.
    let (sender, receiver) = mpsc::channel(1);
    let request = ingest(
        &issuer,
        Body::wrap_stream(futures_util::stream::unfold(receiver, |mut receiver| async {
            let line: Vec<u8> = receiver.recv().await?;
            Some((Ok::<_, String>(line), receiver))
        })),
    );
    let answer = tokio::spawn(request.send());
    let feeding = tokio::spawn(async move {
        for line in lines(100_000) {
            if sender.send(line).await.is_err() {
                return;
            }
        }
    });
    let acknowledged = loop {
        match batch(&db).await {
            Some(batch) if batch.lines >= 500 => break batch,
            _ => tokio::task::yield_now().await,
        }
    };
    server.kill();
    assert!(answer.await.unwrap().is_err());
    feeding.abort();

    let kept = batch(&db).await.unwrap();
    assert!(kept.lines >= acknowledged.lines && kept.finished_at.is_none());
    assert_eq!(kept.created, kept.lines);

    let server = Process::start(&database);
    let issuer = Person::at(server.base.clone()).sign_in("issuer", PASSWORD).await;
    let count = usize::try_from(kept.lines).unwrap() + 50;
    let again: Vec<u8> = lines(count).flatten().collect();
    let report = issuer.send(ingest(&issuer, again.into())).await.json(200);
    assert_eq!((&report["created"], &report["unchanged"]), (&50.into(), &kept.lines.into()));
    server.kill();
}

fn ingest(issuer: &Person, body: Body) -> reqwest::RequestBuilder {
    let request = issuer.request(Method::POST, "/v1/ingest");
    request.header("content-type", "application/x-ndjson").header("idempotency-key", "killed").body(body)
}

fn lines(count: usize) -> impl Iterator<Item = Vec<u8>> {
    let records = Generator::new(1, Day::parse("20260615").unwrap()).take(count);
    records.map(|record| [record.to_line().as_slice(), b"\n"].concat())
}

async fn batch(db: &Db) -> Option<BatchRow> {
    let find = |conn: &mut _| batches::find_by_key(conn, &format!("{ACCOUNT}:killed"));
    db.read(find).await.unwrap()
}

pub(crate) async fn add_account(database: &TestDatabase, id: &str, login: &str, role: Role) {
    let new = NewAccount {
        id: id.to_owned(),
        login: login.to_owned(),
        role,
        name: "测试账号".to_owned(),
        password: Password::hash(PASSWORD, 1),
        password_initial: false,
        holder_id: None,
        division: None,
    };
    let config = Config {
        data_dir: database.directory().to_string_lossy().into_owned(),
        keystore_rounds: 1,
        ..Config::default()
    };
    let keystore = Arc::new(Keystore::open(&config).unwrap());
    let integrity = Integrity::open(keystore, &Metrics::new().unwrap()).unwrap();
    let add = move |conn: &mut _| accounts::add(conn, &integrity, new, Timestamp(0));
    let added = database.open().write(add).await;
    assert!(added.map_err(|error: StoreError| error.to_string()).unwrap());
}
