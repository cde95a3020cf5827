//! Publication: the trust list and the status list that officers carry, kept fresh and remembered.
//!
//! - `publish/trust_list.rs`, `publish/status_list.rs`: what they say
//! - `publish/shelf.rs`: the newest ones, as this server remembers them
//! - `publish/indices.rs`: places in the status list
//! - `publish/upkeep.rs`: the task that keeps them fresh when nobody asks
//!
//! Servers that find a list due at once make it in turn, and those behind the first find it made.
//!
//! Every list that was published is kept, so that a verdict can be repeated with the very data a device had.

use std::sync::Arc;

use verifier_core::trust::TrustList;

use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::Signer;
use crate::store::publication::{StatusListRow, TrustListRow};
use crate::store::{Conn, keys};

mod error;
pub mod indices;
mod shelf;
mod status_list;
mod trust_list;
mod upkeep;

pub use error::PublishError;
pub use shelf::Shelf;
pub use status_list::status;
pub use upkeep::{keep_fresh, prune};

/// How often a list is tried for when other servers publish at the same moment.
const TRIES: u8 = 3;

/// Where codes are verified online.
fn verify_url(config: &Config) -> String {
    format!("{}/v1/verifications", config.public_address())
}

/// Where the status list is; also its `sub`.
fn status_url(config: &Config) -> String {
    format!("{}/v1/bundle/status/{}", config.public_address(), config.iss)
}

/// What making a list takes.
struct Press {
    signer: Arc<Signer>,
    config: Config,
    shelf: Arc<Shelf>,
    now: Timestamp,
}

impl Press {
    fn of(app: &App) -> Self {
        Self {
            signer: Arc::clone(&app.signer),
            config: app.config.clone(),
            shelf: Arc::clone(&app.shelf),
            now: app.clock.now(),
        }
    }
}

/// The newest trust list, published anew if that is due.
///
/// # Errors
/// When it is due and cannot be made.
pub async fn newest_trust_list(app: &App) -> Result<TrustListRow, PublishError> {
    newest(app, Press::look_for_trust_list, Press::newest_trust_list).await
}

/// The newest status list of this province, published anew if that is due.
///
/// # Errors
/// When it is due and cannot be made.
pub async fn newest_status_list(app: &App) -> Result<StatusListRow, PublishError> {
    newest(app, Press::look_for_status_list, Press::newest_status_list).await
}

/// Looks first, which disturbs nobody; makes the list only when it is due.
async fn newest<T: Send + 'static>(
    app: &App,
    look: fn(&Press, &mut Conn) -> Result<Option<T>, PublishError>,
    make: fn(&Press, &mut Conn) -> Result<T, PublishError>,
) -> Result<T, PublishError> {
    for _ in 0..TRIES {
        let (looking, making) = (Press::of(app), Press::of(app));
        if let Some(row) = app.db.read(move |conn| look(&looking, conn)).await? {
            return Ok(row);
        }
        let _turn = app.shelf.turn().await;
        match app.db.write(move |conn| make(&making, conn)).await {
            Err(PublishError::Contended) => {}
            other => return other,
        }
    }
    Err(PublishError::Contended)
}

/// Takes the revocation of a key into account at once: this server's signer, and a new trust list. What cannot be made
/// now is logged, and tried again with the next look at the keys and the lists; the revocation stands.
pub async fn after_revocation(app: &App) {
    if let Err(error) = app.learn_keys().await {
        tracing::error!(%error, "a key was revoked, and the keys could not be learnt again");
    }
    if let Err(error) = newest_trust_list(app).await {
        tracing::error!(%error, "a key was revoked, and no new trust list could be published");
    }
}

/// The trust list this server itself verifies with: the newest, opened.
///
/// # Errors
/// As [`newest_trust_list`].
pub async fn current(app: &App) -> Result<TrustList, PublishError> {
    let row = newest_trust_list(app).await?;
    match app.shelf.trust(row.seq) {
        Some(opened) => Ok(opened.list.clone()),
        None => open(app, row).await,
    }
}

/// A published trust list, opened under the roots this server knows.
///
/// # Errors
/// When it does not verify, or the keys cannot be read.
pub async fn open(app: &App, row: TrustListRow) -> Result<TrustList, PublishError> {
    app.db.read(move |conn| open_with(conn, &row)).await
}

/// As [`open`], for who has the database in hand.
///
/// # Errors
/// As [`open`].
pub fn open_with(conn: &mut Conn, row: &TrustListRow) -> Result<TrustList, PublishError> {
    trust_list::open(row, &keys::list(conn)?)
}
