//! What this server knew at the time of a scan: the trust list then newest, and the certificate's history.

use std::collections::BTreeMap;
use std::sync::Arc;

use verifier_core::trust::TrustList;
use verifier_core::{BundleError, UnverifiedReference, unverified_reference};

use super::submission::{Signed, Submission};
use crate::auth::Role;
use crate::clock::Timestamp;
use crate::publish::{self, PublishError};
use crate::store::devices::{self, DeviceRow};
use crate::store::events::{self, EventRow};
use crate::store::receipts::{self, ReceiptRow};
use crate::store::{Conn, StoreError, accounts, publication};
use crate::verification::{self, Known};

/// A receipt with what is needed to judge it.
pub enum Case {
    /// There is one with its id already.
    Known {
        /// What came in now.
        digest: [u8; 32],
        /// What is kept.
        kept: Box<ReceiptRow>,
    },
    /// New.
    New(Box<Evidence>),
}

/// A new receipt and what this server knew at the time of its scan.
pub struct Evidence {
    /// What came in.
    pub submission: Submission,
    /// What its code says of itself.
    pub reference: Option<UnverifiedReference>,
    /// The trust list that was the newest, or why it cannot be used.
    pub trust: Arc<Result<TrustList, BundleError>>,
    /// The certificate the code refers to, if it is one of this server, with its history.
    pub known: Option<(Known, Vec<EventRow>)>,
    /// Officers' devices whose key has the id the signature names.
    pub signers: Vec<DeviceRow>,
}

/// Finds what is needed to judge each of them.
///
/// # Errors
/// When the database cannot.
pub fn gather(
    conn: &mut Conn,
    iss: &str,
    submissions: Vec<(usize, Submission)>,
) -> Result<Vec<(usize, Case)>, PublishError> {
    let mut lists = TrustLists::default();
    let find = |(place, submission)| Ok((place, case(conn, iss, &mut lists, submission)?));
    submissions.into_iter().map(find).collect()
}

fn case(
    conn: &mut Conn,
    iss: &str,
    lists: &mut TrustLists,
    submission: Submission,
) -> Result<Case, PublishError> {
    if let Some(kept) = receipts::find(conn, &submission.receipt.id.to_string())? {
        return Ok(Case::Known { digest: submission.digest(), kept: Box::new(kept) });
    }
    let reference = unverified_reference(&submission.receipt.code);
    let trust = lists.as_of(conn, submission.receipt.scanned_at.into())?;
    let of_ours = match trust.as_ref() {
        Ok(trust) => verification::ours(trust, iss, reference.clone()),
        Err(_) => None,
    };
    let known = match of_ours {
        Some(of_ours) => with_history(conn, &of_ours)?,
        None => None,
    };
    let signers = match &submission.signed {
        Some(signed) => signers(conn, signed)?,
        None => Vec::new(),
    };
    Ok(Case::New(Box::new(Evidence { submission, reference, trust, known, signers })))
}

fn with_history(
    conn: &mut Conn,
    reference: &UnverifiedReference,
) -> Result<Option<(Known, Vec<EventRow>)>, StoreError> {
    let Some(known) = verification::find(conn, &reference.certificate)? else {
        return Ok(None);
    };
    let events = events::of_certificate(conn, &known.certificate.id)?;
    Ok(Some((known, events)))
}

fn signers(conn: &mut Conn, signed: &Signed) -> Result<Vec<DeviceRow>, StoreError> {
    let mut signers = Vec::new();
    for device in devices::find_by_kid(conn, &signed.parsed.key_id().to_string())? {
        let owner = accounts::find(conn, &device.account_id)?;
        if owner.is_some_and(|owner| owner.role == Role::Officer.word()) {
            signers.push(device);
        }
    }
    Ok(signers)
}

/// Trust lists opened so far: those of one batch are few, and opening one takes a signature's time.
#[derive(Default)]
struct TrustLists(BTreeMap<i64, Arc<Result<TrustList, BundleError>>>);

impl TrustLists {
    fn as_of(
        &mut self,
        conn: &mut Conn,
        instant: Timestamp,
    ) -> Result<Arc<Result<TrustList, BundleError>>, PublishError> {
        let Some(row) = publication::trust_list_as_of(conn, instant.millis())? else {
            return Ok(Arc::new(Err(BundleError::Missing)));
        };
        if let Some(opened) = self.0.get(&row.seq) {
            return Ok(Arc::clone(opened));
        }
        let opened = match publish::open_with(conn, &row) {
            Ok(list) => Ok(list),
            // A receipt is kept even when its verdict cannot be repeated.
            Err(PublishError::Unusable(error)) => Err(error),
            Err(other) => return Err(other),
        };
        let opened = Arc::new(opened);
        self.0.insert(row.seq, Arc::clone(&opened));
        Ok(opened)
    }
}
