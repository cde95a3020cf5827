//! The audit log: who did what to what, when, from where, and how it ended.
//!
//! - `audit/action.rs`: the one table of what is audited
//! - `audit/context.rs`: who, from where, in which request
//! - `audit/entry.rs`: one event
//! - `audit/chain.rs`: what binds a row to the one before it
//! - `audit/writer.rs`: entries outside a transaction, many at once
//! - `audit/checkpoint.rs`: where the chain stands, signed
//! - `audit/verify.rs`: whether rows are as they were written; `audit/inspect.rs`: those of a database
//! - `audit/file.rs`: the log as a file, written and verified
//! - `audit/archive.rs`: months out of the database into files
//! - `audit/watch.rs`: the task that looks now and then
//!
//! Rows are added and never changed, in one order over all servers: whoever adds one holds the head of the chain until
//! their transaction ends, so that one that is undone leaves no gap. What is sensitive does not happen unless it is
//! written here. What is not here: when something is audited; that is said where it is done.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use prometheus::IntCounterVec;

use crate::clock::{Clock, Timestamp};
use crate::keys::{Keystore, KeystoreError};
use crate::metrics::Metrics;
use crate::store::{Conn, Db, StoreError, audit as rows};

mod action;
pub mod archive;
pub mod chain;
mod checkpoint;
mod context;
mod entry;
mod error;
pub mod file;
mod inspect;
pub mod verify;
mod watch;
mod writer;

pub use action::{Action, reference};
pub use context::{Context, RequestId, SYSTEM};
pub use entry::{Entry, Outcome};
pub use error::AuditError;
pub use inspect::{Inspection, Start, public_keys, seq_of};
pub use watch::{Watch, keep_watch};

use chain::MacKey;
use writer::Writer;

/// The name of the secret in the keystore, and its use.
pub const SECRET: &str = "audit";

/// Bytes of a digest that stands for what must not be read.
const PSEUDONYM_LENGTH: usize = 8;

/// The audit log. Cheap to clone: all clones write the same one.
#[derive(Clone)]
pub struct Audit(Arc<Parts>);

struct Parts {
    db: Db,
    clock: Clock,
    key: MacKey,
    writer: Writer,
    unwritten: IntCounterVec,
}

impl Audit {
    /// The audit log of this database, under the secret in the keystore, which is made when it is missing. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn open(keystore: &Keystore, db: Db, clock: Clock, metrics: &Metrics) -> Result<Self, KeystoreError> {
        let key = MacKey::new(keystore.shared_secret(SECRET)?);
        let unwritten = metrics.audit_unwritten.clone();
        Ok(Self(Arc::new(Parts { db, clock, key, writer: Writer::default(), unwritten })))
    }

    /// Writes an entry in the caller's transaction: it holds or falls with what it is about. To be called last: from
    /// here to the end of the transaction no other server can write an entry.
    ///
    /// # Errors
    /// When it cannot be written; the transaction must then fail.
    pub fn append(&self, conn: &mut Conn, entry: Entry) -> Result<(), StoreError> {
        self.append_all(conn, &[entry])
    }

    /// As [`Self::append`], several in their order.
    ///
    /// # Errors
    /// When they cannot be written; the transaction must then fail.
    pub fn append_all(&self, conn: &mut Conn, entries: &[Entry]) -> Result<(), StoreError> {
        self.try_append(conn, entries).map_err(|error| self.unwritten(entries, error))
    }

    /// Writes an entry and waits until it is committed. What it is about may happen only when this returns `Ok`.
    ///
    /// # Errors
    /// [`StoreError::Unaudited`] when it cannot be written.
    pub async fn record(&self, entry: Entry) -> Result<(), StoreError> {
        self.0.writer.write(self, entry).await
    }

    /// Writes an entry about what happens in any case: a refusal, or what must go on without an audit log. When it
    /// cannot be written, log and metric say so.
    pub async fn note(&self, entry: Entry) {
        // Said where it failed.
        let _ = self.record(entry).await;
    }

    /// What stands for something that must not be read in the log but must be known again, such as a login that does
    /// not exist: the beginning of its HMAC-SM3.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> String {
        let code = self.key().code(text.as_bytes());
        HEXLOWER.encode(code.get(..PSEUDONYM_LENGTH).unwrap_or_default())
    }

    fn key(&self) -> &MacKey {
        &self.0.key
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn try_append(&self, conn: &mut Conn, entries: &[Entry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let head = rows::hold_head(conn, &chain::BEGINNING)?;
        let at = self.now();
        let (mut seq, mut hash) = (head.seq, head.hash);
        let mut added = Vec::with_capacity(entries.len());
        for entry in entries {
            seq = seq.checked_add(1).ok_or(StoreError::Unaudited)?;
            let mut row = entry.row(seq, at, hash);
            chain::bind(&mut row, self.key());
            hash = row.hash.clone();
            added.push(row);
        }
        rows::append(conn, &added)
    }

    fn unwritten(&self, entries: &[Entry], error: StoreError) -> StoreError {
        for entry in entries {
            let action = entry.action().word();
            tracing::error!(action, %error, "audit log could not be written");
            self.0.unwritten.with_label_values(&[action]).inc();
        }
        if error.is_passing() { error } else { StoreError::Unaudited }
    }
}
