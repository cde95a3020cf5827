//! Short-lived state in Redis, shared by several servers.
//!
//! An entry ends by the servers' clock, which is written into it; Redis' own expiry only clears up. Every step is one
//! command or one script, so that servers cannot come between.
//!
//! A value that was taken could come back with a memory restored from disk, or with a replica that lagged: so taking
//! one is also claimed in the database (`claims.rs`).
//!
//! - `ephemeral/redis/line.rs`: the connection, which mends itself

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use prometheus::IntGauge;
use redis::{Cmd, Script};

use super::{Count, EphemeralError, Key, seconds_left};
use crate::claims::Claims;
use crate::clock::{Clock, Timestamp};
use crate::config::Secret;
use crate::keys::cipher;

mod line;

use line::Line;

/// Counts one more. KEYS: the entry. ARGV: now, the end of a window that begins now, its length.
static COUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local ends = redis.call('HGET', KEYS[1], 'ends')
        if not ends or tonumber(ends) <= tonumber(ARGV[1]) then
            ends = ARGV[2]
            redis.call('HSET', KEYS[1], 'ends', ends, 'times', 0)
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
        return { redis.call('HINCRBY', KEYS[1], 'times', 1), tonumber(ends) }",
    )
});

/// Takes one count back, where there is one.
static UNCOUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if tonumber(redis.call('HGET', KEYS[1], 'times') or 0) > 0 then
            redis.call('HINCRBY', KEYS[1], 'times', -1)
        end
        return 0",
    )
});

/// Length of the end that is written before a value.
const END: usize = 8;
/// Bytes that tell one life of a value from the next.
const LIFE: usize = 16;

/// How Redis is reached.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// `redis://`, `rediss://` or `unix://`.
    pub url: Secret,
    /// A file of the certificates that may vouch for it; empty: the system's.
    pub ca_file: String,
    /// What its keys begin with.
    pub prefix: String,
}

/// Short-lived state of a site.
pub struct Redis {
    line: Line,
    prefix: String,
    clock: Clock,
    claims: Claims,
}

impl Redis {
    /// Short-lived state in the Redis of these settings, which need not answer yet. `degraded` is 1 while it does not.
    ///
    /// # Errors
    /// When the settings do not do.
    pub fn new(
        settings: &RedisSettings,
        clock: Clock,
        claims: Claims,
        degraded: IntGauge,
    ) -> Result<Self, EphemeralError> {
        let line = Line::new(settings, degraded)?;
        Ok(Self { line, prefix: settings.prefix.clone(), clock, claims })
    }

    /// Whether it answers now.
    pub async fn answers(&self) -> bool {
        self.line.look().await
    }

    /// Keeps the connection up, for ever.
    pub async fn keep_connected(&self) {
        self.line.keep().await;
    }

    pub(super) async fn put(&self, key: Key, value: Vec<u8>, seconds: u32) -> Result<(), EphemeralError> {
        let ends = self.clock.now().plus_seconds(seconds.into());
        // What is put again under the same key can be taken again; what Redis remembers from before cannot.
        let life = cipher::random::<LIFE>()
            .ok_or_else(|| EphemeralError::Forgetful("this machine gives no random bytes".to_owned()))?;
        let entry = [&ends.millis().to_be_bytes()[..], &life[..], &value].concat();
        let command = Cmd::set(self.name("v", key), entry).arg("PX").arg(millis(seconds)).to_owned();
        self.line.ask(async |mut line| command.query_async(&mut line).await).await
    }

    pub(super) async fn take_once(&self, key: Key) -> Result<Option<Vec<u8>>, EphemeralError> {
        let command = Cmd::get_del(self.name("v", key));
        let entry: Option<Vec<u8>> =
            self.line.ask(async |mut line| command.query_async(&mut line).await).await?;
        let Some((ends, life, value)) = entry.as_deref().and_then(parse) else {
            return Ok(None);
        };
        if ends <= self.clock.now() {
            return Ok(None);
        }
        let first = self.claims.claim_until(key.of(life), ends).await;
        let first = first.map_err(|error| EphemeralError::Forgetful(error.to_string()))?;
        Ok(first.then(|| value.to_vec()))
    }

    pub(super) async fn count_in_window(&self, key: Key, seconds: u32) -> Result<Count, EphemeralError> {
        let now = self.clock.now();
        let mut script = COUNT.key(self.name("c", key));
        script.arg(now.millis()).arg(now.plus_seconds(seconds.into()).millis()).arg(millis(seconds));
        let (times, ends): (u32, i64) =
            self.line.ask(async |mut line| script.invoke_async(&mut line).await).await?;
        Ok(Count { times, ends_in: seconds_left(ends.saturating_sub(now.millis())) })
    }

    pub(super) async fn uncount(&self, key: Key) -> Result<(), EphemeralError> {
        let script = UNCOUNT.key(self.name("c", key));
        self.line.ask(async |mut line| script.invoke_async(&mut line).await).await
    }

    /// Values and counts have spaces of their own, as they are of different types.
    fn name(&self, space: &str, key: Key) -> String {
        format!("{}{space}:{}", self.prefix, HEXLOWER.encode(key.digest()))
    }
}

fn millis(seconds: u32) -> i64 {
    i64::from(seconds.max(1)).saturating_mul(1000)
}

fn parse(entry: &[u8]) -> Option<(Timestamp, &[u8], &[u8])> {
    let (ends, rest) = entry.split_first_chunk::<END>()?;
    let (life, value) = rest.split_first_chunk::<LIFE>()?;
    Some((Timestamp(i64::from_be_bytes(*ends)), life, value))
}
