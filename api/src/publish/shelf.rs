//! What this server last saw published, so that asking for it costs the database one look at a number and no signature is
//! verified twice. The database decides: what is on the shelf counts only while it is the newest there.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, MutexGuard};
use verifier_core::trust::TrustList;

use crate::store::keys::KeyRow;
use crate::store::publication::{StatusListRow, TrustListRow};

/// Prefix and name of a province, and since when its list is held.
pub(super) type ProvinceMark = (String, String, Option<i64>);

/// A trust list that was opened, and the keys there were then.
pub(super) struct Opened {
    pub(super) row: TrustListRow,
    pub(super) keys: Vec<KeyRow>,
    /// At the ministry: the provinces there were then.
    pub(super) provinces: Vec<ProvinceMark>,
    pub(super) list: TrustList,
}

/// The newest lists this server knows of.
#[derive(Default)]
pub struct Shelf {
    trust: RwLock<Option<Arc<Opened>>>,
    status: RwLock<Option<Arc<StatusListRow>>>,
    turn: Mutex<()>,
}

impl Shelf {
    pub(super) fn trust(&self, seq: i64) -> Option<Arc<Opened>> {
        let trust = self.trust.read().unwrap_or_else(PoisonError::into_inner).clone();
        trust.filter(|opened| opened.row.seq == seq)
    }

    pub(super) fn put_trust(&self, opened: Opened) {
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(opened));
    }

    pub(super) fn status(&self, issued_at: i64) -> Option<Arc<StatusListRow>> {
        let status = self.status.read().unwrap_or_else(PoisonError::into_inner).clone();
        status.filter(|row| row.issued_at == issued_at)
    }

    pub(super) fn put_status(&self, row: StatusListRow) -> Arc<StatusListRow> {
        let row = Arc::new(row);
        *self.status.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&row));
        row
    }

    /// One of this server makes a list at a time; the others find it made.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}
