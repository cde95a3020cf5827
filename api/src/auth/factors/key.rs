//! An SM2 key as second factor: the signature of a registered device over the challenge of one sign-in.
//!
//! What is signed is `yzt-sign-in:` and the challenge's 32 bytes, as at a device's registration (`docs/protocol.md`,
//! "Device registration") but for the first word, so that neither signature can be taken for the other.

use verifier_core::sm2::PublicKey;

use crate::problem::{Code, Problem};
use crate::store::{Conn, devices};

const DOMAIN: &[u8] = b"yzt-sign-in:";

/// Bytes of a challenge.
pub const CHALLENGE_LENGTH: usize = 32;
const SIGNATURE_LENGTH: usize = 64;

/// Whether one of the account's keys that are not revoked signed this challenge.
///
/// # Errors
/// [`Code::SecondFactorInvalid`] when none did.
pub fn check(conn: &mut Conn, account_id: &str, challenge: &[u8], signature: &[u8]) -> Result<(), Problem> {
    let signature: [u8; SIGNATURE_LENGTH] = signature.try_into().map_err(|_| Code::SecondFactorInvalid)?;
    let message = [DOMAIN, challenge].concat();
    let devices = devices::of_account(conn, account_id)?;
    let standing = devices.iter().filter(|device| device.revoked_at.is_none());
    let mut keys = standing.filter_map(|device| PublicKey::from_compressed(&device.public_key).ok());
    if keys.any(|key| key.verifies(&message, &signature)) {
        Ok(())
    } else {
        Err(Code::SecondFactorInvalid.into())
    }
}
