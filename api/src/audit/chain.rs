//! What a row of the audit log is bound by: its canonical bytes, their hash and their code. Pure.
//!
//! The bytes are those of one CBOR array (RFC 8949 §4.2, deterministic), so that anyone can make them again:
//! `docs/audit.md` says how.

use hmac::{Hmac, KeyInit, Mac};
use minicbor::Encoder;
use sm3::{Digest, Sm3};
use zeroize::Zeroizing;

use crate::store::audit::AuditRow;

/// The first item of every row's bytes: which rules they are made by.
const FORMAT: &str = "yzt-audit-1";

/// Items of a row's bytes.
const ITEMS: u64 = 17;

/// Length in bytes of a hash and of a code.
pub const LENGTH: usize = 32;

/// What the first row is bound to.
pub const BEGINNING: [u8; LENGTH] = [0; LENGTH];

/// The secret that rows are authenticated with. Whoever can write to the database but has not this cannot add or
/// change a row unnoticed.
#[derive(Clone)]
pub struct MacKey(Zeroizing<Vec<u8>>);

impl MacKey {
    /// The key of these bytes.
    #[must_use]
    pub fn new(secret: Zeroizing<Vec<u8>>) -> Self {
        Self(secret)
    }

    /// HMAC-SM3 over `bytes`.
    #[must_use]
    pub fn code(&self, bytes: &[u8]) -> [u8; LENGTH] {
        // HMAC takes keys of every length.
        <Hmac<Sm3> as KeyInit>::new_from_slice(&self.0)
            .map_or(BEGINNING, |mac| mac.chain_update(bytes).finalize().into_bytes().into())
    }

    /// Whether `code` is this key's over `bytes`.
    #[must_use]
    pub fn is_code(&self, bytes: &[u8], code: &[u8]) -> bool {
        <Hmac<Sm3> as KeyInit>::new_from_slice(&self.0)
            .is_ok_and(|mac| mac.chain_update(bytes).verify_slice(code).is_ok())
    }
}

/// Binds a row to the one before it, whose hash it carries already.
pub fn bind(row: &mut AuditRow, key: &MacKey) {
    let bytes = canonical(row);
    row.hash = hash(&bytes).to_vec();
    row.mac = key.code(&bytes).to_vec();
}

/// SM3 over a row's bytes.
#[must_use]
pub fn hash(canonical: &[u8]) -> [u8; LENGTH] {
    Sm3::digest(canonical).into()
}

/// The bytes that a row's hash and code are over: all of it but these two.
#[must_use]
pub fn canonical(row: &AuditRow) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    // Writing into a vector cannot fail.
    let _ = write(row, &mut Encoder::new(&mut bytes));
    bytes
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn write(row: &AuditRow, to: &mut Encoder<&mut Vec<u8>>) -> Written {
    to.array(ITEMS)?.str(FORMAT)?.i64(row.seq)?.str(&row.id)?.i64(row.at)?;
    text(to, row.actor.as_deref())?;
    text(to, row.role.as_deref())?;
    text(to, row.address.as_deref())?;
    text(to, row.device.as_deref())?;
    text(to, row.request_id.as_deref())?;
    to.str(&row.action)?;
    text(to, row.object_kind.as_deref())?;
    text(to, row.object_id.as_deref())?;
    text(to, row.division.as_deref())?;
    to.str(&row.result)?;
    text(to, row.reason.as_deref())?;
    to.str(&row.details)?.bytes(&row.prev_hash)?;
    Ok(())
}

fn text(to: &mut Encoder<&mut Vec<u8>>, text: Option<&str>) -> Written {
    match text {
        Some(text) => to.str(text)?,
        None => to.null()?,
    };
    Ok(())
}
