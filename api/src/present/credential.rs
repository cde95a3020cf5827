//! The sealed credential beneath a code. It is sealed anew when its end is near or its key was revoked: the same
//! version, the same place in the status list, the same data.

use verifier_core::sm2::{PublicKey, Sign};

use crate::app::App;
use crate::clock::Timestamp;
use crate::keys::{Use, aside};
use crate::problem::Problem;
use crate::record::Record;
use crate::seal::{Sealed, Terms, Version};
use crate::store::StoreError;
use crate::store::certificates::{self, VersionRow};
use crate::store::keys::KeyRow;
use crate::vault::Column;

/// A credential with less than one part of so many of its life left is sealed anew.
const LAST_PART: i64 = 10;
const SECONDS_PER_DAY: u64 = 86_400;

/// How much a fresh seal is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Not at all.
    None,
    /// The end is near; the old one does until then.
    Renewal,
    /// The seal's key was revoked; what it sealed before stays good.
    OtherKey,
    /// The old one is good no more.
    Must,
}

/// The sealed bytes to present.
///
/// # Errors
/// When a fresh seal is needed at once and cannot be made.
pub(crate) async fn current(app: &App, version: VersionRow, now: Timestamp) -> Result<Vec<u8>, Problem> {
    let need = need(&version, &app.signer.keys(), now);
    if need == Need::None {
        return Ok(version.credential);
    }
    match seal(app, &version, Terms::of(&app.config, now), None, now).await {
        Ok(sealed) if need == Need::Renewal && !outlives(&sealed, &version) => Ok(version.credential),
        Ok(sealed) => keep(app, version, sealed).await,
        Err(problem) if need == Need::Must => Err(problem),
        Err(problem) => {
            tracing::warn!(cause = %problem, "a credential could not be sealed anew and is used as it is");
            Ok(version.credential)
        }
    }
}

/// Seals a version of a certificate for the phone that holds `key`.
///
/// # Errors
/// When no key may seal, or what is stored cannot be read.
pub async fn seal_for_device(
    app: &App,
    version: &VersionRow,
    key: PublicKey,
    now: Timestamp,
) -> Result<Sealed, Problem> {
    let lifetime = u64::from(app.config.device_credential_lifetime) * SECONDS_PER_DAY;
    seal(app, version, Terms { sealed: now.seconds(), lifetime }, Some(key), now).await
}

fn need(version: &VersionRow, keys: &[KeyRow], now: Timestamp) -> Need {
    let key = keys.iter().find(|key| key.kid == version.seal_key);
    let revoked = key.is_some_and(|key| key.revoked_at.is_some());
    let left = version.credential_exp.saturating_sub(now.millis());
    let life = version.credential_exp.saturating_sub(version.sealed_at);
    if left <= 0 || (revoked && key.is_some_and(|key| key.revoked_all)) {
        Need::Must
    } else if revoked {
        Need::OtherKey
    } else if left.saturating_mul(LAST_PART) < life {
        Need::Renewal
    } else {
        Need::None
    }
}

async fn seal(
    app: &App,
    stored: &VersionRow,
    terms: Terms,
    device: Option<PublicKey>,
    now: Timestamp,
) -> Result<Sealed, Problem> {
    let cell = Column::CertificateItems.of_version(&stored.certificate_id, stored.version);
    let items = app.vault.open_bytes(&cell, &stored.items_ciphertext)?;
    let accepted = Record::from_json(&items);
    let record = accepted.map_err(|_| Problem::internal("stored items are no record"))?.record;
    let version = Version {
        number: u32::try_from(stored.version).map_err(Problem::internal)?,
        status_index: u64::try_from(stored.status_index).map_err(Problem::internal)?,
    };
    let signer = app.signer.active(Use::Seal, now)?;
    let credential = terms.credential(&record, version, device);
    let (key, at, expires) = (signer.key_id(), credential.sealed, credential.expires);
    let bytes = aside(move || credential.seal(&signer)).await?;
    Ok(Sealed { version, bytes, key, at, expires })
}

/// A certificate near its last day is sealed until then and no longer, however often.
fn outlives(sealed: &Sealed, version: &VersionRow) -> bool {
    Timestamp::from(sealed.expires).millis() > version.credential_exp
}

/// Keeps the fresh seal. When another request was faster its seal is kept, and this one does just as well.
async fn keep(app: &App, version: VersionRow, sealed: Sealed) -> Result<Vec<u8>, Problem> {
    let fresh = VersionRow {
        credential: sealed.bytes.clone(),
        seal_key: sealed.key.to_string(),
        sealed_at: Timestamp::from(sealed.at).millis(),
        credential_exp: Timestamp::from(sealed.expires).millis(),
        ..version.clone()
    };
    let replace = move |conn: &mut _| certificates::replace_credential(conn, &version, &fresh);
    app.db.write(replace).await.map_err(|error: StoreError| Problem::from(error))?;
    Ok(sealed.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn version() -> VersionRow {
        VersionRow {
            certificate_id: String::new(),
            version: 1,
            items_ciphertext: Vec::new(),
            items_mac: Vec::new(),
            status_index: 0,
            made_by: "issued".to_owned(),
            replaced_as: None,
            credential: Vec::new(),
            seal_key: "aa".to_owned(),
            sealed_at: 0,
            credential_exp: 100 * DAY,
            division: "210102".to_owned(),
            specimen: false,
            issued_on: 0,
            valid_to: None,
        }
    }

    fn key(revoked_at: Option<i64>, revoked_all: bool) -> KeyRow {
        KeyRow {
            kid: "aa".to_owned(),
            key_use: "seal".to_owned(),
            custody: "keystore".to_owned(),
            label: String::new(),
            public_key: Vec::new(),
            development: true,
            not_before: 0,
            not_after: i64::MAX,
            created_at: 0,
            published_at: Some(0),
            usable_at: Some(0),
            override_reason: None,
            revoked_at,
            revoked_all,
            revocation_reason: None,
            revocation_approval: None,
        }
    }

    fn on_day(day: i64, key: KeyRow) -> Need {
        need(&version(), &[key], Timestamp(day * DAY))
    }

    #[test]
    fn in_the_last_tenth_of_its_life_a_credential_is_renewed() {
        let needs = [0, 90, 91, 99, 100].map(|day| on_day(day, key(None, false)));
        assert_eq!(needs, [Need::None, Need::None, Need::Renewal, Need::Renewal, Need::Must]);
    }

    #[test]
    fn a_revoked_key_is_replaced_and_one_revoked_with_all_it_sealed_must_be() {
        assert_eq!(on_day(1, key(Some(DAY), false)), Need::OtherKey);
        assert_eq!(on_day(1, key(Some(DAY), true)), Need::Must);
    }
}
