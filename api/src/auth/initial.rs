//! First passwords: made here, told once to whoever makes the account.

use zeroize::Zeroizing;

use super::Password;
use crate::app::App;
use crate::keys::cipher;
use crate::problem::Problem;

/// Random bytes in a first password: 80 bits.
const LENGTH: usize = 10;

/// A first password. Its text is told once and kept nowhere.
pub struct InitialPassword {
    /// What is told.
    pub text: Zeroizing<String>,
    /// What is kept.
    pub hash: Password,
}

impl InitialPassword {
    /// A new one.
    ///
    /// # Errors
    /// When this machine has no random bytes.
    pub async fn new(app: &App) -> Result<Self, Problem> {
        let random = cipher::random::<LENGTH>().ok_or_else(|| Problem::internal("no random bytes"))?;
        // Capital letters, small letters, digits and a sign, whatever the bytes are.
        let body = data_encoding::BASE32_NOPAD.encode(&*random);
        let text = Zeroizing::new(format!("{body}-a1"));
        let (tried, rounds) = (text.clone(), app.config.password_rounds);
        let _place = app.hashing.acquire().await.map_err(Problem::internal)?;
        let hash = tokio::task::spawn_blocking(move || Password::hash(&tried, rounds)).await;
        let hash = hash.map_err(Problem::internal)?.ok_or_else(|| Problem::internal("no random bytes"))?;
        Ok(Self { text, hash })
    }
}
