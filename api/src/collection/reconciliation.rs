//! Comparison of what is here with what the ministry has, certificate by certificate, and mending what differs.
//!
//! Both lists are in the order of the certificates' ids and are walked along together, a page at a time. What differs
//! because an event of it is still to be sent is counted and not named.

use std::sync::Arc;

use super::Connector;
use super::message::CollectedCertificate;
use crate::app::App;
use crate::outbound::Failure;
use crate::problem::{Code, Problem};
use crate::store::certificates::{self, CertificateRow};
use crate::store::collection::differences::{self as rows, DifferenceRow, ReconciliationRow};
use crate::store::collection::{self as outbox, ExceptionRow, REQUEUED};
use crate::store::{Conn, StoreError};
use crate::vault::{Column, Vault};

/// Certificates of a page of our own.
const PAGE: i64 = 500;
/// Most differences that are named: beyond that the lists are different altogether.
const MOST: i64 = 10_000;

/// What both sides have, in the order of ids: ours, the ministry's.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    certificate_id: String,
    kind: &'static str,
    here: Option<String>,
    there: Option<String>,
}

/// Compares, and keeps what it found.
///
/// # Errors
/// When the ministry's list is not to be had, or the database cannot. What was found until then is kept.
pub async fn compare(app: &Arc<App>) -> Result<(), Problem> {
    let Some(connector) = app.ministry.clone() else { return Ok(()) };
    let mut row = ReconciliationRow {
        id: app.new_id().to_string(),
        started_at: app.clock.now().millis(),
        finished_at: None,
        here: 0,
        there: 0,
        waiting: 0,
        differences: 0,
    };
    let first = row.clone();
    app.db.write::<_, StoreError, _>(move |conn| rows::begin(conn, &first)).await?;
    let mut theirs = Theirs::new(app, &connector);
    let mut after = String::new();
    loop {
        let page = ours(app, after.clone()).await?;
        let last = page.last().map(|certificate| certificate.certificate_id.clone());
        let mut found = Vec::new();
        row.here += i64::try_from(page.len()).unwrap_or(0);
        // Ids of a page reach up to its last; with the last page, to the end.
        let rivals = theirs.up_to(last.as_deref()).await?;
        row.there += i64::try_from(rivals.len()).unwrap_or(0);
        merge(page, rivals, &mut found);
        keep(app, &mut row, found, last.is_none()).await?;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    app.metrics.collection_differences.set(row.differences);
    Ok(())
}

/// The next page of our certificates as they stand.
async fn ours(app: &Arc<App>, after: String) -> Result<Vec<CollectedCertificate>, Problem> {
    let read = move |conn: &mut Conn| -> Result<_, StoreError> {
        let page = certificates::page(conn, &after, PAGE)?;
        let version = |row: &CertificateRow| (row.id.clone(), row.version);
        let keys: Vec<_> = page.iter().map(version).collect();
        let versions: Result<Vec<_>, _> =
            keys.iter().map(|(id, version)| certificates::find_version(conn, id, *version)).collect();
        Ok(page.into_iter().zip(versions?).collect::<Vec<_>>())
    };
    let page = app.db.read(read).await?;
    let vault = Arc::clone(&app.vault);
    let make = move || {
        let pairs = page.into_iter().filter_map(|(row, version)| Some((row, version?)));
        pairs
            .map(|(row, version)| {
                let cell = Column::CertificateItems.of_version(&row.id, version.version);
                standing(row, &vault, &cell, &version.items_ciphertext)
            })
            .collect()
    };
    tokio::task::spawn_blocking(make).await.map_err(Problem::internal)
}

fn standing(
    row: CertificateRow,
    vault: &Vault,
    cell: &crate::vault::Cell,
    items: &[u8],
) -> CollectedCertificate {
    CollectedCertificate {
        certificate_id: row.id,
        identifier: row.identifier,
        version: row.version,
        status: CollectedCertificate::status_of(&row.status, row.review_overdue),
        // What cannot be read differs from whatever the other side has.
        digest: vault
            .open_bytes(cell, items)
            .map(|items| CollectedCertificate::digest_of(&items))
            .unwrap_or_default(),
    }
}

/// The ministry's list, fetched as it is needed.
struct Theirs<'a> {
    app: &'a App,
    connector: &'a Connector,
    ahead: std::collections::VecDeque<CollectedCertificate>,
    /// Where the next page begins; `None` once there is none.
    next: Option<String>,
}

impl<'a> Theirs<'a> {
    fn new(app: &'a App, connector: &'a Connector) -> Self {
        Self { app, connector, ahead: std::collections::VecDeque::new(), next: Some(String::new()) }
    }

    /// All up to this id; all that are left, where there is none.
    async fn up_to(&mut self, id: Option<&str>) -> Result<Vec<CollectedCertificate>, Problem> {
        let mut found = Vec::new();
        loop {
            let is_within =
                |ahead: &mut CollectedCertificate| id.is_none_or(|id| *ahead.certificate_id <= *id);
            match self.ahead.pop_front_if(is_within) {
                Some(within) => found.push(within),
                None if !self.ahead.is_empty() => return Ok(found),
                None => match self.next.take() {
                    Some(after) => self.fetch(&after).await?,
                    None => return Ok(found),
                },
            }
        }
    }

    async fn fetch(&mut self, after: &str) -> Result<(), Problem> {
        let nonce = self.app.new_id().simple().to_string();
        let list = self.connector.list(after, self.app.clock.now(), &nonce).await;
        let list =
            list.map_err(|failure: Failure| Problem::new(Code::MinistryUnreachable).because(failure))?;
        self.next = list.next_after.filter(|next| next.as_str() > after);
        self.ahead.extend(list.certificates);
        Ok(())
    }
}

