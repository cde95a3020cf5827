//! A body that must not keep the server waiting: one byte now and then would hold a connection for days.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

/// So many bytes give a body its patience back in full.
const EARNS_ALL: f64 = 10_240.0;

/// A body that fails with `TimedOut` once the server has waited for it longer than `patience` altogether. What came
/// gives patience back, never more than there was. Only waiting counts: a server that is slow to take a body
/// does not hold that against its sender.
pub(super) fn timely(payload: Payload, patience: Duration) -> Payload {
    let body = Timely { payload, patience, left: patience, waiting: None };
    Payload::Stream { payload: Box::pin(body) }
}

struct Timely {
    payload: Payload,
    patience: Duration,
    left: Duration,
    waiting: Option<Waiting>,
}

struct Waiting {
    since: Instant,
    end: Pin<Box<Sleep>>,
}

impl Stream for Timely {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut self.payload).poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(chunk))) => self.came(chunk.len()),
            Poll::Ready(_) => {}
            Poll::Pending => return self.wait(context),
        }
        polled
    }
}

impl Timely {
    fn came(&mut self, length: usize) {
        if let Some(waited) = self.waiting.take() {
            self.left = self.left.saturating_sub(waited.since.elapsed());
        }
        let share = u32::try_from(length).map_or(1.0, |length| (f64::from(length) / EARNS_ALL).min(1.0));
        self.left = (self.left + self.patience.mul_f64(share)).min(self.patience);
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let left = self.left;
        let waiting = self.waiting.get_or_insert_with(|| {
            let since = Instant::now();
            Waiting { since, end: Box::pin(sleep_until(since + left)) }
        });
        let too_slow = || PayloadError::Incomplete(Some(Error::from(ErrorKind::TimedOut)));
        waiting.end.as_mut().poll(context).map(|()| Some(Err(too_slow())))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use futures_util::stream;

    use super::*;

    /// A body of chunks of `length` bytes, one each `pause`.
    fn body(length: usize, pause: Duration) -> Payload {
        let chunks = stream::repeat(()).then(move |()| async move {
            tokio::time::sleep(pause).await;
            Ok(Bytes::from(vec![0; length]))
        });
        timely(Payload::Stream { payload: Box::pin(chunks) }, Duration::from_secs(20))
    }

    async fn chunks_before_the_end(length: usize, pause: u64) -> usize {
        let chunks = body(length, Duration::from_secs(pause));
        chunks.take(1000).take_while(|chunk| std::future::ready(chunk.is_ok())).count().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_trickle_is_cut_off_and_a_slow_line_is_not() {
        assert_eq!(chunks_before_the_end(1, 1).await, 20, "a byte a second");
        assert_eq!(chunks_before_the_end(1024, 1).await, 1000, "a kilobyte a second");
        assert_eq!(chunks_before_the_end(1 << 20, 21).await, 0, "a silence longer than the patience");
        assert_eq!(chunks_before_the_end(1 << 20, 19).await, 1000);
    }
}
