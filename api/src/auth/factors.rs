//! Second factors (GB/T 22239 §8.1.4.1 d, GB/T 39786 §8.4 a): what staff prove beside their password.
//!
//! - `factors/totp.rs`: codes of an authenticator app (RFC 6238)
//! - `factors/key.rs`: an SM2 key that is registered to the account as a device: a phone's or a UKey's
//! - `factors/recovery.rs`: recovery codes, for when the phone is gone
//!
//! Once an account has enrolled, a new factor takes a session that was proven with one: whoever has only the password
//! can never enrol. When all are lost, an administrator resets them. What is not here: the order of a sign-in with
//! two factors (`auth/pending.rs`).

use serde::Serialize;
use utoipa::ToSchema;

use super::sessions::{self, Ended};
use super::{Caller, Role};
use crate::clock::Timestamp;
use crate::config::{Config, SecondFactor};
use crate::problem::Code;
use crate::store::accounts::AccountRow;
use crate::store::{Conn, StoreError, devices, factors as rows};

pub mod key;
pub mod recovery;
pub mod totp;

/// What a session was proven with beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Nothing.
    None,
    /// A code of an authenticator app.
    Totp,
    /// An SM2 key.
    Key,
    /// A recovery code.
    RecoveryCode,
}

impl Factor {
    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Totp => "totp",
            Self::Key => "key",
            Self::RecoveryCode => "recovery_code",
        }
    }
}

/// The second factors of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Factors {
    /// Whether this account needs one.
    required: bool,
    /// Whether an authenticator app is enrolled.
    totp: bool,
    /// How many keys are registered: `GET /v1/devices`.
    keys: i64,
    /// How many recovery codes are left.
    recovery_codes: i64,
}

impl Factors {
    /// Those of an account.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn of(conn: &mut Conn, account_id: &str, required: bool) -> Result<Self, StoreError> {
        Ok(Self {
            required,
            totp: rows::totp(conn, account_id)?.is_some(),
            keys: devices::count_of_account(conn, account_id)?,
            recovery_codes: rows::count_recovery_codes(conn, account_id)?,
        })
    }

    /// What a sign-in may be completed with.
    #[must_use]
    pub fn usable(&self) -> Vec<Factor> {
        let usable = [
            (Factor::Totp, self.totp),
            (Factor::Key, self.keys > 0),
            (Factor::RecoveryCode, self.recovery_codes > 0),
        ];
        usable.into_iter().filter(|(_, usable)| *usable).map(|(factor, _)| factor).collect()
    }
}

/// Whether accounts of this role need a second factor here: all of staff, persons and systems, where it is required.
#[must_use]
pub fn required(config: &Config, role: Role) -> bool {
    config.second_factor == SecondFactor::Required && role != Role::Holder
}

/// Whether `account` needs a second factor at every sign-in from now on.
#[must_use]
pub fn enrolled(config: &Config, account: &AccountRow) -> bool {
    let role = account.role.parse();
    role.is_ok_and(|role| required(config, role)) && account.factors_since.is_some()
}

/// Whether a caller may enrol a factor, within the transaction that does.
///
/// # Errors
/// [`Code::NeedsSession`]; [`Code::SecondFactorRequired`] when its account has enrolled and this session was not proven with a factor.
pub fn may_enrol(conn: &mut Conn, caller: &Caller, config: &Config) -> Result<(), crate::problem::Problem> {
    caller.require_session()?;
    if !required(config, caller.account.role) || caller.factor_proven {
        return Ok(());
    }
    let account = crate::store::accounts::find(conn, &caller.account.id)?.ok_or(Code::NotSignedIn)?;
    if account.factors_since.is_some() { Err(Code::SecondFactorRequired.into()) } else { Ok(()) }
}

/// Notes that a caller enrolled `factor`, and with that has proven its session.
///
/// # Errors
/// [`Code::NeedsSession`], or when the database cannot.
pub fn note_enrolment(
    conn: &mut Conn,
    caller: &Caller,
    factor: Factor,
    now: Timestamp,
) -> Result<(), crate::problem::Problem> {
    let session = caller.require_session()?;
    Ok(rows::note_enrolment(conn, &caller.account.id, session, factor.word(), now.millis())?)
}

/// Takes every second factor from an account, keys too, and ends its sessions: at its next sign-in it enrols anew. For
/// who lost them all; to be called only after a second person agreed. The caller audits it.
///
/// # Errors
/// When the database cannot.
pub fn reset(conn: &mut Conn, account_id: &str, now: Timestamp) -> Result<(), StoreError> {
    rows::clear(conn, account_id)?;
    for device in devices::of_account(conn, account_id)? {
        devices::revoke(conn, &device.id, now.millis())?;
    }
    sessions::end_all(conn, account_id, None, Ended::FactorsReset, now)?;
    Ok(())
}
