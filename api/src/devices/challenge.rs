//! Challenges: random, for one account, used once, soon gone.

use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::ephemeral::Key;
use crate::problem::{Code, Problem};

/// Bytes of a challenge.
pub(super) const LENGTH: usize = 32;
/// How long one is good for, in seconds: long enough for a person to confirm a registration.
const LIFETIME: u32 = 300;

/// A challenge to sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct Challenge {
    /// 32 bytes, hexadecimal.
    challenge: String,
    /// When it ends.
    expires_at: Timestamp,
}

/// A new challenge for an account.
///
/// # Errors
/// When the system has no random bytes to give, or [`Code::Unavailable`] when it cannot be remembered.
pub async fn challenge(app: &App, account: &Account) -> Result<Challenge, Problem> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    app.ephemeral.put(key(account, &bytes), Vec::new(), LIFETIME).await?;
    let expires_at = app.clock.now().plus_seconds(LIFETIME.into());
    Ok(Challenge { challenge: HEXLOWER.encode(&bytes), expires_at })
}

/// Uses a challenge up.
///
/// # Errors
/// [`Code::ChallengeInvalid`] when the account was given none of these, or it was used or is over.
pub async fn take(app: &App, account: &Account, challenge: &[u8; LENGTH]) -> Result<(), Problem> {
    let taken = app.ephemeral.take_once(key(account, challenge)).await?;
    taken.map(|_| ()).ok_or_else(|| Code::ChallengeInvalid.into())
}

fn key(account: &Account, challenge: &[u8; LENGTH]) -> Key {
    Key::new("device challenge", &format!("{}\0{}", account.id, HEXLOWER.encode(challenge)))
}
