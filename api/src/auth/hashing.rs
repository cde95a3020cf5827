//! Hashing passwords takes long on purpose: there is one place for each processor, and a queue that is not endless.

use std::time::Duration;

use crate::app::App;
use crate::problem::{Code, Problem};

/// How long a request waits for its turn, before it is told to come again in so many seconds.
const PATIENCE: Duration = Duration::from_secs(10);
const RETRY_AFTER: u32 = 10;

/// Runs `work`, which hashes, on a blocking thread when its turn has come.
///
/// # Errors
/// [`Code::Unavailable`] when the queue is too long.
pub async fn run<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let place = tokio::time::timeout(PATIENCE, app.hashing.acquire()).await;
    let _place = place.map_err(|_| Problem::new(Code::Unavailable).retry_after(RETRY_AFTER))?;
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
