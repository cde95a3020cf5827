//! Short-lived state in this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Count, Key, seconds_left};
use crate::clock::{Clock, Timestamp};

/// Entries above which those that have ended are looked for and dropped.
const SWEEP_ABOVE: usize = 4096;

/// Short-lived state of one process.
pub struct Local {
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

impl Local {
    /// Nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, entries: Mutex::default() }
    }

    pub(super) fn put(&self, key: Key, value: Vec<u8>, seconds: u32) {
        let now = self.clock.now();
        let entry = Entry { ends: now.plus_seconds(seconds.into()), times: 0, value };
        self.entries(now).map.insert(key, entry);
    }

    pub(super) fn take_once(&self, key: Key) -> Option<Vec<u8>> {
        let now = self.clock.now();
        let entry = self.entries(now).map.remove(&key)?;
        (entry.ends > now).then_some(entry.value)
    }

    pub(super) fn count_in_window(&self, key: Key, seconds: u32) -> Count {
        let now = self.clock.now();
        let mut entries = self.entries(now);
        let entry = entries.map.entry(key).or_insert(Entry { ends: now, times: 0, value: Vec::new() });
        if entry.ends <= now {
            entry.ends = now.plus_seconds(seconds.into());
            entry.times = 0;
        }
        entry.times = entry.times.saturating_add(1);
        let left = entry.ends.millis().saturating_sub(now.millis());
        Count { times: entry.times, ends_in: seconds_left(left) }
    }

    pub(super) fn uncount(&self, key: Key) {
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
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn entries_that_ended_do_not_fill_the_memory() {
        let clock = Clock::fixed(Timestamp(1_770_000_000_000));
        let local = Local::new(clock.clone());
        for n in 0..=SWEEP_ABOVE {
            local.count_in_window(Key::new("test", &n.to_string()), 60);
        }
        if let Clock::Fixed(millis) = &clock {
            millis.fetch_add(60_000, Ordering::SeqCst);
        }
        local.count_in_window(Key::new("test", "one more"), 60);
        assert_eq!(local.entries(clock.now()).map.len(), 1);
    }
}
