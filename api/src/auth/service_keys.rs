//! Keys of services: a service's own, of which this server learns the public half. Several at once, so that the next
//! is there before the last ends. What is not here: how they sign (`auth::signed_request`).
//!
//! - `service_keys/shown.rs`: a key as administrators see it
//!
//! Whoever's key is registered acts as that service: a system administrator alone could so become the issuer of every
//! certificate. So a key takes two persons, as a role does ([`crate::approvals`]), and its row is protected as an
//! account's is ([`crate::integrity`]). To revoke one takes power away, must not wait, and is done by one.

use data_encoding::HEXLOWER_PERMISSIVE;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::sm2::PublicKey;

use super::Role;
use crate::approvals::{Kind, Wanted};
use crate::clock::Timestamp;
use crate::integrity::{Integrity, Protected, Seal};
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::accounts::{self as account_rows, AccountRow};
use crate::store::service_keys::{self as rows, ServiceKeyRow};

mod shown;

pub use shown::{Shown, State, all, list};

/// Longest that a key is good for, in days: a lost one that nobody noticed ends by itself.
pub const MOST_DAYS: u32 = 731;
/// Longest label, in characters.
const LONGEST_LABEL: usize = 64;
/// What stands for an approval where none is needed.
const DIRECT: &str = "direct";

/// A key to be registered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NewServiceKey)]
pub struct NewKey {
    /// The login of the service.
    #[schema(example = "provincial-system")]
    pub login: String,
    /// The SM2 public key in hexadecimal, compressed (33 bytes) or uncompressed (65 bytes).
    pub public_key: String,
    /// What its owner calls it: 1 to 64 characters.
    #[schema(example = "2026")]
    pub label: String,
    /// How long it is good for, counted from its registration: 731 days at most.
    #[schema(example = 366)]
    pub days: u32,
}

/// Whether an account is a service's: it has no password, and systems have no second factor, so no person's role is
/// among theirs.
#[must_use]
pub fn is_service(row: &AccountRow) -> bool {
    row.password_hash.is_none() && row.role.parse().is_ok_and(Role::has_services)
}

/// The account with this login, when it may have a key. One whose role was not granted yet may: its key is then good
/// once it is.
///
/// # Errors
/// [`Code::NotFound`] when there is none or it is disabled, [`Code::NotAService`], [`Code::IntegrityBroken`].
pub fn service(conn: &mut Conn, integrity: &Integrity, login: &str) -> Result<AccountRow, Problem> {
    let row = account_rows::find_by_login(conn, login)?.filter(|row| row.disabled_at.is_none());
    let row = row.ok_or(Code::NotFound)?;
    integrity.check(&row)?;
    if is_service(&row) { Ok(row) } else { Err(Code::NotAService.into()) }
}

/// What a second person has to decide on before a key is registered. `by` asks, in the approval `id`.
///
/// # Errors
/// As [`register`].
pub fn wanted(
    conn: &mut Conn,
    integrity: &Integrity,
    new: &NewKey,
    id: String,
    by: String,
    reason: String,
) -> Result<Wanted, Problem> {
    let key = new.key()?;
    let account = service(conn, integrity, &new.login)?;
    let kid = key.id().to_string();
    if rows::find(conn, &kid)?.is_some() {
        return Err(Code::ServiceKeyKnown.into());
    }
    let payload = serde_json::json!(new);
    Ok(Wanted { id, kind: Kind::ServiceKey, object: kid, payload, division: account.division, by, reason })
}

/// Registers a key under an approval, or under none: that is for whoever has this program at hand.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::ServiceKeyKnown`], and as [`service`].
pub fn register(
    conn: &mut Conn,
    integrity: &Integrity,
    new: NewKey,
    approval: Option<&str>,
    now: Timestamp,
) -> Result<ServiceKeyRow, Problem> {
    let key = new.key()?;
    let mut row = ServiceKeyRow {
        kid: key.id().to_string(),
        account_id: service(conn, integrity, &new.login)?.id,
        public_key: key.compressed().to_vec(),
        label: new.label,
        not_before: now.millis(),
        not_after: now.plus_seconds(i64::from(new.days) * 86_400).millis(),
        created_at: now.millis(),
        revoked_at: None,
        grant_id: approval.unwrap_or(DIRECT).to_owned(),
        integrity_key: 0,
        integrity_code: Vec::new(),
    };
    integrity.protect(&mut row);
    if rows::insert(conn, &row)? { Ok(row) } else { Err(Code::ServiceKeyKnown.into()) }
}

/// Revokes a key: `false` when there is none with this id that was not.
///
/// # Errors
/// [`Code::IntegrityBroken`], or when the database cannot.
pub fn revoke(conn: &mut Conn, integrity: &Integrity, kid: &str, now: Timestamp) -> Result<bool, Problem> {
    let found = rows::find(conn, kid)?.filter(|(key, _)| key.revoked_at.is_none());
    let Some((mut row, _)) = found else {
        return Ok(false);
    };
    integrity.check(&row)?;
    row.revoked_at = Some(now.millis());
    integrity.protect(&mut row);
    Ok(rows::revoke(conn, &row)?)
}

impl NewKey {
    /// The key, when everything about it fits.
    fn key(&self) -> Result<PublicKey, Problem> {
        let bytes = HEXLOWER_PERMISSIVE.decode(self.public_key.trim().as_bytes()).ok();
        let key = bytes.and_then(|bytes| PublicKey::from_sec1(&bytes).ok());
        let key = key.ok_or_else(|| unfit("public_key", "not_an_sm2_public_key"))?;
        if !(1..=LONGEST_LABEL).contains(&self.label.chars().count()) || self.label.contains('\0') {
            return Err(unfit("label", "not_1_to_64_characters"));
        }
        if !(1..=MOST_DAYS).contains(&self.days) {
            return Err(unfit("days", "not_1_to_731"));
        }
        Ok(key)
    }
}

impl Protected for ServiceKeyRow {
    const KIND: &'static str = "service_key";

    fn id(&self) -> &str {
        &self.kid
    }

    fn fields(&self) -> Vec<Option<Vec<u8>>> {
        let text = |text: &String| Some(text.clone().into_bytes());
        let number = |number: i64| Some(number.to_be_bytes().to_vec());
        vec![
            text(&self.kid),
            text(&self.account_id),
            Some(self.public_key.clone()),
            number(self.not_before),
            number(self.not_after),
            number(self.created_at),
            self.revoked_at.and_then(number),
            text(&self.grant_id),
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

fn unfit(item: &'static str, rule: &'static str) -> Problem {
    let finding = Finding { item: item.into(), rule: rule.into(), source: None };
    Problem::new(Code::UnfitValue).findings(vec![finding])
}
