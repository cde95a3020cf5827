//! A change, made from an event of the feed and the version it left in force.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::message::{CollectionChange, SealedVersion};
use crate::clock::Timestamp;
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::events::EventRow;
use crate::store::{Conn, StoreError, collection as rows};
use crate::vault::{Column, Vault};

/// Why a change cannot be made, in a word: only its certificate waits for somebody to mend it.
pub(super) type Unmade = &'static str;

/// What a change is made from. Nothing of it is decrypted yet, so that the database is not kept waiting.
pub(super) struct Parts {
    pub(super) event: EventRow,
    certificate: CertificateRow,
    version: VersionRow,
    replaces_as: Option<String>,
    review_overdue: bool,
}

impl Parts {
    /// The parts of the change that an event is.
    pub(super) fn of(conn: &mut Conn, event: &EventRow) -> Result<Option<Self>, StoreError> {
        let id = &event.certificate_id;
        let found = (certificates::find(conn, id)?, certificates::find_version(conn, id, event.version)?);
        let (Some(certificate), Some(version)) = found else { return Ok(None) };
        let before = certificates::find_version(conn, id, event.version - 1)?;
        Ok(Some(Self {
            event: event.clone(),
            certificate,
            version,
            replaces_as: before.and_then(|before| before.replaced_as),
            review_overdue: rows::is_review_overdue(conn, id, event.seq)?,
        }))
    }

    /// The change. Blocks where a data key has to be looked up.
    pub(super) fn change(self, vault: &Vault) -> Result<CollectionChange, Unmade> {
        let Self { event, certificate, version, replaces_as, review_overdue } = self;
        let cell = Column::CertificateItems.of_version(&version.certificate_id, version.version);
        let items = vault.open_bytes(&cell, &version.items_ciphertext).map_err(|_| "items_unreadable")?;
        Ok(CollectionChange {
            event_id: event.id,
            seq: event.seq,
            certificate_id: event.certificate_id,
            event: event.event,
            status: event.status,
            review_overdue,
            occurred_at: Timestamp(event.occurred_at),
            recorded_at: Timestamp(event.recorded_at),
            version: SealedVersion {
                number: version.version,
                identifier: certificate.identifier,
                division: certificate.division,
                status_index: version.status_index,
                credential: BASE64.encode(&version.credential),
                items: serde_json::from_slice(&items).map_err(|_| "items_unreadable")?,
                replaces_as,
            },
        })
    }
}
