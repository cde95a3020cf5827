//! A certificate as this system knew it at an earlier moment: the version then in force, its status and its division.
//!
//! What counts is when something was recorded (`lifecycle/moment.rs`). The dates and the plate are those of the items of
//! that version.

use verifier_core::ids::CertificateId;

use super::plain_items;
use crate::clock::Timestamp;
use crate::lifecycle;
use crate::problem::{Code, Problem};
use crate::record::{Day, Record};
use crate::store::certificates::{self, CertificateRow};
use crate::store::{Conn, events};
use crate::vault::Vault;

/// The certificate as it was at `instant`.
///
/// # Errors
/// [`Code::NotFound`] when it was not known then; when the database cannot, or has lost what was in force.
pub(super) fn as_of(
    conn: &mut Conn,
    vault: &Vault,
    row: CertificateRow,
    instant: Timestamp,
) -> Result<CertificateRow, Problem> {
    let history = events::of_certificate(conn, &row.id)?;
    let last = lifecycle::last_by(&history, instant).ok_or(Code::NotFound)?;
    let version = certificates::find_version(conn, &row.id, last.version)?;
    let version =
        version.ok_or_else(|| Problem::internal("a certificate without a version of its history"))?;
    let accepted = Record::from_json(&plain_items(vault, &version)?);
    let record = accepted.map_err(|_| Problem::internal("stored items that are no record"))?.record;
    let number = u16::try_from(version.version).unwrap_or(u16::MAX);
    let serial = record.serial().unwrap_or(&row.serial);
    let identifier = CertificateId::new(record.kind().type_code(), record.issuer(), serial, number);
    Ok(CertificateRow {
        division: last.division.clone(),
        identifier: identifier.map_err(Problem::internal)?.to_string(),
        plate: record.plate().map(|plate| plate.number().to_owned()),
        plate_colour: record.plate().map(|plate| plate.colour().code().into()),
        version: version.version,
        status: last.status.clone(),
        review_overdue: last.review_overdue,
        specimen: record.is_specimen(),
        status_index: version.status_index,
        issued_on: record.issued_on().days(),
        valid_from: record.valid_from().days(),
        valid_to: record.valid_to().map(Day::days),
        ..row
    })
}
