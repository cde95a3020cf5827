//! What a device remembers between scans: the presentations it has seen and its clock floor.

use std::collections::BTreeMap;

use crate::presentation::{Cti, Maker};
use crate::time::Seconds;
use crate::verdict::Verdict;
use crate::verify::CLOCK_ALLOWANCE;

/// What a device has seen. The clock floor is the newest time signed by a root, a status key or an issuer's
/// presentation key; never by a phone, whose owner could set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    clock_floor: Seconds,
    /// With the time each presentation ends: past that it cannot be shown again, and need not be remembered.
    seen: BTreeMap<Cti, Seconds>,
}

impl State {
    /// A state as it was stored.
    pub fn new(clock_floor: Seconds, seen: impl IntoIterator<Item = (Cti, Seconds)>) -> Self {
        Self { clock_floor, seen: seen.into_iter().collect() }
    }

    /// The newest time seen signed.
    #[must_use]
    pub const fn clock_floor(&self) -> Seconds {
        self.clock_floor
    }

    /// The presentations remembered, each with its end.
    pub fn seen(&self) -> impl Iterator<Item = (Cti, Seconds)> + '_ {
        self.seen.iter().map(|(cti, expires)| (*cti, *expires))
    }

    /// Whether a scan of this presentation was recorded.
    #[must_use]
    pub fn has_seen(&self, cti: Cti) -> bool {
        self.seen.contains_key(&cti)
    }

    /// Raises the clock floor, to be called with [`crate::bundle::Bundle::newest_time`] whenever a bundle is taken.
    pub fn raise_clock_floor(&mut self, signed: Seconds) {
        self.clock_floor = self.clock_floor.max(signed);
    }

    /// Takes note of a scan that is over. The many frames a camera reads of one showing are one scan.
    pub fn record(&mut self, verdict: &Verdict) {
        let Some(shown) = verdict.presentation else {
            return;
        };
        if shown.by == Maker::Server {
            self.raise_clock_floor(shown.made);
        }
        self.seen.insert(shown.cti, shown.expires);
        let floor = self.clock_floor;
        self.seen.retain(|_, expires| floor < expires.plus(2 * CLOCK_ALLOWANCE));
    }
}
