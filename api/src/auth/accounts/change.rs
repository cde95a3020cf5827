//! Changing an account: each change looks whether the row is as this program wrote it, and writes it with a new code.

use super::super::sessions::{self, Ended};
use super::super::{Account, Role};
use super::open;
use crate::clock::Timestamp;
use crate::integrity::Integrity;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::accounts::{self as rows, AccountRow};

/// A role and a jurisdiction for an account.
pub struct Grant {
    /// What it may be.
    pub role: Role,
    /// Its jurisdiction; none: the whole province.
    pub division: Option<String>,
    /// The approval that gave it.
    pub by: String,
}

/// Gives an account a role and ends its sessions: `false` when there is no such account, or it changed in between.
///
/// # Errors
/// [`Code::IntegrityBroken`], or when the database cannot.
pub fn grant(
    conn: &mut Conn,
    integrity: &Integrity,
    id: &str,
    grant: Grant,
    now: Timestamp,
) -> Result<bool, Problem> {
    let Some(row) = rows::find(conn, id)? else {
        return Ok(false);
    };
    sessions::end_all(conn, id, None, Ended::RoleChanged, now)?;
    change(conn, integrity, row, |row| {
        row.role = grant.role.word().to_owned();
        row.division = grant.division;
        row.grant_id = Some(grant.by);
    })
}

/// Ends an account, and its sessions with it: `false` when it had ended before, or changed in between.
///
/// # Errors
/// [`Code::LastAdministrator`] for the last of one of the three administrators, [`Code::IntegrityBroken`], or when the
/// database cannot.
pub fn disable(
    conn: &mut Conn,
    integrity: &Integrity,
    row: AccountRow,
    now: Timestamp,
) -> Result<bool, Problem> {
    if row.disabled_at.is_some() {
        return Ok(false);
    }
    if let Ok(role @ (Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin)) = row.role.parse() {
        let of_role = rows::of_role(conn, role.word())?;
        let open = |row: &AccountRow| open(integrity, row).is_ok_and(|account| account.is_some());
        if open(&row) && of_role.iter().filter(|other| open(other)).count() == 1 {
            return Err(Code::LastAdministrator.into());
        }
    }
    sessions::end_all(conn, &row.id, None, Ended::AccountDisabled, now)?;
    change(conn, integrity, row, |row| row.disabled_at = Some(now.millis()))
}

/// Lets an account that was disabled sign in again: `false` when it was not, or changed in between.
///
/// # Errors
/// [`Code::IntegrityBroken`], or when the database cannot.
pub fn enable(conn: &mut Conn, integrity: &Integrity, row: AccountRow) -> Result<bool, Problem> {
    if row.disabled_at.is_none() {
        return Ok(false);
    }
    change(conn, integrity, row, |row| row.disabled_at = None)
}

/// Gives an account another name.
///
/// # Errors
/// [`Code::IntegrityBroken`], or when the database cannot.
pub fn rename(
    conn: &mut Conn,
    integrity: &Integrity,
    row: AccountRow,
    name: String,
) -> Result<bool, Problem> {
    change(conn, integrity, row, |row| row.name = name)
}

/// Writes a row that is as this program wrote it, changed, with a new code: `false` when someone was first.
fn change(
    conn: &mut Conn,
    integrity: &Integrity,
    mut row: AccountRow,
    change: impl FnOnce(&mut AccountRow),
) -> Result<bool, Problem> {
    integrity.check(&row)?;
    let before = row.integrity_code.clone();
    change(&mut row);
    integrity.protect(&mut row);
    Ok(rows::replace(conn, &row, &before)?)
}

/// Gives every row that is as this program wrote it a code of the newest key. Returns how many have one now, and the
/// ids of those that are not as this program wrote them.
///
/// # Errors
/// When the database cannot.
pub fn reseal(conn: &mut Conn, integrity: &Integrity) -> Result<(usize, Vec<String>), Problem> {
    let (mut resealed, mut altered) = (0, Vec::new());
    for row in rows::list(conn)? {
        if !integrity.holds(&row) {
            altered.push(row.id);
        } else if change(conn, integrity, row, |_| ())? {
            resealed += 1;
        }
    }
    Ok((resealed, altered))
}

impl Account {
    /// That this account may change another: one of its jurisdiction, and not itself.
    ///
    /// # Errors
    /// [`Code::OtherDivision`], [`Code::OwnAccount`].
    pub fn require_keeping(&self, conn: &mut Conn, other: &AccountRow) -> Result<(), Problem> {
        self.require_account(conn, other)?;
        if other.id == self.id { Err(Code::OwnAccount.into()) } else { Ok(()) }
    }
}
