//! The secrets of authenticator apps at rest: SM4-GCM under a secret in the keystore, bound to the account.

use zeroize::Zeroizing;

use crate::keys::cipher::{self, KEY_LENGTH, NONCE_LENGTH, SecretKey};
use crate::keys::{Keystore, KeystoreError};
use crate::problem::Problem;

/// The name of the secret's file in the keystore, and its use.
const SECRET: &str = "factor";

/// Encrypts and decrypts secrets of second factors.
pub struct FactorCipher(SecretKey);

impl FactorCipher {
    /// Under the secret in the keystore, which is made when it is missing. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn open(keystore: &Keystore) -> Result<Self, KeystoreError> {
        let secret = keystore.shared_secret(SECRET)?;
        let key = secret.first_chunk::<KEY_LENGTH>().copied();
        key.map(|key| Self(Zeroizing::new(key))).ok_or_else(|| KeystoreError::Unusable(SECRET.to_owned()))
    }

    /// A nonce and the encrypted text.
    ///
    /// # Errors
    /// When the machine has no random bytes.
    pub(super) fn seal(&self, account_id: &str, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        let nonce = cipher::random::<NONCE_LENGTH>().ok_or_else(|| Problem::internal("no random bytes"))?;
        let sealed = cipher::seal(&self.0, &nonce, &context(account_id), plain);
        let sealed = sealed.ok_or_else(|| Problem::internal("a secret of this length"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What [`Self::seal`] was given, for the same account.
    ///
    /// # Errors
    /// When it is not what was made for this account, under this secret.
    pub(super) fn open_sealed(&self, account_id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let parts = sealed.split_first_chunk::<NONCE_LENGTH>();
        let plain =
            parts.and_then(|(nonce, sealed)| cipher::open(&self.0, nonce, &context(account_id), sealed));
        plain.ok_or_else(|| Problem::internal("a second factor's secret does not open"))
    }
}

fn context(account_id: &str) -> Vec<u8> {
    ["yzt-factor", account_id].join("\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_account_and_for_no_other() {
        let cipher = FactorCipher(Zeroizing::new([7; KEY_LENGTH]));
        let sealed = cipher.seal("one", b"secret").unwrap();
        assert_eq!(*cipher.open_sealed("one", &sealed).unwrap(), b"secret");
        assert!(cipher.open_sealed("two", &sealed).is_err());
        assert!(cipher.open_sealed("one", &sealed[1..]).is_err());
        assert!(cipher.open_sealed("one", b"short").is_err());
    }
}
