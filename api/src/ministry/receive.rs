//! Collections coming in. What was kept before changes nothing when it comes again; the newest event of a certificate, by
//! its number, says how it stands, in whatever order they come.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use verifier_core::trust::Issuer;
use verifier_core::{Reason, verify_seal};

use super::{Province, follow_one};
use crate::app::App;
use crate::collection::message::{
    Collected, CollectedCertificate, CollectedChange, CollectedList, CollectedOutcome, CollectionChange,
    CollectionChanges,
};
use crate::problem::{Code, Problem};
use crate::publish;
use crate::store::collected::{self as rows, ArrivalRow, CollectedRow, CollectedVersionRow};
use crate::store::{Conn, StoreError, provinces};
use crate::vault::{Column, Vault};

/// Certificates of a page of the list.
const PAGE: i64 = 500;

/// Why a change is refused, in a word.
type Refusal = &'static str;

/// A change that was looked through, with what is kept of its version.
struct Checked {
    change: CollectionChange,
    version: Result<CollectedVersionRow, Refusal>,
}

/// Keeps what a province collects: what became of each change.
///
/// # Errors
/// When the province is not known, or the database cannot.
pub async fn receive(app: &Arc<App>, iss: &str, changes: CollectionChanges) -> Result<Collected, Problem> {
    let CollectionChanges { mending, changes } = changes;
    let checked = check(app, iss, changes).await?;
    let (iss, now) = (iss.to_owned(), app.clock.now().millis());
    let keep = move |conn: &mut Conn| -> Result<Vec<CollectedChange>, Problem> {
        if !provinces::hear(conn, &iss, now)? {
            return Err(Code::NoProvince.into());
        }
        let mut refused = BTreeSet::new();
        let mut arrival = rows::newest_arrival(conn, &iss)?;
        let mut results = Vec::new();
        for Checked { change, version } in checked {
            let kept = match version {
                _ if refused.contains(&change.certificate_id) => Err("after_refused"),
                Ok(version) => {
                    Arrival { iss: &iss, mending, now, number: arrival + 1 }.keep(conn, &change, version)?
                }
                Err(refusal) => Err(refusal),
            };
            match kept {
                Ok(CollectedOutcome::Accepted) => arrival += 1,
                Ok(_) => {}
                Err(_) => {
                    refused.insert(change.certificate_id);
                }
            }
            results.push(CollectedChange {
                event_id: change.event_id,
                outcome: kept.unwrap_or(CollectedOutcome::Refused),
                reason: kept.err().map(str::to_owned),
            });
        }
        Ok(results)
    };
    Ok(Collected { results: app.db.write(keep).await? })
}

/// One of them on its way into the copy.
struct Arrival<'a> {
    iss: &'a str,
    mending: bool,
    now: i64,
    number: i64,
}

impl Arrival<'_> {
    fn keep(
        &self,
        conn: &mut Conn,
        change: &CollectionChange,
        version: CollectedVersionRow,
    ) -> Result<Result<CollectedOutcome, Refusal>, StoreError> {
        let is_known = rows::has_event(conn, self.iss, &change.event_id)?;
        if is_known && !self.mending {
            return Ok(Ok(CollectedOutcome::AlreadyHad));
        }
        let held = rows::find(conn, &change.certificate_id)?;
        if held.as_ref().is_some_and(|held| held.iss != self.iss) {
            return Ok(Err("other_province"));
        }
        let rival = rows::find_by_index(conn, self.iss, version.status_index)?;
        let is_own = |rival: &CollectedVersionRow| {
            (&rival.certificate_id, rival.version) == (&version.certificate_id, version.version)
        };
        if rival.is_some_and(|rival| !is_own(&rival)) {
            return Ok(Err("status_index_taken"));
        }
        // The certificate first: its versions refer to it. What mends tells all of a certificate's events, and the last one
        // counts, whatever number was seen before: a province that was restored numbers anew.
        if held.as_ref().is_none_or(|held| self.mending || change.seq > held.seq) {
            rows::put(conn, &self.standing(change))?;
        }
        self.keep_version(conn, change, version)?;
        if is_known {
            return Ok(Ok(CollectedOutcome::AlreadyHad));
        }
        rows::log(conn, &self.entry(change))?;
        Ok(Ok(CollectedOutcome::Accepted))
    }

    /// A version is kept as it first came, unless the copy is being mended.
    fn keep_version(
        &self,
        conn: &mut Conn,
        change: &CollectionChange,
        mut version: CollectedVersionRow,
    ) -> Result<(), StoreError> {
        let held = rows::find_version(conn, &version.certificate_id, version.version)?;
        if held.is_none() || self.mending {
            version.replaced_as = held.and_then(|held| held.replaced_as);
            rows::put_version(conn, &version)?;
        }
        if let Some(how) = &change.version.replaces_as {
            rows::set_replaced(conn, &version.certificate_id, version.version - 1, how)?;
        }
        Ok(())
    }

    fn standing(&self, change: &CollectionChange) -> CollectedRow {
        CollectedRow {
            certificate_id: change.certificate_id.clone(),
            iss: self.iss.to_owned(),
            seq: change.seq,
            version: change.version.number,
            status: change.status.clone(),
            review_overdue: change.review_overdue,
            identifier: change.version.identifier.clone(),
            recorded_at: change.recorded_at.millis(),
            received_at: self.now,
        }
    }

    fn entry(&self, change: &CollectionChange) -> ArrivalRow {
        ArrivalRow {
            iss: self.iss.to_owned(),
            event_id: change.event_id.clone(),
            arrival: self.number,
            seq: change.seq,
            certificate_id: change.certificate_id.clone(),
            event: change.event.clone(),
            version: change.version.number,
            status: change.status.clone(),
            received_at: self.now,
        }
    }
}

