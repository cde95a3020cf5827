//! Accounts as the rest of the program knows them: made, found while they may be used, changed.
//!
//! - `accounts/change.rs`: changing them
//! - `accounts/shown.rs`: an account as administrators see it
//!
//! What an account is and may do is protected ([`crate::integrity`]): id, login, role, holder, jurisdiction, whether it
//! is disabled and which approval granted its role. Its name and its password are not among that.

use super::{Account, Password, Role};
use crate::clock::Timestamp;
use crate::integrity::{Integrity, Protected, Seal};
use crate::problem::Problem;
use crate::store::accounts::{self as rows, AccountRow};
use crate::store::{Conn, StoreError};

mod change;
mod shown;

pub use change::{Grant, disable, enable, grant, rename, reseal};
pub use shown::{Shown, State};

/// What stands for an approval where none is needed.
const DIRECT: &str = "direct";

/// An account to be made.
pub struct NewAccount {
    /// UUIDv7.
    pub id: String,
    /// What it signs in with.
    pub login: String,
    /// What it may be.
    pub role: Role,
    /// The name shown to others.
    pub name: String,
    /// Its password, hashed; none for an account that is reached by WeChat or by signed requests alone.
    pub password: Option<Password>,
    /// Whether someone else chose it: then it must be changed at the first sign-in.
    pub password_initial: bool,
    /// The holder it acts for: holders, and only they, have one.
    pub holder_id: Option<String>,
    /// Jurisdiction of staff: a prefix of GB/T 2260 codes.
    pub division: Option<String>,
}

/// Adds an account that may be used at once: `false` when its login is taken. Nobody else approves it: this is for
/// whoever has this program at hand, and for holders.
///
/// # Errors
/// When the database cannot, or the holder does not exist.
pub fn add(
    conn: &mut Conn,
    integrity: &Integrity,
    new: NewAccount,
    now: Timestamp,
) -> Result<bool, StoreError> {
    insert(conn, integrity, new, Some(DIRECT.to_owned()), now)
}

/// Adds an account that cannot be used until an approval grants it its role: `false` when its login is taken.
///
/// # Errors
/// When the database cannot.
pub fn add_without_grant(
    conn: &mut Conn,
    integrity: &Integrity,
    new: NewAccount,
    now: Timestamp,
) -> Result<bool, StoreError> {
    insert(conn, integrity, new, None, now)
}

fn insert(
    conn: &mut Conn,
    integrity: &Integrity,
    new: NewAccount,
    grant_id: Option<String>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut row = AccountRow {
        id: new.id,
        login: new.login,
        role: new.role.word().to_owned(),
        name: new.name,
        password_hash: new.password.map(|password| password.to_string()),
        holder_id: new.holder_id,
        division: new.division,
        created_at: now.millis(),
        disabled_at: None,
        grant_id,
        integrity_key: 0,
        integrity_code: Vec::new(),
        password_set_at: now.millis(),
        password_initial: new.password_initial,
        last_sign_in_at: None,
        factors_since: None,
    };
    integrity.protect(&mut row);
    rows::insert(conn, &row)
}

/// The account of a row, when it may be used: it was granted its role, it is not disabled, and the row is as this
/// program wrote it.
///
/// # Errors
/// [`Code::IntegrityBroken`](crate::problem::Code::IntegrityBroken) when it is not.
pub fn open(integrity: &Integrity, row: &AccountRow) -> Result<Option<Account>, Problem> {
    integrity.check(row)?;
    let known = || {
        Some(Account {
            id: row.id.clone(),
            role: row.role.parse().ok()?,
            name: row.name.clone(),
            holder_id: row.holder_id.clone(),
            division: row.division.clone(),
        })
    };
    let usable = row.disabled_at.is_none() && row.grant_id.is_some();
    Ok(if usable { known() } else { None })
}

impl Protected for AccountRow {
    const KIND: &'static str = "account";

    fn id(&self) -> &str {
        &self.id
    }

    fn fields(&self) -> Vec<Option<Vec<u8>>> {
        let text = |text: &String| Some(text.clone().into_bytes());
        vec![
            text(&self.id),
            text(&self.login),
            text(&self.role),
            self.holder_id.as_ref().and_then(text),
            self.division.as_ref().and_then(text),
            Some(self.created_at.to_be_bytes().to_vec()),
            self.disabled_at.map(|at| at.to_be_bytes().to_vec()),
            self.grant_id.as_ref().and_then(text),
        ]
    }

    fn code(&self) -> Seal {
        Seal { key: self.integrity_key, code: self.integrity_code.clone() }
    }

    fn set_code(&mut self, code: Seal) {
        self.integrity_key = code.key;
        self.integrity_code = code.code;
    }
}
