//! The digest a WeChat user is known by: HMAC-SM3 under a key of this site, so that nobody with the database alone can
//! tell whether an openid is in it.

use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

use crate::keys::{Keystore, KeystoreError};

/// The name of the key's file in the keystore.
const KEY: &str = "blind-index";
/// What is digested here, so that no other digest under the same key can equal one of these.
const DOMAIN: &str = "wechat openid";

/// Makes digests of openids.
pub(super) struct Openids(Zeroizing<Vec<u8>>);

impl Openids {
    /// Digests under the key in the keystore, which is made when it is missing. Blocks.
    pub(super) fn open(keystore: &Keystore) -> Result<Self, KeystoreError> {
        keystore.shared_secret(KEY).map(Self)
    }

    /// The digest of an openid. One openid is another in another mini-program.
    pub(super) fn digest(&self, app_id: &str, openid: &str) -> Vec<u8> {
        let Ok(mut mac) = <Hmac<Sm3> as KeyInit>::new_from_slice(&self.0) else {
            return Vec::new(); // HMAC takes keys of every length.
        };
        for part in [DOMAIN, app_id, openid] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_mini_program_or_site_is_another_digest() {
        let site = |key: &[u8]| Openids(Zeroizing::new(key.to_vec()));
        let one = site(b"key").digest("wx1", "o1");
        assert_eq!(one, site(b"key").digest("wx1", "o1"));
        assert_ne!(one, site(b"key").digest("wx1", "o2"));
        assert_ne!(one, site(b"key").digest("wx2", "o1"));
        assert_ne!(one, site(b"other key").digest("wx1", "o1"));
    }
}
