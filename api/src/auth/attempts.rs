//! Attempts that may fail only so often within a time: counted from their beginning, so that many at once do not all slip
//! through before the first fails, and taken back when they succeed.
//!
//! Such counts slow guessing down and may be forgotten: they are in `ephemeral`, end with their window, and are open while
//! it is away. What must not be forgotten is not here: that a login is locked after so many failures in a row is in the
//! database, and `lockout.rs` does it. It counts addresses with this.

use crate::app::App;
use crate::ephemeral::Key;
use crate::limits::{Exceeded, Limit};

/// Attempts that have begun.
pub struct Attempts {
    keys: Vec<Key>,
}

impl Attempts {
    /// Begins one attempt under each of these limits: a space, who or what in it, and how many may fail within
    /// `window` seconds.
    ///
    /// # Errors
    /// When too many failed already; as a problem, [`crate::problem::Code::TooManyAttempts`].
    pub async fn begin(
        app: &App,
        limits: impl IntoIterator<Item = (&'static str, String, u32)>,
        window: u32,
    ) -> Result<Self, Exceeded> {
        let mut keys = Vec::new();
        for (name, subject, most) in limits {
            keys.push(Limit { name, most, window }.count(app, &subject).await?);
        }
        Ok(Self { keys })
    }

    /// Takes them back: only failed ones count.
    pub async fn take_back(&self, app: &App) {
        for key in &self.keys {
            // A count that stands although the attempt did not fail ends with its window.
            let _ = app.ephemeral.uncount(*key).await;
        }
    }
}
