//! The one `App`: everything a request may need, made once at the start.
//!
//! What is not here: rules. A handler takes what it needs from the `App` and is itself the use case.

use std::fmt;

use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp as UuidTime, Uuid};

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::ephemeral::Ephemeral;
use crate::metrics::Metrics;
use crate::store::{Db, StoreError};

/// Everything a request may need.
pub struct App {
    /// The database.
    pub db: Db,
    /// What may be forgotten: counts and claims with an end.
    pub ephemeral: Ephemeral,
    /// What time it is.
    pub clock: Clock,
    /// The settings.
    pub config: Config,
    /// What is counted.
    pub metrics: Metrics,
    ids: std::sync::Mutex<ContextV7>,
}

impl App {
    /// Opens the database and makes everything ready. Blocks.
    ///
    /// # Errors
    /// When a part cannot be made ready; the error says which, and what to do.
    pub fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let config = config.checked()?;
        Ok(Self {
            db: Db::open(&config.store()?)?,
            ephemeral: Ephemeral::new(clock.clone()),
            clock,
            metrics: Metrics::new().map_err(|error| StartError::Metrics(error.to_string()))?,
            config,
            ids: std::sync::Mutex::new(ContextV7::new()),
        })
    }

    /// A new UUIDv7 of the clock's time. Those of one server sort in the order they were made.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let now = self.clock.now();
        let nanos = u32::try_from(now.millis().rem_euclid(1000)).unwrap_or(0) * 1_000_000;
        // A panic elsewhere while the counter was held leaves it usable.
        let ids = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(UuidTime::from_unix(&*ids, now.seconds().0, nanos))
    }
}

/// Why the program cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The settings do not do.
    Config(ConfigError),
    /// The database does not do.
    Store(StoreError),
    /// Two metrics share a name.
    Metrics(String),
    /// The address cannot be listened on.
    Listen(String),
    /// The server ended by itself.
    Ended(String),
}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Metrics(cause) => write!(f, "metrics: {cause}"),
            Self::Listen(cause) => write!(f, "cannot listen: {cause}; see the setting `bind`"),
            Self::Ended(cause) => write!(f, "the server ended: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}
