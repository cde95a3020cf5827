//! Limits: how often something may happen within a time. They slow guessing and floods down; nothing else rests on them.
//!
//! While the counts cannot be had the limits are open: a province must not stand still because Redis does. The metric
//! `yzt_unlimited_total` says how much went through.

use crate::app::App;
use crate::ephemeral::Key;
use crate::problem::{Code, Problem};

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name: in metrics, and as the space of its keys.
    pub name: &'static str,
    /// Most times in a window.
    pub most: u32,
    /// How long a window lasts, in seconds.
    pub window: u32,
}

impl Limit {
    /// Counts one more of `subject`. The key answers for it, so that it can be taken back.
    ///
    /// # Errors
    /// When that is more than may be.
    pub async fn count(&self, app: &App, subject: &str) -> Result<Key, Exceeded> {
        let key = Key::new(self.name, subject);
        match app.ephemeral.count_in_window(key, self.window).await {
            Ok(count) if count.times > self.most => {
                Err(Exceeded { is_first: count.times == self.most.saturating_add(1), ends_in: count.ends_in })
            }
            Ok(_) => Ok(key),
            Err(_) => {
                app.metrics.unlimited.with_label_values(&[self.name]).inc();
                Ok(key)
            }
        }
    }
}

/// That something happened more often than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Whether it is the first time too many in its window.
    pub is_first: bool,
    /// Seconds until the window ends.
    pub ends_in: u32,
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        Self::new(Code::TooManyAttempts).retry_after(exceeded.ends_in)
    }
}
