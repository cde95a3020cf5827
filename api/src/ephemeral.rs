//! What may be forgotten at any time: claims that hold once, values that are taken once, counts in a window.
//!
//! Kept in this process. Nothing whose loss would matter belongs here: that is the database's.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use verifier_core::sm2::sm3;

use crate::clock::{Clock, Timestamp};

/// Entries above which those that have ended are looked for and dropped.
const SWEEP_ABOVE: usize = 4096;

/// What an entry is about. Only its digest is kept: a login or an address is personal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of `subject` among those of `space`.
    #[must_use]
    pub fn new(space: &'static str, subject: &str) -> Self {
        Self(sm3(format!("{space}\0{subject}").as_bytes()))
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
pub struct Ephemeral {
    clock: Clock,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    map: HashMap<Key, Entry>,
    sweep_above: usize,
}

struct Entry {
    ends: Timestamp,
    times: u32,
    value: Vec<u8>,
}

impl Ephemeral {
    /// Nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    /// Whether this is the first claim of `key` within `seconds`. Of many at once, one is told so.
    pub async fn claim_once(&self, key: Key, seconds: u32) -> bool {
        self.count_in_window(key, seconds).await.times == 1
    }

    /// Keeps `value` for `seconds`, in place of what was there.
    pub async fn put(&self, key: Key, value: Vec<u8>, seconds: u32) {
        let now = self.clock.now();
        let entry = Entry { ends: now.plus_seconds(seconds.into()), times: 0, value };
        self.entries(now).map.insert(key, entry);
    }

    /// The value kept under `key`, which is then gone. Of many at once, one gets it.
    pub async fn take_once(&self, key: Key) -> Option<Vec<u8>> {
        let now = self.clock.now();
        let entry = self.entries(now).map.remove(&key)?;
        (entry.ends > now).then_some(entry.value)
    }

    /// Counts one more of `key`; the window begins with the first and lasts `seconds`.
    pub async fn count_in_window(&self, key: Key, seconds: u32) -> Count {
        let now = self.clock.now();
        let mut entries = self.entries(now);
        let entry = entries.map.entry(key).or_insert(Entry { ends: now, times: 0, value: Vec::new() });
        if entry.ends <= now {
            entry.ends = now.plus_seconds(seconds.into());
            entry.times = 0;
        }
        entry.times = entry.times.saturating_add(1);
        let left = entry.ends.millis().saturating_sub(now.millis());
        Count {
            times: entry.times,
            ends_in: u32::try_from(left.saturating_add(999) / 1000).unwrap_or(u32::MAX),
        }
    }

    /// Takes one count back: what was counted turned out not to be of the kind that is counted.
    pub async fn uncount(&self, key: Key) {
        let now = self.clock.now();
        if let Some(entry) = self.entries(now).map.get_mut(&key) {
            entry.times = entry.times.saturating_sub(1);
        }
    }

    fn entries(&self, now: Timestamp) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.map.len() > entries.sweep_above.max(SWEEP_ABOVE) {
            entries.map.retain(|_, entry| entry.ends > now);
            // Doubling keeps the cost of sweeping a constant share of the cost of adding.
            entries.sweep_above = entries.map.len().saturating_mul(2);
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_noon() -> (Ephemeral, Clock) {
        let clock = Clock::fixed(Timestamp(1_770_000_000_000));
        (Ephemeral::new(clock.clone()), clock)
    }

    fn later(clock: &Clock, seconds: i64) {
        if let Clock::Fixed(millis) = clock {
            millis.fetch_add(seconds * 1000, std::sync::atomic::Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_claim_holds_once_until_it_ends() {
        let (ephemeral, clock) = at_noon();
        let key = Key::new("test", "a");
        assert!(ephemeral.claim_once(key, 60).await);
        assert!(!ephemeral.claim_once(key, 60).await);
        later(&clock, 60);
        assert!(ephemeral.claim_once(key, 60).await);
    }

    #[tokio::test]
    async fn a_value_is_taken_once_and_not_after_its_end() {
        let (ephemeral, clock) = at_noon();
        let key = Key::new("test", "a");
        ephemeral.put(key, vec![7], 60).await;
        assert_eq!(ephemeral.take_once(key).await, Some(vec![7]));
        assert_eq!(ephemeral.take_once(key).await, None);
        ephemeral.put(key, vec![7], 60).await;
        later(&clock, 60);
        assert_eq!(ephemeral.take_once(key).await, None);
    }

    #[tokio::test]
    async fn a_window_counts_from_its_first_and_then_begins_anew() {
        let (ephemeral, clock) = at_noon();
        let key = Key::new("test", "a");
        ephemeral.count_in_window(key, 60).await;
        later(&clock, 59);
        let second = ephemeral.count_in_window(key, 60).await;
        assert_eq!((second.times, second.ends_in), (2, 1));
        later(&clock, 1);
        assert_eq!(ephemeral.count_in_window(key, 60).await.times, 1);
    }

    #[tokio::test]
    async fn entries_that_ended_do_not_fill_the_memory() {
        let (ephemeral, clock) = at_noon();
        for n in 0..=SWEEP_ABOVE {
            ephemeral.claim_once(Key::new("test", &n.to_string()), 60).await;
        }
        later(&clock, 60);
        ephemeral.claim_once(Key::new("test", "one more"), 60).await;
        assert_eq!(ephemeral.entries(clock.now()).map.len(), 1);
    }
}
