//! Attempts that may fail only so often: counted from their beginning, so that many at once do not all slip through
//! before the first fails, and taken back when they succeed.

use crate::app::App;
use crate::ephemeral::Key;
use crate::limits::Limit;
use crate::problem::Problem;

/// Attempts that have begun.
pub struct Attempts {
    keys: Vec<Key>,
}

impl Attempts {
    /// Begins one attempt under each of these limits: a space, who or what in it, and how many may fail within
    /// `window` seconds.
    ///
    /// # Errors
    /// [`crate::problem::Code::TooManyAttempts`] when too many failed already.
    pub async fn begin(
        app: &App,
        limits: impl IntoIterator<Item = (&'static str, String, u32)>,
        window: u32,
    ) -> Result<Self, Problem> {
        let mut keys = Vec::new();
        for (name, subject, most) in limits {
            keys.push(Limit { name, most, window }.count(app, &subject).await?);
        }
        Ok(Self { keys })
    }

    /// Takes them back: only failed ones count.
    pub async fn succeeded(self, app: &App) {
        for key in self.keys {
            // A count that stands although the attempt succeeded ends with its window.
            let _ = app.ephemeral.uncount(key).await;
        }
    }
}
