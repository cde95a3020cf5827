//! Fetching what provinces publish: each one's trust list, under its pinned roots, and its status list.
//!
//! The rules are those of every client (docs/protocol.md §5.3): what is older than what is held is refused, and what was
//! held stays. A province that cannot be reached keeps its place in the national list with what it last said.

use std::sync::Arc;

use reqwest::Url;
use verifier_core::status::StatusList;
use verifier_core::trust::Issuer;

use super::Province;
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::SiteRole;
use crate::outbound::{Failure, Outbound, ask_for};
use crate::problem::Problem;
use crate::publish;
use crate::store::provinces::{self as rows, ProvinceRow};
use crate::store::{Conn, StoreError};

/// Most bytes of a list (docs/protocol.md §8).
const LARGEST_TRUST_LIST: usize = 4 << 20;
const LARGEST_STATUS_LIST: usize = 16 << 20;

/// Why a province's lists were not taken over.
enum Unfollowed {
    Unreachable(Failure),
    Refused(verifier_core::BundleError),
    Address,
    Store(StoreError),
}

impl From<Failure> for Unfollowed {
    fn from(failure: Failure) -> Self {
        Self::Unreachable(failure)
    }
}

impl From<verifier_core::BundleError> for Unfollowed {
    fn from(error: verifier_core::BundleError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Unfollowed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Fetches the lists of every province, and publishes the national list anew where one changed.
///
/// # Errors
/// When the database cannot, or nothing can be published. A province that cannot be followed is logged and counted.
pub async fn follow(app: &Arc<App>) -> Result<(), Problem> {
    if app.config.role != SiteRole::Ministry {
        return Ok(());
    }
    let provinces = app.db.read::<_, StoreError, _>(rows::list).await?;
    for province in &provinces {
        take_over(app, province).await?;
    }
    publish::newest_trust_list(app).await?;
    Ok(())
}

/// The same for one province, now.
///
/// # Errors
/// As [`follow`].
pub async fn follow_one(app: &Arc<App>, iss: &str) -> Result<(), Problem> {
    let iss = iss.to_owned();
    let found = app.db.read::<_, StoreError, _>(move |conn| rows::find(conn, &iss)).await?;
    match found {
        Some(province) => take_over(app, &province).await,
        None => Ok(()),
    }
}

async fn take_over(app: &Arc<App>, province: &ProvinceRow) -> Result<(), Problem> {
    let iss = province.iss.as_str();
    match fetch(app, province).await {
        Ok(()) => {
            let now = app.clock.now().millis() / 1_000;
            app.metrics.province_followed.with_label_values(&[iss]).set(now);
        }
        Err(Unfollowed::Store(error)) => return Err(error.into()),
        Err(Unfollowed::Unreachable(failure)) => {
            tracing::warn!(iss, %failure, "a province cannot be reached")
        }
        Err(Unfollowed::Refused(error)) => tracing::error!(iss, %error, "a province's list is refused"),
        Err(Unfollowed::Address) => tracing::error!(iss, "a province's address is none"),
    }
    Ok(())
}

async fn fetch(app: &Arc<App>, row: &ProvinceRow) -> Result<(), Unfollowed> {
    let outbound = Outbound::new(app.config.outbound_timeout)?;
    let address =
        |path: &str| Url::parse(&row.url).and_then(|base| base.join(path)).map_err(|_| Unfollowed::Address);
    let request = outbound.client().get(address("/v1/bundle/trust-list")?);
    let bytes = ask_for(request, LARGEST_TRUST_LIST).await?;
    let province = Province::from(row);
    let list = province.open(&bytes)?;
    let (iss, now) = (row.iss.clone(), app.clock.now().millis());
    if row.trust_list.as_deref() != Some(&bytes) {
        let (bytes, roots, iss) = (bytes.to_vec(), province.roots_after(&list), iss.clone());
        let keep = move |conn: &mut Conn| rows::keep_trust_list(conn, &iss, (&bytes, &roots), now);
        app.db.write::<_, StoreError, _>(keep).await?;
    }
    let Some(issuer) = list.claims().issuers.iter().find(|issuer| issuer.prefix == row.iss) else {
        return Ok(());
    };
    let request = outbound.client().get(address(&format!("/v1/bundle/status/{}", row.iss))?);
    let bytes = ask_for(request, LARGEST_STATUS_LIST).await?.to_vec();
    let status = opened(bytes.clone(), issuer.clone()).await?;
    let times = (Timestamp::from(status.issued()).millis(), Timestamp::from(status.expires()).millis());
    if row.status_at.is_none_or(|held| times.0 > held) {
        let keep = move |conn: &mut Conn| rows::keep_status_list(conn, &iss, &bytes, times);
        app.db.write::<_, StoreError, _>(keep).await?;
    }
    Ok(())
}

/// A status list of megabytes is unpacked where that holds nobody up.
async fn opened(bytes: Vec<u8>, issuer: Issuer) -> Result<StatusList, Unfollowed> {
    let open = move || StatusList::open(&bytes, &issuer);
    Ok(tokio::task::spawn_blocking(open).await.map_err(|_| StoreError::Stopped)??)
}
