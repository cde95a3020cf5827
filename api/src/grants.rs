//! Grants (授权): that a third party may have items of a holder's certificates, for a purpose, until a day, so many times.
//! Nothing is shared without one (交办运函〔2022〕1606号, 十二).
//!
//! - `grants/wanted.rs`: what is asked for, and whether it fits
//! - `grants/make.rs`: making and revoking one
//! - `grants/shown.rs`: a grant as its parties see it
//! - `grants/usage.rs`: giving items under a grant
//! - `grants/envelope.rs`: encrypting them to the recipient
//! - `grants/uses.rs`: what was given, as its parties see it
//!
//! A grant is protected ([`crate::integrity`]): who may have what cannot be written into the database by other means than
//! this program. What is not here: the recipient's keys (`encryption_keys.rs`) and copies for people (`copies.rs`).

use crate::app::App;
use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::integrity::{Protected, Seal};
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::grants::{self as rows, GrantRow, Standing};

mod envelope;
mod make;
mod shown;
mod usage;
mod uses;
mod wanted;

pub use make::{make, revoke};
pub use shown::{Grant, GrantItem, GrantState, Grantor, Recipient, page, recipients};
pub use usage::{Given, WantedUse, give};
pub use uses::{Use, UsePage, page as page_of_uses};
pub use wanted::Wanted;

/// The grant with this id, if it is one of this account's: made about its holder's certificates, in its division, or to it.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::OtherDivision`] for an operator elsewhere; [`Code::IntegrityBroken`].
pub fn visible(conn: &mut Conn, app: &App, id: &str, account: &Account) -> Result<GrantRow, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    let is_own = match account.role {
        Role::Holder => account.holder_id.as_deref() == Some(row.holder_id.as_str()),
        Role::ThirdParty => account.id == row.recipient_id,
        _ => {
            account.require_division(&row.division)?;
            true
        }
    };
    if !is_own {
        return Err(Code::NotFound.into());
    }
    app.integrity.check(&row)?;
    Ok(row)
}

/// How a grant stands at an instant.
fn standing(row: &GrantRow, now: Timestamp) -> Standing {
    if row.revoked_at.is_some() {
        Standing::Revoked
    } else if row.uses_taken >= row.uses_allowed {
        Standing::UsedUp
    } else if row.valid_until <= now.millis() {
        Standing::Ended
    } else if row.valid_from > now.millis() {
        Standing::Coming
    } else {
        Standing::Active
    }
}

/// That a grant may be used now.
///
/// # Errors
/// The problem that says why not.
pub fn require_usable(row: &GrantRow, now: Timestamp) -> Result<(), Code> {
    match standing(row, now) {
        Standing::Active => Ok(()),
        Standing::Revoked => Err(Code::GrantRevoked),
        Standing::UsedUp => Err(Code::GrantUsedUp),
        Standing::Ended => Err(Code::GrantEnded),
        Standing::Coming => Err(Code::GrantNotBegun),
    }
}

impl Protected for GrantRow {
    const KIND: &'static str = "grant";

    fn id(&self) -> &str {
        &self.id
    }

    /// Everything but how often it was used and the ciphertexts, which change without this code: the latter are encrypted
    /// again under new keys, and are bound to their row by themselves.
    fn fields(&self) -> Vec<Option<Vec<u8>>> {
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let number = |number: i64| Some(number.to_be_bytes().to_vec());
        vec![
            text(&self.id),
            text(&self.grantor),
            text(&self.granted_by),
            text(&self.holder_id),
            text(&self.division),
            text(&self.recipient_id),
            text(&self.certificates),
            text(&self.items),
            number(self.valid_from),
            number(self.valid_until),
            number(self.uses_allowed.into()),
            number(self.created_at),
            self.revoked_at.and_then(number),
            self.revoked_by.as_deref().and_then(text),
        ]
    }

    fn code(&self) -> Seal {
        Seal { key: self.integrity_key, code: self.integrity_code.clone() }
    }

    fn set_code(&mut self, code: Seal) {
        (self.integrity_key, self.integrity_code) = (code.key, code.code);
    }
}
