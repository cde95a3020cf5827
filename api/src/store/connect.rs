//! Connections: which database an address means, and how a fresh connection is set up.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::{Meter, StoreError, StoreSettings};

/// What SQLite says when another connection is in the way, and how soon to ask again.
const LOCKED: &str = "database is locked";
const AGAIN: Duration = Duration::from_millis(10);

/// A connection to either database. Queries written against it run on both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL 15 or later.
    Postgres(PgConnection),
    /// SQLite, built into this program.
    Sqlite(SqliteConnection),
}

/// Which database: the scheme decides, nothing is tried.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH`, a file that is made when it is missing.
    Sqlite(PathBuf),
    /// `postgres://…` or `postgresql://…`, as libpq reads it.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:") {
            None => Err(StoreError::Address("begin it with sqlite: or postgres://")),
            Some("" | ":memory:") => Err(StoreError::Address("name a file after sqlite:")),
            Some(path) => Ok(Self::Sqlite(path.trim_start_matches("//").into())),
        }
    }
}

/// Without the password that may be in it.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// What libpq is told unless the address says otherwise: not to wait for a server that has vanished. Seconds, and of
/// the last but one milliseconds.
const IN_GOOD_TIME: [(&str, &str); 6] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "15000"),
    ("application_name", "yzt"),
];

/// What an acknowledged write has survived on SQLite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of this program, by SIGKILL too, and a loss of power: every commit waits for the disk.
    #[default]
    Power,
    /// The end of this program, but not a loss of power. Faster on slow disks.
    Process,
}

/// Makes connections for a pool.
#[derive(Clone)]
pub(super) struct Manager {
    url: DatabaseUrl,
    durability: Durability,
    read_only: bool,
    statement_limit: Option<Duration>,
    meter: Option<Meter>,
}

impl Manager {
    pub(super) fn new(settings: &StoreSettings, read_only: bool, meter: Option<Meter>) -> Self {
        Self {
            url: settings.url.clone(),
            durability: settings.durability,
            read_only,
            statement_limit: settings.statement_limit,
            meter,
        }
    }

    /// For work that may take as long as it takes: bringing the schema up to date.
    pub(super) fn unlimited(self) -> Self {
        Self { statement_limit: None, ..self }
    }

    pub(super) fn meter(&self) -> Option<&Meter> {
        self.meter.as_ref()
    }

    pub(super) fn pool(self, size: u32, patience: Duration) -> Pool<Self> {
        // A server's connection may have died since it was last used; a file does not.
        let may_die = matches!(self.url, DatabaseUrl::Postgres(_));
        Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .test_on_check_out(may_die)
            .connection_timeout(patience)
            .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
            .build_unchecked(self)
    }

    pub(super) fn connect_now(&self) -> Result<Conn, StoreError> {
        let mut conn = match &self.url {
            DatabaseUrl::Postgres(url) => self.connect_to(url),
            DatabaseUrl::Sqlite(path) => self.open_file(path),
        }?;
        if let Some(meter) = &self.meter {
            conn.set_instrumentation(meter.clone());
        }
        Ok(conn)
    }

    fn connect_to(&self, url: &str) -> Result<Conn, StoreError> {
        let mut conn = PgConnection::establish(&in_good_time(url)).map_err(StoreError::unreachable)?;
        if let Some(limit) = self.statement_limit {
            let (statement, lock) = (limit.as_millis(), super::PATIENCE.as_millis());
            // A transaction whose server was held up must not hold its locks for ever.
            let idle = statement.saturating_mul(2);
            conn.batch_execute(&format!(
                "SET statement_timeout = {statement}; SET lock_timeout = {lock};
                 SET idle_in_transaction_session_timeout = {idle};"
            ))
            .map_err(StoreError::unreachable)?;
        }
        Ok(Conn::Postgres(conn))
    }

    fn open_file(&self, path: &Path) -> Result<Conn, StoreError> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(StoreError::unreachable)?;
        }
        let mut conn =
            SqliteConnection::establish(&path.to_string_lossy()).map_err(StoreError::unreachable)?;
        let synchronous = match self.durability {
            Durability::Power => "FULL",
            Durability::Process => "NORMAL",
        };
        let query_only = if self.read_only { "ON" } else { "OFF" };
        // The writer touches a page of every index with each row, readers a few. KiB, negative as SQLite has it.
        let cache_size = if self.read_only { -16_000 } else { -64_000 };
        // The time-out first: switching to WAL already needs the lock that others may hold.
        let settings = format!(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
             PRAGMA foreign_keys = ON; PRAGMA query_only = {query_only}; PRAGMA cache_size = {cache_size};
             PRAGMA wal_autocheckpoint = 4000;"
        );
        // Of several that switch a new file to WAL at once, SQLite refuses all but one without waiting.
        let until = Instant::now() + super::PATIENCE;
        while let Err(error) = conn.batch_execute(&settings) {
            if !error.to_string().contains(LOCKED) || Instant::now() > until {
                return Err(StoreError::unreachable(error));
            }
            std::thread::sleep(AGAIN);
        }
        Ok(Conn::Sqlite(conn))
    }
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        self.connect_now()
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        conn.ping().map_err(StoreError::from)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// An address with [`IN_GOOD_TIME`] added to what it says itself.
fn in_good_time(url: &str) -> String {
    let (base, said) = url.split_once('?').unwrap_or((url, ""));
    let is_said = |name: &str| said.split('&').any(|option| option.split('=').next() == Some(name));
    let added =
        IN_GOOD_TIME.iter().filter(|(name, _)| !is_said(name)).map(|(name, value)| format!("{name}={value}"));
    let own = (!said.is_empty()).then(|| said.to_owned());
    let options: Vec<String> = own.into_iter().chain(added).collect();
    format!("{base}?{}", options.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_it_says_and_gets_the_rest() {
        let url = in_good_time("postgres://a@b/c?connect_timeout=60&sslmode=verify-full");
        assert!(
            url.starts_with("postgres://a@b/c?connect_timeout=60&sslmode=verify-full&keepalives_idle=10&")
        );
        assert_eq!(url.matches("connect_timeout").count(), 1);
        assert!(in_good_time("postgres://a@b/c").starts_with("postgres://a@b/c?connect_timeout=5&"));
    }
}
