//! What an admission writes: holder, certificate, version, event.

use verifier_core::ids::CertificateId;

use super::{Admission, AdmitError, Ahead, Candidate, Outcome, finding, known};
use crate::clock::Timestamp;
use crate::record::{Event, Rule, name};
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::events::EventRow;
use crate::store::holders::{self, HolderRow};
use crate::store::{Conn, StoreError};

/// What came of writing.
pub(super) enum Written {
    /// It is written, or a rule forbids it.
    Done(Outcome),
    /// Nothing is written: the certificate is no longer as it was read.
    Overtaken,
}

impl Admission {
    pub(super) fn create(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        made: &Ahead,
        history: &mut Vec<EventRow>,
    ) -> Result<Written, AdmitError> {
        let serial = self.serial(candidate);
        let identifier = match candidate.identifier(made, &serial) {
            Ok(identifier) => identifier,
            Err(refused) => return Ok(Written::Done(refused)),
        };
        let holder_id = self.holder(conn, candidate, made)?;
        let row = self.new_row(candidate, made, (&identifier, &serial), holder_id);
        if !certificates::insert(conn, &row)? {
            return Ok(match known(conn, candidate)? {
                Some(_) => Written::Overtaken,
                None => Written::Done(identifier_taken()),
            });
        }
        certificates::insert_version(conn, &candidate.version_row(&row, made))?;
        history.push(self.event_row(candidate, &row));
        Ok(Written::Done(Outcome::Created))
    }

    pub(super) fn replace(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        as_read: &CertificateRow,
        made: &Ahead,
        (replaced_as, status): (&str, &str),
        history: &mut Vec<EventRow>,
    ) -> Result<Written, AdmitError> {
        let serial = candidate.record.serial().unwrap_or(&as_read.serial);
        let identifier = match candidate.identifier(made, serial) {
            Ok(identifier) => identifier,
            Err(refused) => return Ok(Written::Done(refused)),
        };
        let holder_id = self.holder(conn, candidate, made)?;
        let row = CertificateRow {
            id: as_read.id.clone(),
            status: status.to_owned(),
            review_overdue: as_read.review_overdue,
            created_at: as_read.created_at,
            ..self.new_row(candidate, made, (&identifier, serial), holder_id)
        };
        match certificates::replace(conn, as_read, &row)? {
            None => return Ok(Written::Done(identifier_taken())),
            Some(false) => return Ok(Written::Overtaken),
            Some(true) => {}
        }
        certificates::set_replaced(conn, &row.id, as_read.version, replaced_as)?;
        certificates::insert_version(conn, &candidate.version_row(&row, made))?;
        history.push(self.event_row(candidate, &row));
        Ok(Written::Done(Outcome::Changed))
    }

    /// The serial number of a new certificate: its sender's, or one of ours.
    pub(super) fn serial(&self, candidate: &Candidate) -> String {
        let new = || self.app.new_id().simple().to_string().to_ascii_uppercase();
        candidate.record.serial().map_or_else(new, str::to_owned)
    }

    /// A new certificate with its identifier and serial number.
    pub(super) fn new_row(
        &self,
        candidate: &Candidate,
        made: &Ahead,
        (identifier, serial): (&str, &str),
        holder_id: String,
    ) -> CertificateRow {
        let record = &candidate.record;
        CertificateRow {
            id: made.certificate_id.clone(),
            kind: record.kind().code().to_owned(),
            number_ciphertext: made.number_ciphertext.clone(),
            number_index: candidate.number_index.clone(),
            issuer_code: record.issuer().as_str().to_owned(),
            division: record.division().as_str().to_owned(),
            identifier: identifier.to_owned(),
            serial: serial.to_owned(),
            holder_id,
            plate: record.plate().map(|plate| plate.number().to_owned()),
            plate_colour: record.plate().map(|plate| plate.colour().code().into()),
            version: made.version().into(),
            status: "valid".to_owned(),
            review_overdue: false,
            specimen: record.is_specimen(),
            status_index: i64::try_from(made.status_index()).unwrap_or(i64::MAX),
            issued_on: record.issued_on().days(),
            valid_from: record.valid_from().days(),
            valid_to: record.valid_to().map(crate::record::Day::days),
            created_at: self.now.millis(),
            updated_at: self.now.millis(),
        }
    }

