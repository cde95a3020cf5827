//! What an admission writes: holder, certificate, version, event.

use verifier_core::ids::CertificateId;

use super::{Admission, AdmitError, Ahead, Candidate, Outcome, finding, known};
use crate::clock::Timestamp;
use crate::record::{Event, Rule, name};
use crate::store::certificates::{self, CertificateRow, VersionRow};
use crate::store::events::{self, EventRow};
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
    ) -> Result<Written, AdmitError> {
        let serial = candidate.record.serial().map_or_else(|| self.new_serial(), str::to_owned);
        let row = CertificateRow {
            id: made.certificate_id.clone(),
            status: "valid".to_owned(),
            review_overdue: false,
            created_at: self.now.millis(),
            ..match self.row(conn, candidate, made, serial)? {
                Ok(row) => row,
                Err(refused) => return Ok(Written::Done(refused)),
            }
        };
        if !certificates::insert(conn, &row)? {
            return Ok(match known(conn, candidate)? {
                Some(_) => Written::Overtaken,
                None => Written::Done(identifier_taken()),
            });
        }
        self.add_version(conn, candidate, &row, made)?;
        Ok(Written::Done(Outcome::Created))
    }

    pub(super) fn replace(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        as_read: &CertificateRow,
        made: &Ahead,
        replaced_as: &str,
        status: &str,
    ) -> Result<Written, AdmitError> {
        let serial = candidate.record.serial().unwrap_or(&as_read.serial).to_owned();
        let row = CertificateRow {
            id: as_read.id.clone(),
            status: status.to_owned(),
            review_overdue: as_read.review_overdue,
            created_at: as_read.created_at,
            ..match self.row(conn, candidate, made, serial)? {
                Ok(row) => row,
                Err(refused) => return Ok(Written::Done(refused)),
            }
        };
        match certificates::replace(conn, as_read, &row)? {
            None => return Ok(Written::Done(identifier_taken())),
            Some(false) => return Ok(Written::Overtaken),
            Some(true) => {}
        }
        certificates::set_replaced(conn, &row.id, as_read.version, replaced_as)?;
        self.add_version(conn, candidate, &row, made)?;
        Ok(Written::Done(Outcome::Changed))
    }

    /// The certificate as it is with this version; the caller knows the rest of it. `Err`: no identifier can be made.
    fn row(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        made: &Ahead,
        serial: String,
    ) -> Result<Result<CertificateRow, Outcome>, StoreError> {
        let record = &candidate.record;
        let version = u16::try_from(made.sealed.version.number).unwrap_or(u16::MAX);
        let identifier =
            match CertificateId::new(record.kind().type_code(), record.issuer(), &serial, version) {
                Ok(identifier) => identifier.to_string(),
                Err(error) => return Ok(Err(refused(Rule::Id(error)))),
            };
        Ok(Ok(CertificateRow {
            id: String::new(),
            kind: record.kind().code().to_owned(),
            number_ciphertext: made.number_ciphertext.clone(),
            number_index: candidate.number_index.clone(),
            issuer_code: record.issuer().as_str().to_owned(),
            division: record.division().as_str().to_owned(),
            identifier,
            serial,
            holder_id: self.holder(conn, candidate, made)?,
            plate: record.plate().map(|plate| plate.number().to_owned()),
            plate_colour: record.plate().map(|plate| plate.colour().code().into()),
            version: i32::from(version),
            status: String::new(),
            review_overdue: false,
            specimen: record.is_specimen(),
            status_index: i64::try_from(made.status_index()).unwrap_or(i64::MAX),
            issued_on: record.issued_on().days(),
            valid_from: record.valid_from().days(),
            valid_to: record.valid_to().map(crate::record::Day::days),
            created_at: 0,
            updated_at: self.now.millis(),
        }))
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
        let row = HolderRow {
            id: made.holder_id.clone(),
            code_type: holder.code_type().to_owned(),
            code_ciphertext: made.holder_ciphertext.clone(),
            code_index: candidate.holder_index.clone(),
            name: holder.name().to_owned(),
            created_at: self.now.millis(),
        };
        if holders::insert(conn, &row)? {
            return Ok(row.id);
        }
        // Another transaction was first.
        find(conn)?.map(|row| row.id).ok_or(StoreError::Busy)
    }

    fn add_version(
        &self,
        conn: &mut Conn,
        candidate: &Candidate,
        row: &CertificateRow,
        made: &Ahead,
    ) -> Result<(), StoreError> {
        let version = VersionRow {
            certificate_id: row.id.clone(),
            version: row.version,
            items_ciphertext: made.items_ciphertext.clone(),
            items_mac: candidate.items_mac.clone(),
            status_index: row.status_index,
            replaced_as: None,
            credential: made.sealed.bytes.clone(),
            seal_key: made.sealed.key.to_string(),
            sealed_at: Timestamp::from(made.sealed.at).millis(),
            credential_exp: Timestamp::from(made.sealed.expires).millis(),
        };
        certificates::insert_version(conn, &version)?;
        let event = EventRow {
            id: self.app.new_id().to_string(),
            certificate_id: row.id.clone(),
            event: word(candidate.record.event()).to_owned(),
            version: row.version,
            status: row.status.clone(),
            reason: None,
            occurred_at: i64::from(row.issued_on) * DAY - CHINA_OFFSET,
            recorded_at: self.now.millis(),
            actor: self.sender.account.clone(),
            batch_id: self.batch.clone(),
        };
        events::insert(conn, &event)?;
        Ok(())
    }

    fn new_serial(&self) -> String {
        self.app.new_id().simple().to_string().to_ascii_uppercase()
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
