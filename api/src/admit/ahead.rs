//! What of an admission can be made before its transaction: the seal, and what is stored encrypted. Both take long, and
//! a transaction should not.

use super::{Admission, AdmitError, Candidate};
use crate::seal::{Sealed, Version};
use crate::vault::Column;

/// The version that an admission will make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The certificate it is of; `None`: a new one.
    pub(super) certificate_id: Option<String>,
    /// Its number, from 1.
    pub(super) version: u32,
}

/// The parts of a version, made for the certificate and the number it was due as.
#[derive(Clone)]
pub struct Ahead {
    due: Due,
    pub(super) sealed: Sealed,
    pub(super) certificate_id: String,
    pub(super) number_ciphertext: Vec<u8>,
    pub(super) items_ciphertext: Vec<u8>,
    /// The holder's id, should it be new.
    pub(super) holder_id: String,
    pub(super) holder_ciphertext: Vec<u8>,
}

impl Ahead {
    /// Whether this is what is due now.
    pub(super) fn is(&self, due: &Due) -> bool {
        self.due == *due
    }

    /// Its number, as identifiers have it.
    pub(super) fn version(&self) -> u16 {
        u16::try_from(self.sealed.version.number).unwrap_or(u16::MAX)
    }

    /// Its place in the status list.
    #[must_use]
    pub const fn status_index(&self) -> u64 {
        self.sealed.version.status_index
    }
}

impl Admission {
    /// Makes what is due for a candidate ahead of its admission.
    ///
    /// # Errors
    /// When the signer cannot sign, or nothing can be encrypted.
    pub fn prepare(&self, candidate: &Candidate, due: Due, status_index: u64) -> Result<Ahead, AdmitError> {
        let Candidate { record, items, .. } = candidate;
        let (vault, new_id) = (&self.app.vault, || self.app.new_id().to_string());
        let certificate_id = due.certificate_id.clone().unwrap_or_else(new_id);
        let holder_id = new_id();
        let version = i32::try_from(due.version).unwrap_or(i32::MAX);
        let seal = |column: Column, row: &str, plain: &str| vault.seal(&column.of(row), plain.as_bytes());
        Ok(Ahead {
            sealed: self.seal(candidate, Version { number: due.version, status_index })?,
            number_ciphertext: seal(Column::CertificateNumber, &certificate_id, record.number().as_str())?,
            items_ciphertext: vault
                .seal(&Column::CertificateItems.of_version(&certificate_id, version), items)?,
            holder_ciphertext: seal(Column::HolderCode, &holder_id, record.holder().code())?,
            certificate_id,
            holder_id,
            due,
        })
    }
}
