//! Everything under the data key that encrypts now: ciphertexts under an older one are decrypted and encrypted again,
//! while servers read, write and change them.
//!
//! A ciphertext is replaced only while it is the one that was read, so that nothing a server writes meanwhile is lost;
//! and nothing is kept about how far it came, since whatever is left shows by its head. Servers take a new data key up
//! within [`TAKEN_UP_WITHIN`], and encrypt under the older one until then: only a walk that begins later and finds
//! nothing says that an older key has served its time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::ciphertext;
use super::rotation::newest;
use super::{Column, DataKeys, Vault, VaultError};
use crate::clock::Timestamp;
use crate::store::Conn;
use crate::store::ciphertexts::{self as rows, Replacement, RowKey};
use crate::store::data_keys::{self, DataKeyRow};

/// How soon a server notices that there is another data key.
pub const LEARN_EVERY: Duration = Duration::from_secs(20);
/// … and when at the latest each has, though it was busy twice.
pub const TAKEN_UP_WITHIN: Duration = Duration::from_secs(60);

/// Ciphertexts looked at in one query.
const PAGE: i64 = 1_000;
/// Ciphertexts replaced at once: servers that write to SQLite wait for so many.
const BATCH: usize = 100;
/// The length of a head, for the database.
const HEAD: i32 = 17;

/// How many ciphertexts of each column each data key has; `None` for what is no ciphertext.
pub type Census = BTreeMap<(&'static str, Option<Uuid>), u64>;

/// What one walk through all ciphertexts came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// The data key that encrypted when it began.
    pub current: Uuid,
    /// How many there are.
    pub seen: u64,
    /// How many were under another than the current data key when they were met.
    pub stale: u64,
    /// How many of those were replaced. Others were changed or held by a server in the same moment.
    pub replaced: u64,
    /// How many of those do not open.
    pub unreadable: u64,
}

impl Vault {
    /// Walks through all ciphertexts once and encrypts again what is not under the current data key. `watch` hears how
    /// many it has seen. Blocks, with a connection of its own.
    ///
    /// # Errors
    /// When the database or the keeper of master keys cannot. What was replaced until then stays replaced.
    pub fn reencrypt(&self, watch: &mut dyn FnMut(u64)) -> Result<Walk, VaultError> {
        self.learn()?;
        let current = self.known(DataKeys::current).ok_or(VaultError::UnknownKey("any".to_owned()))?.0;
        let mut conn = self.db.connect()?;
        rows::relax(&mut conn)?;
        let mut walk = Walk { current, ..Walk::default() };
        for column in Column::ALL {
            each_page(&mut conn, column, |conn, page| {
                let stale: Vec<_> =
                    page.iter().filter(|(_, head)| head != &ciphertext::head(current)).collect();
                for batch in stale.chunks(BATCH) {
                    let began = Instant::now();
                    let replacements = self.replacements(conn, column, batch, &mut walk)?;
                    walk.replaced += rows::replace(conn, column, &replacements)?;
                    // Servers that wait for SQLite's one writer get as much time as this took.
                    std::thread::sleep(began.elapsed());
                }
                walk.stale += len(&stale);
                walk.seen += len(page);
                watch(walk.seen);
                Ok(())
            })?;
        }
        Ok(walk)
    }

    /// Encrypts again what is in these rows now.
    fn replacements(
        &self,
        conn: &mut Conn,
        column: Column,
        batch: &[&(RowKey, Vec<u8>)],
        walk: &mut Walk,
    ) -> Result<Vec<Replacement>, VaultError> {
        let mut replacements = Vec::with_capacity(batch.len());
        for (key, _) in batch {
            let Some(as_read) = rows::find(conn, column, key)? else { continue };
            let cell = column.of_row(key);
            match self.open_bytes(&cell, &as_read) {
                Ok(plain) => {
                    let new = self.seal(&cell, &plain)?;
                    replacements.push(Replacement { key: key.clone(), as_read, new });
                }
                Err(VaultError::Unreadable(_) | VaultError::UnknownKey(_)) => walk.unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(replacements)
    }

    /// Counts all ciphertexts by column and data key. Blocks, with a connection of its own.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn census(&self, watch: &mut dyn FnMut(u64)) -> Result<Census, VaultError> {
        let (mut conn, mut seen) = (self.db.connect()?, 0);
        let mut census = Census::new();
        for column in Column::ALL {
            each_page(&mut conn, column, |_, page| {
                for (_, head) in page {
                    *census.entry((column.name(), ciphertext::key_of(head))).or_default() += 1;
                }
                seen += len(page);
                watch(seen);
                Ok(())
            })?;
        }
        Ok(census)
    }

    /// How many ciphertexts there are. Blocks.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn count(&self) -> Result<u64, VaultError> {
        let mut conn = self.db.connect()?;
        Column::ALL.into_iter().try_fold(0, |sum, column| {
            Ok(sum + u64::try_from(rows::count(&mut conn, column)?).unwrap_or_default())
        })
    }
}

/// What is left to wait, at `now`, until every server encrypts under the newest of these data keys. Never longer than
/// [`TAKEN_UP_WITHIN`], whatever the clocks say.
#[must_use]
pub fn until_taken_up(keys: &[DataKeyRow], now: Timestamp) -> Duration {
    let made = newest(keys).map_or(0, |row| row.created_at);
    let since = u64::try_from(now.millis().saturating_sub(made)).unwrap_or_default();
    TAKEN_UP_WITHIN.saturating_sub(Duration::from_millis(since))
}

/// Says of every data key older than the current one that nothing is under it any more; to be called after a walk that
/// began when all servers had taken the current one up and found nothing stale. Those that were still in use.
///
/// # Errors
/// When the database cannot.
pub fn retire_older(conn: &mut Conn, current: &str, now: Timestamp) -> Result<Vec<String>, VaultError> {
    let mut retired = Vec::new();
    for row in data_keys::list(conn)?.into_iter().take_while(|row| row.id != current) {
        if data_keys::retire(conn, &row.id, now.millis())? {
            retired.push(row.id);
        }
    }
    Ok(retired)
}

/// Hands the heads of all ciphertexts of a column to `work`, page by page.
fn each_page(
    conn: &mut Conn,
    column: Column,
    mut work: impl FnMut(&mut Conn, &[(RowKey, Vec<u8>)]) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let mut after = RowKey::default();
    loop {
        let page = rows::heads(conn, column, &after, HEAD, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = last.clone();
        work(conn, &page)?;
    }
}

fn len<T>(all: &[T]) -> u64 {
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}