/// What differs between two stretches of the lists, which are both in the order of ids.
fn merge(ours: Vec<CollectedCertificate>, theirs: Vec<CollectedCertificate>, found: &mut Vec<Difference>) {
    let mut theirs = theirs.into_iter().peekable();
    for here in ours {
        while let Some(there) = theirs.next_if(|there| there.certificate_id < here.certificate_id) {
            found.push(missing_here(there));
        }
        match theirs.next_if(|there| there.certificate_id == here.certificate_id) {
            Some(there) => found.extend(between(here, &there)),
            None => found.push(Difference {
                certificate_id: here.certificate_id,
                kind: "missing_there",
                here: Some(here.identifier),
                there: None,
            }),
        }
    }
    found.extend(theirs.map(missing_here));
}

fn missing_here(there: CollectedCertificate) -> Difference {
    Difference {
        certificate_id: there.certificate_id,
        kind: "missing_here",
        here: None,
        there: Some(there.identifier),
    }
}

/// The first thing in which they differ.
fn between(here: CollectedCertificate, there: &CollectedCertificate) -> Option<Difference> {
    let (kind, ours, rival) = if here.version != there.version {
        ("other_version", here.version.to_string(), there.version.to_string())
    } else if here.status != there.status {
        ("other_status", here.status, there.status.clone())
    } else if here.digest != there.digest || here.identifier != there.identifier {
        ("other_content", here.digest, there.digest.clone())
    } else {
        return None;
    };
    let (here_value, there_value) = (Some(ours), Some(rival));
    Some(Difference { certificate_id: here.certificate_id, kind, here: here_value, there: there_value })
}

/// Keeps what differs although nothing of it is waiting.
async fn keep(
    app: &Arc<App>,
    row: &mut ReconciliationRow,
    found: Vec<Difference>,
    is_end: bool,
) -> Result<(), Problem> {
    let (mut kept, now) = (row.clone(), app.clock.now().millis());
    kept.finished_at = is_end.then_some(now);
    let work = move |conn: &mut Conn| -> Result<ReconciliationRow, StoreError> {
        let mark = outbox::outbox(conn)?.seq;
        let mut named = Vec::new();
        for difference in found {
            let id = difference.certificate_id.as_str();
            let is_behind = outbox::newest_of(conn, id)?.is_some_and(|newest| newest > mark);
            let is_queued = outbox::queued(conn, id)?;
            if is_behind || is_queued {
                kept.waiting += 1;
                continue;
            }
            kept.differences += 1;
            if kept.differences <= MOST {
                named.push(DifferenceRow {
                    reconciliation_id: kept.id.clone(),
                    certificate_id: difference.certificate_id,
                    kind: difference.kind.to_owned(),
                    here: difference.here,
                    there: difference.there,
                    mended_at: None,
                });
            }
        }
        rows::keep(conn, &kept, &named)?;
        Ok(kept)
    };
    *row = app.db.write(work).await?;
    Ok(())
}

/// Queues every certificate again in which a comparison found a difference that we can mend: how many. What only the
/// ministry has is for people.
///
/// # Errors
/// When the database cannot.
pub fn mend(conn: &mut Conn, reconciliation: &str, now: i64) -> Result<i64, StoreError> {
    let (mut after, mut count) = (String::new(), 0);
    outbox::begin(conn)?;
    loop {
        let page = rows::list(conn, reconciliation, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(count) };
        after.clone_from(&last.certificate_id);
        let mendable = page.iter().filter(|row| row.kind != "missing_here" && row.mended_at.is_none());
        for row in mendable {
            outbox::except(
                conn,
                &ExceptionRow {
                    certificate_id: row.certificate_id.clone(),
                    seq: 0,
                    state: REQUEUED.to_owned(),
                    mending: true,
                    reason: row.kind.clone(),
                    since: now,
                },
            )?;
            rows::mended(conn, row, now)?;
            count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(id: &str, version: i32, status: &str, digest: &str) -> CollectedCertificate {
        CollectedCertificate {
            certificate_id: id.to_owned(),
            identifier: "i".to_owned(),
            version,
            status: status.to_owned(),
            digest: digest.to_owned(),
        }
    }

    fn kinds(
        ours: Vec<CollectedCertificate>,
        theirs: Vec<CollectedCertificate>,
    ) -> Vec<(String, &'static str)> {
        let mut found = Vec::new();
        merge(ours, theirs, &mut found);
        found.into_iter().map(|difference| (difference.certificate_id, difference.kind)).collect()
    }

    #[test]
    fn every_difference_is_named_by_its_kind() {
        let same = certificate("a", 1, "valid", "d");
        let ours = vec![
            same.clone(),
            certificate("c", 2, "valid", "d"),
            certificate("d", 1, "cancelled", "d"),
            certificate("e", 1, "valid", "d"),
            certificate("f", 1, "valid", "d"),
        ];
        let theirs = vec![
            same,
            certificate("b", 1, "valid", "d"),
            certificate("c", 1, "valid", "d"),
            certificate("d", 1, "valid", "d"),
            certificate("e", 1, "valid", "x"),
            certificate("g", 1, "valid", "d"),
        ];
        let expected = [
            ("b", "missing_here"),
            ("c", "other_version"),
            ("d", "other_status"),
            ("e", "other_content"),
            ("f", "missing_there"),
            ("g", "missing_here"),
        ];
        assert_eq!(kinds(ours, theirs), expected.map(|(id, kind)| (id.to_owned(), kind)));
    }

    #[test]
    fn what_is_the_same_is_no_difference() {
        let list = || vec![certificate("a", 1, "valid", "d"), certificate("b", 3, "suspended", "e")];
        assert!(kinds(list(), list()).is_empty());
        assert!(kinds(Vec::new(), Vec::new()).is_empty());
    }
}
