//! Claims: what holds once for all servers, and goes on holding when a server or Redis loses its memory.
//!
//! They are in the database. Whatever must not be accepted a second time – a nonce, a one-time code, a challenge that
//! was taken – is claimed here. What is not here: counts and values that may be forgotten (`ephemeral.rs`).

use crate::clock::{Clock, Timestamp};
use crate::ephemeral::Key;
use crate::store::claims::{ClaimRow, claim};
use crate::store::{Db, StoreError};

/// Claims of this site.
#[derive(Clone)]
pub struct Claims {
    db: Db,
    clock: Clock,
}

impl Claims {
    /// Claims in this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Whether this is the first claim of `key` within `seconds`. Of many at once, one is told so.
    ///
    /// # Errors
    /// When the database cannot. Whether the claim holds is then not known: what hangs on it must not happen.
    pub async fn claim_once(&self, key: Key, seconds: u32) -> Result<bool, StoreError> {
        let ends = self.clock.now().plus_seconds(seconds.into());
        self.claim_until(key, ends).await
    }

    /// As [`Self::claim_once`], until `ends`.
    ///
    /// # Errors
    /// As [`Self::claim_once`].
    pub async fn claim_until(&self, key: Key, ends: Timestamp) -> Result<bool, StoreError> {
        self.claim(key, None, ends).await
    }

    /// Whether `claimant` holds `key`: nobody else claimed it before. It may be asked again.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn claim_by(&self, key: Key, claimant: Key, ends: Timestamp) -> Result<bool, StoreError> {
        self.claim(key, Some(claimant), ends).await
    }

    async fn claim(&self, key: Key, claimant: Option<Key>, ends: Timestamp) -> Result<bool, StoreError> {
        let now = self.clock.now().millis();
        let wanted = ClaimRow {
            digest: key.digest().to_vec(),
            claimant: claimant.map(|claimant| claimant.digest().to_vec()),
            ends_at: ends.millis(),
        };
        self.db.write(move |conn| claim(conn, &wanted, now)).await
    }
}
