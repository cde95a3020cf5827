//! Keys of services: a service's own, of which this server learns the public half. Several at once, so that the next
//! is there before the last ends. What is not here: how they sign (`auth::signed_request`).

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use verifier_core::sm2::PublicKey;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::signed_request::is_service;
use super::{Account, accounts};
use crate::audit::{Action, Audit, Context, Entry};
use crate::clock::Timestamp;
use crate::problem::{Code, Finding, Problem};
use crate::store::accounts as account_rows;
use crate::store::service_keys::{self as rows, ServiceKeyRow};
use crate::store::{Conn, StoreError};

/// Longest that a key is good for, in days: a lost one that nobody noticed ends by itself.
pub const MOST_DAYS: u32 = 731;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 64;

/// A key to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The login of the service.
    pub login: String,
    /// The SM2 public key in hexadecimal, compressed (33 bytes) or uncompressed (65 bytes).
    pub public_key: String,
    /// What its owner calls it: 1 to 64 characters.
    #[schema(example = "2026")]
    pub label: String,
    /// How long it is good for, 731 days at most.
    #[schema(example = 366)]
    pub days: u32,
}

/// A key as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shown {
    /// Id of the key: `keyid` of what it signs.
    pub kid: String,
    /// The login of the service.
    pub login: String,
    /// What its owner calls it.
    pub label: String,
    /// Whether it may sign.
    pub state: State,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// Whether a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It may.
    Good,
    /// It is past its end.
    Ended,
    /// It was revoked.
    Revoked,
}

impl State {
    /// The word it is shown as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

impl Shown {
    fn of(row: ServiceKeyRow, login: String, now: Timestamp) -> Self {
        let state = match row.revoked_at {
            Some(_) => State::Revoked,
            None if row.not_after <= now.millis() => State::Ended,
            None => State::Good,
        };
        let (created_at, ends_at) = (Timestamp(row.created_at), Timestamp(row.not_after));
        Self { kid: row.kid, login, label: row.label, state, created_at, ends_at }
    }
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
    /// The label is empty or too long.
    LabelOutOfBounds,
    /// It would be good for too long, or not at all.
    DaysOutOfBounds,
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

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let unfit = |item: &'static str, rule: &'static str| {
            let finding = Finding { item: item.into(), rule: rule.into(), source: None };
            Self::new(Code::UnfitValue).findings(vec![finding])
        };
        match refused {
            Refused::NoAccount => Code::NotFound.into(),
            Refused::NotAService => Code::NotAService.into(),
            Refused::NoKey => unfit("public_key", "not_an_sm2_public_key"),
            Refused::LabelOutOfBounds => unfit("label", "not_1_to_64_characters"),
            Refused::DaysOutOfBounds => unfit("days", "not_1_to_731"),
            Refused::Known => Code::ServiceKeyKnown.into(),
            Refused::Store(error) => error.into(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAccount => f.write_str("there is no account with this login that may be used"),
            Self::NotAService => f.write_str(
                "only an account without a password, of the role issuer or third_party, may sign requests; \
                 make one with `yzt accounts add --service`",
            ),
            Self::NoKey => f.write_str("this is not an SM2 public key in hexadecimal (33 or 65 bytes)"),
            Self::LabelOutOfBounds => f.write_str("a label has 1 to 64 characters"),
            Self::DaysOutOfBounds => write!(f, "a key is good for 1 to {MOST_DAYS} days"),
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
) -> Result<Shown, Refused> {
    let bytes = HEXLOWER_PERMISSIVE.decode(new.public_key.trim().as_bytes()).ok();
    let key = bytes.and_then(|bytes| PublicKey::from_sec1(&bytes).ok()).ok_or(Refused::NoKey)?;
    if !(1..=LONGEST_LABEL).contains(&new.label.chars().count()) {
        return Err(Refused::LabelOutOfBounds);
    }
    if !(1..=MOST_DAYS).contains(&new.days) {
        return Err(Refused::DaysOutOfBounds);
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
    Ok(Shown::of(row, new.login, now))
}

/// The keys of services of a division, or of all that an administrator answers for.
///
/// # Errors
/// [`Code::OtherDivision`] for one that is not the administrator's.
pub fn list(
    conn: &mut Conn,
    admin: &Account,
    division: Option<String>,
    now: Timestamp,
) -> Result<Vec<Shown>, Problem> {
    let division = division.or_else(|| admin.division.clone());
    admin.require_jurisdiction(division.as_deref())?;
    let within = |own: &Option<String>| match &division {
        Some(division) => own.as_ref().is_some_and(|own| own.starts_with(division)),
        None => true,
    };
    let rows = rows::list(conn)?.into_iter().filter(|(_, account)| within(&account.division));
    Ok(rows.map(|(key, account)| Shown::of(key, account.login, now)).collect())
}

/// Every key.
///
/// # Errors
/// When the database cannot.
pub fn all(conn: &mut Conn, now: Timestamp) -> Result<Vec<Shown>, StoreError> {
    Ok(rows::list(conn)?.into_iter().map(|(key, account)| Shown::of(key, account.login, now)).collect())
}

/// That an administrator answers for the account with this login.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`].
pub fn of_jurisdiction(conn: &mut Conn, admin: &Account, login: &str) -> Result<(), Problem> {
    let account = account_rows::find_by_login(conn, login)?.ok_or(Code::NotFound)?;
    admin.require_jurisdiction(account.division.as_deref())
}

/// That an administrator answers for the account with this key.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`].
pub fn key_of_jurisdiction(conn: &mut Conn, admin: &Account, kid: &str) -> Result<(), Problem> {
    let (_, account) = rows::find(conn, kid)?.ok_or(Code::NotFound)?;
    admin.require_jurisdiction(account.division.as_deref())
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
