//! Passwords at rest: PBKDF2-HMAC-SM3 with a salt, written as `$pbkdf2-sm3$ROUNDS$SALT$HASH`.
//!
//! - `password/policy.rs`: which may be chosen
//! - `password/expiry.rs`: when one must be changed
//! - `password/change.rs`: changing it

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use subtle::ConstantTimeEq;

use crate::keys::cipher;

mod change;
mod expiry;
mod policy;

pub use change::{change, give_initial};
pub use expiry::must_change;
pub use policy::check;

const NAME: &str = "pbkdf2-sm3";
const SALT_LENGTH: usize = 16;
const HASH_LENGTH: usize = 32;
/// Longer ones are not looked at: hashing them would be work for an attacker's sake.
const LONGEST: usize = 1024;

/// A password as it is kept: never the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    rounds: u32,
    salt: [u8; SALT_LENGTH],
    hash: [u8; HASH_LENGTH],
}

impl Password {
    /// Hashes `text`. Takes long on purpose; blocks. `None` when the machine has no random bytes.
    #[must_use]
    pub fn hash(text: &str, rounds: u32) -> Option<Self> {
        let salt = *cipher::random::<SALT_LENGTH>()?;
        let hash = *cipher::derive(text.as_bytes(), &salt, rounds);
        Some(Self { rounds, salt, hash })
    }

    /// How many rounds it was hashed with.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// What an account that does not exist is checked against, so that it answers as slowly as one that does.
    #[must_use]
    pub fn decoy(rounds: u32) -> Self {
        Self { rounds, salt: [0; SALT_LENGTH], hash: [0; HASH_LENGTH] }
    }

    /// Reads what [`Display`](fmt::Display) wrote.
    #[must_use]
    pub fn parse(stored: &str) -> Option<Self> {
        let mut parts = stored.split('$');
        if parts.next() != Some("") || parts.next() != Some(NAME) {
            return None;
        }
        let rounds = parts.next()?.parse().ok()?;
        let salt = BASE64.decode(parts.next()?).ok()?.try_into().ok()?;
        let hash = BASE64.decode(parts.next()?).ok()?.try_into().ok()?;
        parts.next().is_none().then_some(Self { rounds, salt, hash })
    }

    /// Whether `text` is this password. Takes as long whether it is or not; blocks.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        let tried = text.as_bytes();
        let tried = tried.get(..LONGEST).unwrap_or(tried);
        let hash = cipher::derive::<HASH_LENGTH>(tried, &self.salt, self.rounds);
        bool::from(hash.as_slice().ct_eq(&self.hash)) && text.len() <= LONGEST
    }
}

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (salt, hash) = (BASE64.encode(self.salt), BASE64.encode(self.hash));
        write!(f, "${NAME}${}${salt}${hash}", self.rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let stored = Password::hash("correct horse", 2).unwrap().to_string();
        let password = Password::parse(&stored).unwrap();
        assert!(password.is("correct horse"));
        assert!(!password.is("correct horsf"));
        assert!(!password.is(""));
    }

    #[test]
    fn the_same_password_is_stored_differently_each_time() {
        let one = Password::hash("correct horse", 2).unwrap();
        let two = Password::hash("correct horse", 2).unwrap();
        assert_ne!(one.to_string(), two.to_string());
    }

    #[test]
    fn no_password_is_the_decoy_or_overlong() {
        assert!(!Password::decoy(2).is(""));
        let long = "x".repeat(LONGEST);
        let password = Password::hash(&long, 2).unwrap();
        assert!(password.is(&long));
        assert!(!password.is(&(long + "y")));
    }

    #[test]
    fn what_is_not_a_stored_password_is_refused() {
        for stored in ["", "$", "secret", "$pbkdf2-sm3$2$AA$AA", "$pbkdf2-sm3$x$AA$AA", "$other$2$AA$AA"] {
            assert!(Password::parse(stored).is_none(), "{stored}");
        }
    }
}