/// Looks each change through and encrypts its items, before anything is kept. A key that is not known yet may be new: the
/// province's lists are fetched once more.
async fn check(app: &Arc<App>, iss: &str, changes: Vec<CollectionChange>) -> Result<Vec<Checked>, Problem> {
    let checked = check_with(app, issuer(app, iss).await?, iss, changes).await?;
    let lacks_key = |checked: &Checked| matches!(checked.version, Err("unknown_key" | "unknown_issuer"));
    if !checked.iter().any(lacks_key) {
        return Ok(checked);
    }
    follow_one(app, iss).await?;
    let changes = checked.into_iter().map(|checked| checked.change).collect();
    check_with(app, issuer(app, iss).await?, iss, changes).await
}

async fn issuer(app: &App, iss: &str) -> Result<Option<Issuer>, Problem> {
    let wanted = iss.to_owned();
    let found = app.db.read::<_, StoreError, _>(move |conn| provinces::find(conn, &wanted)).await?;
    Ok(Province::from(&found.ok_or(Code::NoProvince)?).issuer())
}

async fn check_with(
    app: &Arc<App>,
    issuer: Option<Issuer>,
    iss: &str,
    changes: Vec<CollectionChange>,
) -> Result<Vec<Checked>, Problem> {
    let (vault, iss) = (Arc::clone(&app.vault), iss.to_owned());
    let work = move || {
        let check = |change: CollectionChange| Checked {
            version: version(&change, issuer.as_ref(), &iss, &vault),
            change,
        };
        changes.into_iter().map(check).collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// What is kept of a version, when its province sealed it and it is what the change says.
fn version(
    change: &CollectionChange,
    issuer: Option<&Issuer>,
    iss: &str,
    vault: &Vault,
) -> Result<CollectedVersionRow, Refusal> {
    let sent = &change.version;
    let is_status = change.status == "valid" || publish::status(&change.status).is_some();
    let is_replacement =
        sent.replaces_as.as_deref().is_none_or(|how| matches!(how, "superseded" | "reported_lost"));
    let ids = [&change.event_id, &change.certificate_id];
    let are_ids = ids.into_iter().all(|id| uuid::Uuid::parse_str(id).is_ok());
    if !is_status || !is_replacement || !are_ids || change.seq < 1 || !sent.items.is_object() {
        return Err("malformed");
    }
    let credential = BASE64.decode(&sent.credential).map_err(|_| "malformed")?;
    let issuer = issuer.ok_or("unknown_issuer")?;
    let sealed = verify_seal(&credential, issuer).map_err(Reason::code)?;
    let is_same = i64::try_from(sealed.face.status_index) == Ok(sent.status_index)
        && i32::try_from(sealed.face.version) == Ok(sent.number);
    if !is_same {
        return Err("other_than_sealed");
    }
    let items = serde_json::to_vec(&sent.items).map_err(|_| "malformed")?;
    let cell = Column::CollectedItems.of_version(&change.certificate_id, sent.number);
    Ok(CollectedVersionRow {
        certificate_id: change.certificate_id.clone(),
        version: sent.number,
        iss: iss.to_owned(),
        status_index: sent.status_index,
        replaced_as: None,
        credential,
        items_ciphertext: vault.seal(&cell, &items).map_err(|_| "not_encrypted")?,
    })
}

/// A page of what is had of a province, for comparison.
///
/// # Errors
/// When the database cannot.
pub async fn list(app: &Arc<App>, iss: &str, after: String) -> Result<CollectedList, Problem> {
    let (iss, vault) = (iss.to_owned(), Arc::clone(&app.vault));
    let read = move |conn: &mut Conn| -> Result<_, StoreError> {
        let page = rows::list(conn, &iss, &after, PAGE)?;
        let version = |row: &CollectedRow| rows::find_version(conn, &row.certificate_id, row.version);
        let versions: Result<Vec<_>, _> = page.iter().map(version).collect();
        Ok((page, versions?))
    };
    let (page, versions) = app.db.read(read).await?;
    let is_full = i64::try_from(page.len()).is_ok_and(|length| length == PAGE);
    let next_after = page.last().filter(|_| is_full).map(|row| row.certificate_id.clone());
    let make =
        move || page.into_iter().zip(versions).map(|(row, version)| standing(row, version, &vault)).collect();
    let certificates = tokio::task::spawn_blocking(make).await.map_err(Problem::internal)?;
    Ok(CollectedList { certificates, next_after })
}

/// How a certificate stands in the copy. What of it is missing or cannot be read differs from whatever the province has.
fn standing(row: CollectedRow, version: Option<CollectedVersionRow>, vault: &Vault) -> CollectedCertificate {
    let items = version.and_then(|version| {
        let cell = Column::CollectedItems.of_version(&version.certificate_id, version.version);
        vault.open_bytes(&cell, &version.items_ciphertext).ok()
    });
    CollectedCertificate {
        status: CollectedCertificate::status_of(&row.status, row.review_overdue),
        certificate_id: row.certificate_id,
        identifier: row.identifier,
        version: row.version,
        digest: items.map(|items| CollectedCertificate::digest_of(&items)).unwrap_or_default(),
    }
}
