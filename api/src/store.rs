//! The database: one `Db` over SQLite or PostgreSQL, and below it one file of queries for each subject.
//!
//! Every query is written once and runs on both. What is not here: rules. A query file knows tables, not what
//! they mean. Three habits follow from running on both: no `on_conflict` and no batch insert through [`Conn`];
//! an insert that may meet its own duplicate sits in [`attempt`], because PostgreSQL ends the transaction
//! otherwise; and a change that depends on what was read is a conditional `UPDATE` whose row count is looked at.
//! A row known by a unique key is had with `get_result` and not `first`: SQLite plans a query with a `LIMIT` anew at
//! every use, which takes longer than the query.

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::Pool;
use tokio::sync::Semaphore;

pub mod accounts;
pub mod activations;
pub mod audit;
pub mod batches;
pub mod bindings;
pub mod certificates;
mod connect;
pub mod devices;
mod error;
pub mod events;
pub mod holders;
pub mod indices;
pub mod keys;
pub mod kpi;
mod migrate;
pub mod presentations;
pub mod publication;
pub mod receipts;
pub mod service_keys;
pub mod sessions;
mod transaction;
pub mod wechat_users;

pub use connect::{Conn, DatabaseUrl, Durability};
pub use error::StoreError;
pub use transaction::{attempt, transaction};

use connect::Manager;

/// How long a request waits for a connection before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the database is reached. The defaults are those of `config.rs`.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Which database.
    pub url: DatabaseUrl,
    /// Most connections at once (PostgreSQL), or most readers beside the one writer (SQLite).
    pub connections: u32,
    /// What an acknowledged write has survived (SQLite).
    pub durability: Durability,
}

/// The database. Cheap to clone: all clones share their connections.
#[derive(Clone)]
pub struct Db {
    readers: Lane,
    writers: Lane,
}

impl Db {
    /// Connects, brings the schema up to date and is ready for work. Blocks.
    ///
    /// # Errors
    /// When the database cannot be reached, or holds a schema this program does not know how to move on from.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let mut first = Manager::new(settings, false).connect_now()?;
        migrate::up(&mut first)?;
        drop(first);
        Ok(match settings.url {
            // SQLite has one writer at a time. Queueing for it here, in order, costs nothing; letting SQLite
            // sort it out costs `database is locked`.
            DatabaseUrl::Sqlite(_) => Self {
                readers: Lane::new(Manager::new(settings, true), settings.connections),
                writers: Lane::new(Manager::new(settings, false), 1),
            },
            DatabaseUrl::Postgres(_) => {
                let lane = Lane::new(Manager::new(settings, false), settings.connections);
                Self { readers: lane.clone(), writers: lane }
            }
        })
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
    pool: Pool<Manager>,
    places: Arc<Semaphore>,
}

impl Lane {
    fn new(manager: Manager, size: u32) -> Self {
        let size = size.max(1);
        Self {
            pool: manager.pool(size, PATIENCE),
            places: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
        }
    }

    async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let waiting = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, waiting)
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Stopped)?;
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(StoreError::unreachable)?;
            let answer = work(&mut conn);
            drop(conn);
            drop(place);
            answer
        })
        .await
        .map_err(|_| StoreError::Stopped)?
    }
}

/// Asks the database for nothing, to see whether it answers.
///
/// # Errors
/// When it does not.
pub fn ping(conn: &mut Conn) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    Ok(conn.batch_execute("SELECT 1")?)
}
