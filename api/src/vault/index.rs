//! Blind indices: a value is found again by its HMAC-SM3, and without the key nobody can try values out.
//!
//! Every field has a key of its own, derived from the one in the keystore: equal values in two fields do not show.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

/// What is found by an index or compared by a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The code of a holder.
    HolderCode,
    /// The number of a certificate.
    CertificateNumber,
    /// The canonical items of a version, compared to see whether content is the same.
    Items,
    /// The body of an ingest batch, compared to see whether it is sent again.
    BatchBody,
    /// A mini-program and a user's openid in it.
    Openid,
}

impl Field {
    const fn word(self) -> &'static str {
        match self {
            Self::HolderCode => "holder-code",
            Self::CertificateNumber => "certificate-number",
            Self::Items => "items",
            Self::BatchBody => "batch-body",
            Self::Openid => "wechat-openid",
        }
    }
}

/// A MAC that takes its input piece by piece.
pub type FieldMac = Hmac<Sm3>;

/// A MAC for each field, keyed and ready.
pub(super) struct Indices {
    holder_code: FieldMac,
    certificate_number: FieldMac,
    items: FieldMac,
    batch_body: FieldMac,
    openid: FieldMac,
}

impl Indices {
    /// `None` when the secret is of no use as a key.
    pub(super) fn under(secret: &[u8]) -> Option<Self> {
        Some(Self {
            holder_code: keyed(secret, Field::HolderCode)?,
            certificate_number: keyed(secret, Field::CertificateNumber)?,
            items: keyed(secret, Field::Items)?,
            batch_body: keyed(secret, Field::BatchBody)?,
            openid: keyed(secret, Field::Openid)?,
        })
    }

    /// A MAC of this field, without input yet.
    pub(super) fn mac(&self, field: Field) -> FieldMac {
        match field {
            Field::HolderCode => &self.holder_code,
            Field::CertificateNumber => &self.certificate_number,
            Field::Items => &self.items,
            Field::BatchBody => &self.batch_body,
            Field::Openid => &self.openid,
        }
        .clone()
    }

    /// The index of a value: lower-case letters and spaces around it make no difference.
    pub(super) fn of(&self, field: Field, value: &str) -> String {
        let normal = Zeroizing::new(value.trim().to_ascii_uppercase());
        let mac = self.mac(field).chain_update(normal.as_bytes()).finalize().into_bytes();
        HEXLOWER.encode(&mac)
    }
}

fn keyed(secret: &[u8], field: Field) -> Option<FieldMac> {
    let mac = FieldMac::new_from_slice(secret).ok()?;
    let key = Zeroizing::new(<[u8; 32]>::from(mac.chain_update(field.word()).finalize().into_bytes()));
    FieldMac::new_from_slice(key.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(secret: &[u8]) -> Indices {
        Indices::under(secret).unwrap()
    }

    #[test]
    fn however_it_is_typed_a_value_has_one_index() {
        let indices = indices(b"secret");
        let index = indices.of(Field::HolderCode, "11010519491231002X");
        assert_eq!(index, indices.of(Field::HolderCode, " 11010519491231002x\n"));
        assert_eq!(index.len(), 64);
        assert_ne!(index, indices.of(Field::HolderCode, "110105194912310021"));
    }

    #[test]
    fn another_field_or_another_key_gives_another_index() {
        let one = indices(b"secret").of(Field::HolderCode, "11010519491231002X");
        assert_ne!(one, indices(b"secret").of(Field::CertificateNumber, "11010519491231002X"));
        assert_ne!(one, indices(b"another").of(Field::HolderCode, "11010519491231002X"));
    }
}
