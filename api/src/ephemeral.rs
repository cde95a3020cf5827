//! What may be forgotten at any time: values that are taken once, counts in a window.
//!
//! - `ephemeral/local.rs`: kept in this process, for a server that is alone
//! - `ephemeral/redis.rs`: kept in Redis, for several servers that share it
//!
//! Every function is one step: of many at once, on whichever servers, each sees what those before it did. When Redis
//! does not answer they say so, and who calls decides: limits are open then (`limits.rs`), what may be used once is
//! refused. Nothing whose loss would matter belongs here: that is the database's (`claims.rs`).

use std::fmt;

use verifier_core::sm2::sm3;

use crate::problem::{Code, Problem};

mod local;
mod redis;

pub use local::Local;
pub use redis::{Redis, RedisSettings};

/// When to come again, in seconds, after Redis did not answer: it is looked for every second.
const RETRY_AFTER: u32 = 2;

/// What an entry is about. Only its digest is kept: a login or an address is personal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `subject` among those of `space`.
    #[must_use]
    pub fn new(space: &'static str, subject: &str) -> Self {
        Self(sm3(format!("{space}\0{subject}").as_bytes()))
    }

    /// The key of one of several things under this one.
    #[must_use]
    fn of(&self, part: &[u8]) -> Self {
        Self(sm3(&[&self.0, part].concat()))
    }

    /// What is kept of it.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }
}

/// How often something happened in the window it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Times, this one included.
    pub times: u32,
    /// Seconds until the window ends.
    pub ends_in: u32,
}

/// Short-lived state.
pub enum Ephemeral {
    /// In this process.
    Local(Local),
    /// In Redis.
    Redis(Box<Redis>),
}

impl Ephemeral {
    /// Keeps `value` for `seconds`, in place of what was there.
    ///
    /// # Errors
    /// When it is not to be had; the value may or may not be kept.
    pub async fn put(&self, key: Key, value: Vec<u8>, seconds: u32) -> Result<(), EphemeralError> {
        match self {
            Self::Local(local) => {
                local.put(key, value, seconds);
                Ok(())
            }
            Self::Redis(redis) => redis.put(key, value, seconds).await,
        }
    }

    /// The value kept under `key`, which is then gone. Of many at once, one gets it.
    ///
    /// # Errors
    /// When it is not to be had; the value may be gone.
    pub async fn take_once(&self, key: Key) -> Result<Option<Vec<u8>>, EphemeralError> {
        match self {
            Self::Local(local) => Ok(local.take_once(key)),
            Self::Redis(redis) => redis.take_once(key).await,
        }
    }

    /// Counts one more of `key`; the window begins with the first and lasts `seconds`.
    ///
    /// # Errors
    /// When it is not to be had; it may or may not be counted.
    pub async fn count_in_window(&self, key: Key, seconds: u32) -> Result<Count, EphemeralError> {
        match self {
            Self::Local(local) => Ok(local.count_in_window(key, seconds)),
            Self::Redis(redis) => redis.count_in_window(key, seconds).await,
        }
    }

    /// Takes one count back: what was counted turned out not to be of the kind that is counted.
    ///
    /// # Errors
    /// When it is not to be had; the count may stand.
    pub async fn uncount(&self, key: Key) -> Result<(), EphemeralError> {
        match self {
            Self::Local(local) => {
                local.uncount(key);
                Ok(())
            }
            Self::Redis(redis) => redis.uncount(key).await,
        }
    }

    /// The Redis that is used, if one is.
    #[must_use]
    pub const fn redis(&self) -> Option<&Redis> {
        match self {
            Self::Local(_) => None,
            Self::Redis(redis) => Some(redis),
        }
    }
}

/// Why short-lived state is not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EphemeralError {
    /// The settings do not do: which one, and why.
    Setting(String),
    /// Redis does not answer, or not in time.
    Unreachable(String),
    /// The database, which remembers what was taken, does not.
    Forgetful(String),
}

impl fmt::Display for EphemeralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(fault) => f.write_str(fault),
            Self::Unreachable(cause) => write!(f, "redis unreachable: {cause}"),
            Self::Forgetful(cause) => write!(f, "what was taken cannot be remembered: {cause}"),
        }
    }
}

impl std::error::Error for EphemeralError {}

/// For what may be used once: it is refused until this is to be had again.
impl From<EphemeralError> for Problem {
    fn from(error: EphemeralError) -> Self {
        Self::new(Code::Unavailable).retry_after(RETRY_AFTER).because(error)
    }
}

/// An entry's last moment as whole seconds from now, rounded up.
fn seconds_left(millis: i64) -> u32 {
    u32::try_from(millis.max(0).saturating_add(999) / 1000).unwrap_or(u32::MAX)
}
