//! The database: one `Db` over SQLite or PostgreSQL, and below it one file of queries for each subject.
//!
//! Every query is written once and runs on both. What is not here: rules. A query file knows tables, not what
//! they mean. Three habits follow from running on both: no `on_conflict` and no batch insert through [`Conn`];
//! an insert that may meet its own duplicate sits in [`attempt`], because PostgreSQL ends the transaction
//! otherwise; and a change that depends on what was read is a conditional `UPDATE` whose row count is looked at.
//! A row known by a unique key is had with `get_result` and not `first`: SQLite plans a query with a `LIMIT` anew at
//! every use, which takes longer than the query.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use diesel::r2d2::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub mod accounts;
pub mod activations;
pub mod approvals;
pub mod audit;
pub mod backups;
pub mod batches;
pub mod bindings;
mod bulk;
pub mod certificates;
pub mod ciphertexts;
pub mod claims;
pub mod collected;
pub mod collection;
pub mod conformity;
mod connect;
pub mod copies;
pub mod data_keys;
pub mod devices;
pub mod encryption_keys;
mod error;
pub mod events;
pub mod factors;
pub mod failed_sign_ins;
pub mod grants;
pub mod holders;
pub mod indices;
pub mod inventory;
pub mod jobs;
pub mod keys;
pub mod licence_counts;
pub mod lookups;
pub mod maintenance;
mod meter;
pub mod migrate;
pub mod outflows;
pub mod passwords;
pub mod presentations;
pub mod provinces;
pub mod publication;
pub mod receipts;
pub mod refusals;
pub mod reveals;
pub mod score_reports;
pub mod scores;
pub mod service_keys;
pub mod sessions;
pub mod trainings;
mod transaction;
pub mod wechat_users;
pub mod writes;

pub use connect::{Conn, DatabaseUrl, Durability};
pub use error::StoreError;
pub use meter::Meter;
pub use transaction::{PUBLICATION, attempt, in_turn, transaction};

use connect::Manager;
use meter::Raised;

/// How long a request waits for a connection before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where to go on with a list.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Behind the row with this id; `None`: from the beginning.
    pub after: Option<String>,
    /// Newest first, or oldest.
    pub newest_first: bool,
}

/// How the database is reached. The defaults are those of `config.rs`.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Which database.
    pub url: DatabaseUrl,
    /// Most connections at once (PostgreSQL), or most readers beside the one writer (SQLite).
    pub connections: u32,
    /// What an acknowledged write has survived (SQLite).
    pub durability: Durability,
    /// Longest a statement may take (PostgreSQL); `None`: as long as it takes.
    pub statement_limit: Option<Duration>,
    /// Whether the schema is brought up to date; if not, it must be.
    pub migrate: bool,
}

/// The database. Cheap to clone: all clones share their connections.
#[derive(Clone)]
pub struct Db {
    readers: Lane,
    writers: Lane,
    manager: Manager,
}

impl Db {
    /// Connects, brings the schema up to date and is ready for work. Blocks.
    ///
    /// # Errors
    /// When the database cannot be reached, or holds a schema this program cannot work with.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        Self::open_metered(settings, None)
    }

    /// As [`Self::open`], and counts what happens.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_metered(settings: &StoreSettings, meter: Option<Meter>) -> Result<Self, StoreError> {
        let mut first = Manager::new(settings, false, None).unlimited().connect_now()?;
        if settings.migrate {
            let applied = migrate::up(&mut first)?.len();
            tracing::info!(applied, "schema up to date");
        }
        migrate::fit_schema(&mut first)?;
        drop(first);
        let manager = |read_only| Manager::new(settings, read_only, meter.clone());
        Ok(match settings.url {
            // SQLite has one writer at a time. Queueing for it here, in order, costs nothing; letting SQLite
            // sort it out costs `database is locked`.
            DatabaseUrl::Sqlite(_) => Self {
                readers: Lane::new("readers", manager(true), settings.connections),
                writers: Lane::new("writers", manager(false), 1),
                manager: manager(false),
            },
            DatabaseUrl::Postgres(_) => {
                let lane = Lane::new("all", manager(false), settings.connections);
                Self { readers: lane.clone(), writers: lane, manager: manager(false) }
            }
        })
    }

    /// From here on nobody waits longer than `limit` for work that was begun: a database that took the question and
    /// vanished must not hold up who asks. What it does with a write then is not known.
    pub fn limit_waiting(&self, limit: Duration) {
        // Who was first has decided.
        let _ = self.readers.limit.set(limit);
        let _ = self.writers.limit.set(limit);
    }

    /// A connection of its own, beside the pool: for what is rare and may come up where one is held already. Blocks.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn connect(&self) -> Result<Conn, StoreError> {
        self.manager.connect_now()
    }

    /// Runs `work`, which only reads, on a blocking thread and outside any transaction.
    ///
    /// # Errors
    /// What `work` answers, or that no connection was to be had.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.readers.run(work).await
    }

    /// Runs `work` on a blocking thread in one transaction: all of it holds once this returns `Ok`, none
    /// otherwise. On SQLite writers come one after another, so `work` should hold nothing but queries.
    ///
    /// # Errors
    /// What `work` answers, or that no connection was to be had, or that the commit failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writers.run(|conn| transaction(conn, work)).await
    }
}

/// A pool and its queue. The queue is tokio's, first come first served, so that work that waits holds no thread.
#[derive(Clone)]
struct Lane {
    name: &'static str,
    meter: Option<Meter>,
    pool: Pool<Manager>,
    places: Arc<Semaphore>,
    limit: Arc<OnceLock<Duration>>,
}

impl Lane {
    fn new(name: &'static str, manager: Manager, size: u32) -> Self {
        let size = size.max(1);
        Self {
            name,
            meter: manager.meter().cloned(),
            pool: manager.pool(size, PATIENCE),
            places: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
            limit: Arc::default(),
        }
    }

    /// Waits for its turn.
    async fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let _waiting =
            Raised::new(self.meter.as_ref().map(|meter| meter.waiting.with_label_values(&[self.name])));
        let turn = Arc::clone(&self.places).acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(place) => place.map_err(|_| StoreError::Stopped),
            Err(_) => {
                self.meter.iter().for_each(|meter| meter.failed(&StoreError::Busy));
                Err(StoreError::Busy)
            }
        }
    }

    async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        // One patience for the place and the connection together.
        let until = Instant::now() + PATIENCE;
        let place = self.place().await?;
        let (pool, meter, lane) = (self.pool.clone(), self.meter.clone(), self.name);
        let working = tokio::task::spawn_blocking(move || {
            let in_use = Raised::new(meter.as_ref().map(|meter| meter.in_use.with_label_values(&[lane])));
            let left = until.saturating_duration_since(Instant::now());
            let mut conn = pool.get_timeout(left).map_err(StoreError::unreachable).inspect_err(|error| {
                meter.iter().for_each(|meter| meter.failed(error));
            })?;
            let answer = work(&mut conn);
            drop(conn);
            drop((place, in_use));
            answer
        });
        let worked = match self.limit.get() {
            Some(limit) => tokio::time::timeout(*limit, working).await.map_err(StoreError::unreachable)?,
            None => working.await,
        };
        worked.map_err(|_| StoreError::Stopped)?
    }
}