    /// A new holder by this name.
    pub(super) fn holder_row(&self, candidate: &Candidate, made: &Ahead, name: &str) -> HolderRow {
        HolderRow {
            id: made.holder_id.clone(),
            code_type: candidate.record.holder().code_type().to_owned(),
            code_ciphertext: made.holder_ciphertext.clone(),
            code_index: candidate.holder_index.clone(),
            name: name.to_owned(),
            created_at: self.now.millis(),
        }
    }

    /// The event that made this version of a certificate.
    pub(super) fn event_row(&self, candidate: &Candidate, row: &CertificateRow) -> EventRow {
        EventRow {
            id: self.app.new_id().to_string(),
            seq: 0,
            certificate_id: row.id.clone(),
            event: word(candidate.record.event()).to_owned(),
            version: row.version,
            status: row.status.clone(),
            reason: None,
            occurred_at: i64::from(row.issued_on) * DAY - CHINA_OFFSET,
            recorded_at: self.now.millis(),
            actor: self.sender.account.clone(),
            batch_id: self.batch.clone(),
        }
    }

    /// The holder's row: there already, or made. The name heard last is the holder's.
    fn holder(&self, conn: &mut Conn, candidate: &Candidate, made: &Ahead) -> Result<String, StoreError> {
        let holder = candidate.record.holder();
        let find =
            |conn: &mut Conn| holders::find_by_typed_code(conn, holder.code_type(), &candidate.holder_index);
        if let Some(row) = find(conn)? {
            if row.name != holder.name() {
                holders::rename(conn, &row.id, holder.name())?;
            }
            return Ok(row.id);
        }
        let row = self.holder_row(candidate, made, holder.name());
        if holders::insert(conn, &row)? {
            return Ok(row.id);
        }
        // Another transaction was first.
        find(conn)?.map(|row| row.id).ok_or(StoreError::Busy)
    }
}

impl Candidate {
    /// The identifier of a version of its certificate; `Err`: none can be made.
    pub(super) fn identifier(&self, made: &Ahead, serial: &str) -> Result<String, Outcome> {
        let record = &self.record;
        let made = CertificateId::new(record.kind().type_code(), record.issuer(), serial, made.version());
        made.map(|identifier| identifier.to_string()).map_err(|error| refused(Rule::Id(error)))
    }

    /// The version in force of a certificate that is now as this candidate says.
    pub(super) fn version_row(&self, row: &CertificateRow, made: &Ahead) -> VersionRow {
        VersionRow {
            certificate_id: row.id.clone(),
            version: row.version,
            items_ciphertext: made.items_ciphertext.clone(),
            items_mac: self.items_mac.clone(),
            status_index: row.status_index,
            made_by: word(self.record.event()).to_owned(),
            replaced_as: None,
            credential: made.sealed.bytes.clone(),
            seal_key: made.sealed.key.to_string(),
            sealed_at: Timestamp::from(made.sealed.at).millis(),
            credential_exp: Timestamp::from(made.sealed.expires).millis(),
        }
    }
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Milliseconds by which a day in China begins before one of UTC.
const CHINA_OFFSET: i64 = 8 * 3_600_000;

/// The word of the history for what made a version.
const fn word(event: Event) -> &'static str {
    match event {
        Event::Initial => "issued",
        Event::Change => "changed",
        Event::Renewal => "renewed",
        Event::Reissue => "reissued",
    }
}

fn refused(rule: Rule) -> Outcome {
    Outcome::Refused(vec![finding(rule, name::IDENTIFIER)])
}

fn identifier_taken() -> Outcome {
    refused(Rule::IdentifierTaken)
}
