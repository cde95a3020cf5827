//! Attempts that may fail only so often: counted from their beginning, so that many at once do not all slip through
//! before the first fails, and taken back when they succeed.

use crate::app::App;
use crate::ephemeral::Key;
use crate::problem::{Code, Problem};

/// Attempts that have begun.
pub struct Attempts {
    keys: Vec<Key>,
}

impl Attempts {
    /// Begins one attempt under each of these limits: a space, who or what in it, and how many may fail within
    /// `window` seconds.
    ///
    /// # Errors
    /// [`Code::TooManyAttempts`] when too many failed already.
    pub async fn begin(
        app: &App,
        limits: impl IntoIterator<Item = (&'static str, String, u32)>,
        window: u32,
    ) -> Result<Self, Problem> {
        let mut keys = Vec::new();
        for (space, subject, limit) in limits {
            let key = Key::new(space, &subject);
            let count = app.ephemeral.count_in_window(key, window).await;
            if count.times > limit {
                return Err(Problem::new(Code::TooManyAttempts).retry_after(count.ends_in));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }

    /// Takes them back: only failed ones count.
    pub async fn succeeded(self, app: &App) {
        for key in self.keys {
            app.ephemeral.uncount(key).await;
        }
    }
}
