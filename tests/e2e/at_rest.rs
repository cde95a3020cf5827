//! Nothing that must be kept can be read in anything a site stores or writes.
//!
//! A whole story is played on a real server, with invented people: certificates come in, people sign in with right and
//! wrong passwords, show, check, unmask, bind and fail. Then every byte that is left is searched for what they said.
//!
//! - `at_rest/story.rs`: the story
//! - `at_rest/search.rs`: the search, in every form a value may have been written in

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use yzt_api::clock::Clock;
use yzt_api::config::Config;
use yzt_api::store::inventory;
use yzt_api::{log, server};
use yzt_tests::postgres::Postgres;
use yzt_tests::redis::Redis;
use yzt_tests::{Backend, TestDatabase, keeper};

use crate::backup::{Place as Restored, all_rows};
use crate::command;
use crate::wechat::{APP_ID, APP_SECRET, REAL_NAME_SECRET, RealNames, WeChat};

mod search;
mod story;

use search::{Kept, Place};
use story::Story;

const LISTENING: &str = "listening ";
/// Said in the log by whoever starts the server, and put wherever something is stored.
const PLANTED: &str = "planted-0f4c62d1a7";
const BACKUP_PASSPHRASE: &str = "a passphrase for backups";

#[tokio::test]
async fn nothing_that_must_be_kept_can_be_read_in_anything_that_is_stored_or_written() {
    let site = Site::new();
    let server = Server::start(&site);
    let mut story = Story::new(&site, &server.base);
    story.play().await;
    let metrics = story.visitor().get("/metrics").await.text;

    let mut places = vec![Place::new("metrics", "/v1/ingest").with("/metrics", metrics)];
    places.extend(site.redis.as_ref().map(redis_place));
    let export = site.folder("export").join("audit.ndjson");
    let written = command::run(&site.database, &["audit", "export", "--out", export.to_str().unwrap()]);
    places.push(Place::new("audit", &story.issuer_id).with_folder(&site.folder("export")));
    let backup = site.backup();
    // Killed, so that what SQLite has not moved out of its write-ahead log is in there.
    let said = server.kill();
    std::fs::write(site.database.directory().join("keys/planted"), PLANTED).unwrap();
    std::fs::write(site.folder("temporary").join("planted"), PLANTED).unwrap();
    places.push(Place::new("log", PLANTED).with("server", said).with("command", written));
    places.push(Place::new("keystore", PLANTED).with_folder(&site.database.directory().join("keys")));
    places.push(Place::new("temporary", PLANTED).with_folder(&site.folder("temporary")));
    places.push(site.database_place());
    places.push(backup.place().await);

    for place in &places {
        place.check();
    }
    let leaks: Vec<_> = places.iter().flat_map(|place| place.leaks(&story.kept)).collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    assert_eq!(backup.sealed().leaks(&[Kept::new("a name", PLANTED)]), Vec::<String>::new(), "encrypted");
}

#[tokio::test]
#[ignore = "run by the test here, as a process whose every trace is searched"]
async fn the_server_that_is_searched() {
    let config = Config::load(None).unwrap();
    log::start(&config).unwrap();
    tracing::info!(planted = PLANTED, "begins");
    let running = server::spawn(config, Clock::System).await.unwrap();
    println!("{LISTENING}{}", running.address());
    std::future::pending::<()>().await;
}

/// Where a server runs, with services of its own, so that whatever they store is of this story.
struct Site {
    database: TestDatabase,
    postgres: Option<(Postgres, PathBuf)>,
    redis: Option<Redis>,
    wechat: WeChat,
    real_names: RealNames,
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let is_shared = Backend::of_this_run() == Backend::Postgres;
        let postgres = is_shared.then(|| {
            let folder = keeper::directory();
            (Postgres::start_in(folder.clone(), 5432, &[]).unwrap(), folder)
        });
        let database = match &postgres {
            Some((postgres, _)) => TestDatabase::at(postgres.new_database()),
            None => TestDatabase::new(Backend::Sqlite).unwrap(),
        };
        let redis = is_shared.then(|| Redis::start().unwrap());
        let (wechat, real_names) = (WeChat::start(), RealNames::start());
        let folder = tempfile::TempDir::new().unwrap();
        Self { database, postgres, redis, wechat, real_names, folder }
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The files of the database, and its rows as text: PostgreSQL compresses long values.
    fn database_place(&self) -> Place {
        let place = Place::new("database", PLANTED).with_rows(&self.database);
        match &self.postgres {
            None => place.with_folder(self.database.directory()),
            Some((_, folder)) => {
                let mut conn = inventory::connect(&self.database.settings()).unwrap();
                conn.batch_execute("CHECKPOINT").unwrap();
                place
                    .with_folder(&folder.join("data"))
                    .with("log", std::fs::read(folder.join("log")).unwrap())
            }
        }
    }

