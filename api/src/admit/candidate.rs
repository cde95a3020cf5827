//! A sound record with all that it is found and compared by.

use hmac::Mac;
use zeroize::Zeroizing;

use crate::record::Record;
use crate::vault::{Field, Vault};

/// A sound record with its canonical content.
pub struct Candidate {
    pub(super) record: Record,
    pub(super) items: Zeroizing<Vec<u8>>,
    pub(super) items_mac: Vec<u8>,
    pub(super) number_index: String,
    pub(super) holder_index: String,
}

impl Candidate {
    /// The candidate that a record makes.
    #[must_use]
    pub fn of(record: Record, vault: &Vault) -> Self {
        let items = Zeroizing::new(record.to_json());
        let mac = vault.mac(Field::Items).chain_update(items.as_slice());
        Self {
            items_mac: mac.finalize().into_bytes().to_vec(),
            number_index: vault.index(Field::CertificateNumber, record.number().as_str()),
            holder_index: vault.index(Field::HolderCode, record.holder().code()),
            items,
            record,
        }
    }
}
