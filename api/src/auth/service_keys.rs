//! Keys of services: a service's own, of which this server learns the public half. Several at once, so that the next
//! is there before the last ends.

use data_encoding::HEXLOWER_PERMISSIVE;
use verifier_core::sm2::PublicKey;

use super::accounts;
use super::signed_request::is_service;
use crate::audit::{Action, Audit, Context, Entry};
use crate::clock::Timestamp;
use crate::store::accounts as account_rows;
use crate::store::service_keys::{self as rows, ServiceKeyRow};
use crate::store::{Conn, StoreError};

/// Longest that a key is good for, in days: a lost one that nobody noticed ends by itself.
pub const MOST_DAYS: u32 = 731;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 64;

/// A key to be registered.
pub struct NewKey {
    /// The login of the service.
    pub login: String,
    /// The SM2 public key in hexadecimal, compressed (33 bytes) or uncompressed (65 bytes).
    pub public_key: String,
    /// What its owner calls it.
    pub label: String,
    /// How long it is good for.
    pub days: u32,
}

/// Why a key is not registered.
#[derive(Debug)]
pub enum Refused {
    /// There is no account with this login that may be used.
    NoAccount,
    /// It is a person's: it has a password, or a role that no service has.
    NotAService,
    /// It is no SM2 public key.
    NoKey,
    /// The label or the days are out of bounds.
    OutOfBounds,
    /// The key is registered already.
    Known,
    /// The database cannot.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAccount => f.write_str("there is no account with this login that may be used"),
            Self::NotAService => f.write_str(
                "only an account without a password, of the role issuer or third_party, may sign requests; \
                 make one with `yzt accounts add --service`",
            ),
            Self::NoKey => f.write_str("this is not an SM2 public key in hexadecimal (33 or 65 bytes)"),
            Self::OutOfBounds => {
                write!(f, "a label has 1 to 64 characters, and a key is good for 1 to {MOST_DAYS} days")
            }
            Self::Known => f.write_str("this key is registered already"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

/// Registers a key.
///
/// # Errors
/// As [`Refused`] says.
pub fn add(
    conn: &mut Conn,
    audit: &Audit,
    context: Context,
    new: NewKey,
    now: Timestamp,
) -> Result<ServiceKeyRow, Refused> {
    let bytes = HEXLOWER_PERMISSIVE.decode(new.public_key.trim().as_bytes()).ok();
    let key = bytes.and_then(|bytes| PublicKey::from_sec1(&bytes).ok()).ok_or(Refused::NoKey)?;
    let fits =
        (1..=MOST_DAYS).contains(&new.days) && (1..=LONGEST_LABEL).contains(&new.label.chars().count());
    if !fits {
        return Err(Refused::OutOfBounds);
    }
    let account = account_rows::find_by_login(conn, &new.login)?.ok_or(Refused::NoAccount)?;
    let known = accounts::open(&account).ok_or(Refused::NoAccount)?;
    if account.password_hash.is_some() || !is_service(&known) {
        return Err(Refused::NotAService);
    }
    let row = ServiceKeyRow {
        kid: key.id().to_string(),
        account_id: account.id,
        public_key: key.compressed().to_vec(),
        label: new.label,
        not_before: now.millis(),
        not_after: now.plus_seconds(i64::from(new.days) * 86_400).millis(),
        created_at: now.millis(),
        revoked_at: None,
    };
    if !rows::insert(conn, &row)? {
        return Err(Refused::Known);
    }
    let entry =
        Entry::new(Action::ClientAdded, context).on("account", &*row.account_id).detail("kid", &*row.kid);
    audit.append(conn, entry)?;
    Ok(row)
}

/// Revokes a key: `false` when there is none with this id that was not.
///
/// # Errors
/// When the database cannot.
pub fn revoke(
    conn: &mut Conn,
    audit: &Audit,
    context: Context,
    kid: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let revoked = rows::revoke(conn, kid, now.millis())?;
    if revoked {
        audit.append(conn, Entry::new(Action::ClientRevoked, context).on("service_key", kid))?;
    }
    Ok(revoked)
}
