//! Devices: phones and UKeys that hold an SM2 key of their own. A holder's makes codes without network, where the
//! deployment allows it; an officer's signs receipts; any of staff's is a second factor at sign-in (`auth/factors.rs`).
//!
//! - `devices/challenge.rs`: single-use challenges
//! - `devices/registration.rs`: registering one with a proof that it holds its key
//! - `devices/credential.rs`: certificates bound to a holder's device
//!
//! What is not here: what the device does with its key; that is `docs/protocol.md`.

use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::devices::{self as rows, DeviceRow};
use crate::store::{Conn, accounts};

mod challenge;
mod credential;
mod registration;

pub use challenge::{Challenge, challenge, take as take_challenge};
pub use credential::{DeviceCredential, bind};
pub use registration::{Registration, register};

/// A registered device.
#[derive(Debug, Serialize, ToSchema)]
pub struct Device {
    /// UUIDv7.
    id: String,
    /// Id of its key, hexadecimal.
    #[schema(example = "5be1a2c3d4e5f607")]
    kid: String,
    /// Its public key, compressed, hexadecimal.
    public_key: String,
    /// What its owner calls it.
    #[schema(example = "我的手机")]
    label: String,
    /// When it was registered.
    created_at: Timestamp,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.id,
            kid: row.kid,
            public_key: HEXLOWER.encode(&row.public_key),
            label: row.label,
            created_at: Timestamp(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp),
        }
    }
}

/// The devices of an account, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, account: &Account) -> Result<Vec<Device>, Problem> {
    Ok(rows::of_account(conn, &account.id)?.into_iter().map(Device::from).collect())
}

/// Revokes a device: its owner may, and a system administrator of its owner's division, who is called when the phone is
/// gone. Once more is no error.
///
/// # Errors
/// [`Code::NotFound`] when there is none, and just so when it is someone else's; [`Code::OtherDivision`].
pub fn revoke(conn: &mut Conn, id: &str, by: &Account, now: Timestamp) -> Result<(), Problem> {
    let device = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    if by.role == Role::SystemAdmin {
        let owner = accounts::find(conn, &device.account_id)?.ok_or(Code::NotFound)?;
        by.require_account(conn, &owner)?;
    } else if device.account_id != by.id {
        return Err(Code::NotFound.into());
    }
    Ok(rows::revoke(conn, &device.id, now.millis())?)
}

/// Whether an account may have devices: a holder's needs the switch. Staff's keys are second factors, and an officer's
/// signs receipts too.
///
/// # Errors
/// [`Code::DeviceCredentialsOff`].
pub fn permitted(app: &App, role: Role) -> Result<(), Code> {
    match role {
        Role::Holder if !app.config.device_credentials => Err(Code::DeviceCredentialsOff),
        _ => Ok(()),
    }
}
