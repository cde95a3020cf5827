//! A database for each test.

use tempfile::TempDir;
use yzt_api::store::{Db, Durability, StoreSettings};

use crate::postgres;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary directory.
    Sqlite,
    /// A database on a throwaway server, with Redis beside it.
    Postgres,
}

impl Backend {
    /// The one end-to-end tests run on: `YZT_TEST_BACKEND`, SQLite where it is not set.
    #[must_use]
    pub fn of_this_run() -> Self {
        match std::env::var("YZT_TEST_BACKEND").as_deref() {
            Ok("postgres") => Self::Postgres,
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok(other) => panic!("YZT_TEST_BACKEND: sqlite or postgres, not {other}"),
        }
    }
}

/// An empty database, gone when it is dropped.
pub struct TestDatabase {
    url: String,
    directory: TempDir,
    is_shared: bool,
}

impl TestDatabase {
    /// A new one; `None` when the backend is not on this machine and nothing says it must be.
    #[must_use]
    pub fn new(backend: Backend) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let url = match backend {
            Backend::Sqlite => format!("sqlite:{}", directory.path().join("yzt.db").display()),
            Backend::Postgres => match postgres::new_database() {
                Some(url) => url,
                None => return missing("PostgreSQL in /usr/lib/postgresql"),
            },
        };
        Some(Self { url, directory, is_shared: backend == Backend::Postgres })
    }

    /// The one at this address.
    #[must_use]
    pub fn at(url: String) -> Self {
        Self { url, directory: TempDir::new().unwrap(), is_shared: false }
    }

    /// Its address, as the setting takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A directory that goes with it.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Opens it, with the newest schema.
    #[must_use]
    pub fn open(&self) -> Db {
        Db::open(&self.settings()).unwrap()
    }

    /// How to open it. Tests do not wait for the disk.
    #[must_use]
    pub fn settings(&self) -> StoreSettings {
        StoreSettings {
            url: self.url.parse().unwrap(),
            connections: 4,
            durability: Durability::Process,
            statement_limit: None,
            migrate: true,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.is_shared {
            postgres::remove_database(&self.url);
        }
    }
}

/// Says that a service is not on this machine: no reason to fail, unless this run is about it.
///
/// # Panics
/// With `YZT_TEST_BACKEND=postgres`.
#[must_use]
pub fn missing<T>(service: &str) -> Option<T> {
    assert_ne!(
        Backend::of_this_run(),
        Backend::Postgres,
        "YZT_TEST_BACKEND=postgres, and there is no {service}"
    );
    println!("not run: there is no {service}");
    None
}
