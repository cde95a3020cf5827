//! A verdict from the ministry's copy, when the province that issued a certificate cannot be asked.
//!
//! Two things tell the status: the province's own status list, signed, and what it collected. The newer one counts, and how
//! old it is is said: past the ages of docs/protocol.md §6 the verdict itself says so.

use std::collections::BTreeMap;

use verifier_core::status::{Status, StatusList};
use verifier_core::trust::TrustList;
use verifier_core::{Bundle, Seconds, UnverifiedReference};

use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::publish;
use crate::store::collected::{self as rows, CollectedRow, CollectedVersionRow};
use crate::store::{Conn, StoreError, provinces};

/// What the copy says of a certificate.
pub struct Copied {
    /// The national trust list with the status of the certificate.
    pub bundle: Bundle,
    /// As of when; `None` where nothing is known of the status.
    pub as_of: Option<Seconds>,
}

/// What the copy says of the certificate that a code refers to, whose issuer has this prefix.
///
/// # Errors
/// When the database cannot.
pub async fn copied(
    app: &App,
    trust: TrustList,
    iss: &str,
    reference: UnverifiedReference,
) -> Result<Copied, Problem> {
    let (prefix, index) = (iss.to_owned(), reference.certificate.idx);
    let read = move |conn: &mut Conn| -> Result<_, StoreError> {
        let list = provinces::find(conn, &prefix)?.and_then(|province| province.status_list);
        let version = match i64::try_from(index) {
            Ok(index) => rows::find_by_index(conn, &prefix, index)?,
            Err(_) => None,
        };
        let certificate = match &version {
            Some(version) => rows::find(conn, &version.certificate_id)?,
            None => None,
        };
        Ok((list, version.zip(certificate)))
    };
    let (list, collected) = app.db.read(read).await?;
    let prefix = iss.to_owned();
    let work = move || weigh(trust, &prefix, index, list, collected);
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

fn weigh(
    trust: TrustList,
    iss: &str,
    index: u64,
    list: Option<Vec<u8>>,
    collected: Option<(CollectedVersionRow, CollectedRow)>,
) -> Copied {
    let issuer = trust.claims().issuers.iter().find(|issuer| issuer.prefix == iss);
    let list = issuer.zip(list).and_then(|(issuer, bytes)| StatusList::open(&bytes, issuer).ok());
    let listed_at = list.as_ref().map(StatusList::issued);
    let told = collected.map(|(version, certificate)| {
        (Timestamp(certificate.recorded_at).seconds(), standing(&version, &certificate))
    });
    match (list, told) {
        (Some(list), told) if told.is_none_or(|(at, _)| at < list.issued()) => {
            Copied { bundle: Bundle::new(trust).with_known_status(iss, list), as_of: listed_at }
        }
        (_, Some((at, status))) => {
            let list = StatusList::known_by_issuer(at, BTreeMap::from([(index, status)]));
            Copied { bundle: Bundle::new(trust).with_known_status(iss, list), as_of: Some(at) }
        }
        (_, None) => Copied { bundle: Bundle::new(trust), as_of: None },
    }
}

/// As `verification::status` says it of a province's own rows.
fn standing(version: &CollectedVersionRow, certificate: &CollectedRow) -> Status {
    let replaced = version.replaced_as.as_deref().and_then(publish::status);
    let superseded = (version.version < certificate.version).then_some(Status::Superseded);
    let overdue = certificate.review_overdue.then_some(Status::ReviewOverdue);
    publish::status(&certificate.status).or(replaced).or(superseded).or(overdue).unwrap_or(Status::Valid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(status: &str, version: i32, review_overdue: bool) -> CollectedRow {
        CollectedRow {
            certificate_id: "c".to_owned(),
            iss: "21".to_owned(),
            seq: 1,
            version,
            status: status.to_owned(),
            review_overdue,
            identifier: String::new(),
            recorded_at: 0,
            received_at: 0,
        }
    }

    fn version(number: i32, replaced_as: Option<&str>) -> CollectedVersionRow {
        CollectedVersionRow {
            certificate_id: "c".to_owned(),
            version: number,
            iss: "21".to_owned(),
            status_index: 0,
            replaced_as: replaced_as.map(str::to_owned),
            credential: Vec::new(),
            items_ciphertext: Vec::new(),
        }
    }

    #[test]
    fn the_copy_says_of_a_version_what_the_province_would() {
        let valid = certificate("valid", 2, false);
        assert_eq!(standing(&version(2, None), &valid), Status::Valid);
        assert_eq!(standing(&version(1, None), &valid), Status::Superseded);
        assert_eq!(standing(&version(1, Some("reported_lost")), &valid), Status::ReportedLost);
        assert_eq!(standing(&version(1, None), &certificate("cancelled", 2, true)), Status::Cancelled);
        assert_eq!(standing(&version(2, None), &certificate("valid", 2, true)), Status::ReviewOverdue);
    }
}
