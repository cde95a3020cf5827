//! Entries outside a transaction of their own: many at once share one, so that a busy server waits for the disk
//! once for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Audit, Entry};
use crate::store::StoreError;

/// Most entries of one transaction.
const TOGETHER: usize = 512;

/// Entries that wait. Cheap to clone: all clones share them.
#[derive(Clone, Default)]
pub(super) struct Writer(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    entries: Vec<(Entry, oneshot::Sender<bool>)>,
    is_being_written: bool,
}

impl Writer {
    /// Waits until the entry is committed.
    pub(super) async fn write(&self, audit: &Audit, entry: Entry) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting();
            waiting.entries.push((entry, done));
            !std::mem::replace(&mut waiting.is_being_written, true)
        };
        if is_first {
            let turn = Turn { writer: self.clone(), is_over: false };
            tokio::spawn(turn.write_all(audit.clone()));
        }
        match answer.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(StoreError::Unaudited),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of whoever writes. It ends with its task, however that ends.
struct Turn {
    writer: Writer,
    is_over: bool,
}

impl Turn {
    async fn write_all(mut self, audit: Audit) {
        loop {
            let (entries, answers) = self.next();
            if entries.is_empty() {
                return;
            }
            let appending = audit.clone();
            let written = audit.0.db.write(move |conn| appending.append_all(conn, &entries)).await;
            for answer in answers {
                // Whoever no longer waits does not need the answer.
                let _ = answer.send(written.is_ok());
            }
        }
    }

    /// What waits, or the end of the turn in the same moment that nothing does.
    fn next(&mut self) -> (Vec<Entry>, Vec<oneshot::Sender<bool>>) {
        let mut waiting = self.writer.waiting();
        if waiting.entries.is_empty() {
            waiting.is_being_written = false;
            self.is_over = true;
        }
        let together = waiting.entries.len().min(TOGETHER);
        waiting.entries.drain(..together).unzip()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            // Ended in the middle: those that wait are told so, and the next entry begins a turn of its own.
            let mut waiting = self.writer.waiting();
            waiting.is_being_written = false;
            waiting.entries.clear();
        }
    }
}
