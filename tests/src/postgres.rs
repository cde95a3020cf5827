//! PostgreSQL for tests: a throwaway server in a temporary directory, on a socket there.
//!
//! One serves all tests of a process, or of a whole run (`YZT_TEST_DATABASE_URL`); a test that stops it has its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::keeper::{self, Keeper};

/// Names the socket, and is the port where TCP is asked for.
const PORT: u16 = 5432;

static SHARED: LazyLock<Option<Shared>> = LazyLock::new(Shared::find);

/// A server of one's own.
pub struct Postgres {
    keeper: Keeper,
    port: u16,
}

struct Shared {
    url: String,
    /// Where this process started it.
    _own: Option<Postgres>,
}

/// The address of a new, empty database; `None` when there is no PostgreSQL on this machine.
#[must_use]
pub fn new_database() -> Option<String> {
    SHARED.as_ref().map(|shared| create(&shared.url))
}

/// Removes a database made by [`new_database`].
pub fn remove_database(url: &str) {
    let path = url.split('?').next().and_then(|base| base.rsplit_once('/'));
    if let (Some(shared), Some((_, name))) = (SHARED.as_ref(), path) {
        psql(&shared.url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

impl Postgres {
    /// Starts one; `None` when there is none on this machine.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_in(keeper::directory(), PORT, &[])
    }

    /// Starts one in a directory that may hold files for it, on a TCP port too if `options` say so.
    #[must_use]
    pub fn start_in(directory: PathBuf, port: u16, options: &[&str]) -> Option<Self> {
        let bin = programs()?;
        let number = port.to_string();
        let place = [bin.to_str().unwrap(), directory.to_str().unwrap(), &number].map(str::to_owned);
        let arguments = place.iter().map(String::as_str).chain(options.iter().copied());
        Some(Self { keeper: Keeper::start("postgres.sh", directory, arguments), port })
    }

    /// The address of its first database, on its socket.
    #[must_use]
    pub fn url(&self) -> String {
        let directory = self.keeper.directory().display();
        format!("postgres:///postgres?host={directory}&port={}&user=postgres", self.port)
    }

    /// The address of a new, empty database.
    #[must_use]
    pub fn new_database(&self) -> String {
        create(&self.url())
    }

    /// Stops it in order: clients lose their connections, what was committed stays.
    pub fn stop(&mut self) {
        self.keeper.order("stop");
    }

    /// Ends it at once, as if by a crash.
    pub fn crash(&mut self) {
        self.keeper.order("crash");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        self.keeper.order("start");
    }
}

impl Shared {
    fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("YZT_TEST_DATABASE_URL") {
            return programs().map(|_| Self { url, _own: None });
        }
        let own = Postgres::start()?;
        Some(Self { url: own.url(), _own: Some(own) })
    }
}

fn create(url: &str) -> String {
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    psql(url, &format!("CREATE DATABASE {name}"));
    let (base, options) = url.split_once('?').unwrap_or((url, ""));
    let (host, _) = base.rsplit_once('/').unwrap();
    format!("{host}/{name}?{options}")
}

fn psql(url: &str, statement: &str) {
    let program = programs().unwrap().join("psql");
    let done = Command::new(program).args([url, "-qc", statement]).env("PGOPTIONS", QUIET).status().unwrap();
    assert!(done.success(), "psql: {statement}");
}

/// That there is no such database is no news.
const QUIET: &str = "-c client_min_messages=warning";

/// Debian keeps the server's programs out of the path, one directory for each version.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions.flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.into_iter().rfind(|bin| Path::new(bin).join("initdb").exists())
}