    fn backup(&self) -> Backup {
        let folder = self.folder("backup");
        let (plain, sealed) = (folder.join("plain.yztb"), folder.join("sealed.yztb"));
        let passphrase = self.folder("passphrase").join("file");
        std::fs::write(&passphrase, BACKUP_PASSPHRASE).unwrap();
        command::run(&self.database, &["backup", "--plain", "--out", plain.to_str().unwrap()]);
        let under = ["--passphrase-file", passphrase.to_str().unwrap(), "--out", sealed.to_str().unwrap()];
        command::run(&self.database, &[&["backup"][..], &under].concat());
        Backup { plain, sealed }
    }
}

impl Place {
    fn with_rows(self, database: &TestDatabase) -> Self {
        let rows = all_rows(database).into_iter();
        rows.fold(self, |place, (table, rows)| place.with(table, rows.join("\n").into_bytes()))
    }
}

/// Everything Redis holds, as it writes it down, not compressed.
fn redis_place(redis: &Redis) -> Place {
    assert_eq!(redis.ask(&["SET", "planted", PLANTED]), "OK");
    assert_eq!(redis.ask(&["CONFIG", "SET", "rdbcompression", "no"]), "OK");
    assert_eq!(redis.ask(&["SAVE"]), "OK");
    let keys = redis.ask(&["KEYS", "*"]);
    assert!(keys.lines().count() > 3, "something besides: {keys}");
    Place::new("redis", PLANTED).with_folder(&redis.directory())
}

struct Backup {
    plain: PathBuf,
    sealed: PathBuf,
}

impl Backup {
    /// The file itself and what is restored from it: what is in the file may be compressed.
    async fn place(&self) -> Place {
        let place = Restored::new();
        let restored = place.restore(&self.plain);
        restored.await.unwrap();
        let file = std::fs::read(&self.plain).unwrap();
        Place::new("backup", PLANTED).with("file", file).with_rows(&place.database).with_folder(&place.keys())
    }

    fn sealed(&self) -> Place {
        Place::new("sealed backup", PLANTED).with("file", std::fs::read(&self.sealed).unwrap())
    }
}

/// A server in a process of its own, which logs all it can.
struct Server {
    child: Child,
    base: String,
    log: JoinHandle<Vec<u8>>,
    said: JoinHandle<Vec<u8>>,
}

impl Server {
    fn start(site: &Site) -> Self {
        let redis = site.redis.as_ref().map_or(String::new(), Redis::url);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "at_rest::the_server_that_is_searched", "--ignored", "--nocapture"])
            .env("YZT_DATABASE_URL", site.database.url())
            .env("YZT_DATA_DIR", site.database.directory())
            .env("YZT_REDIS_URL", redis)
            .env("YZT_BIND", "127.0.0.1:0")
            .env("YZT_KEYSTORE_ROUNDS", "1")
            .env("YZT_PASSWORD_ROUNDS", "1")
            .env("YZT_PASSWORD_LIFETIME", "0")
            .env("YZT_DEVICE_CREDENTIALS", "true")
            .env("YZT_LOG_LEVEL", "trace")
            .env("YZT_WECHAT_APP_ID", APP_ID)
            .env("YZT_WECHAT_SECRET", APP_SECRET)
            .env("YZT_WECHAT_BASE_URL", site.wechat.base())
            .env("YZT_REAL_NAME_URL", site.real_names.address())
            .env("YZT_REAL_NAME_SECRET", REAL_NAME_SECRET)
            .env("TMPDIR", site.folder("temporary"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Read all the while, so that the log never fills its pipe.
        let log = read_on(child.stderr.take().unwrap());
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(out.read_line(&mut line).unwrap(), 0);
            if let Some((_, address)) = line.split_once(LISTENING) {
                break address.trim().to_owned();
            }
        };
        Self { child, base: format!("http://{address}"), log, said: read_on(out) }
    }

    /// Ends it, and says what it wrote.
    fn kill(mut self) -> Vec<u8> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        [self.log.join().unwrap(), self.said.join().unwrap()].concat()
    }
}

fn read_on(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        all
    })
}
