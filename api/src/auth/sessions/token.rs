//! The two tokens of a session.
//!
//! An access token is a JWT (HS256) that names account, session and generation. A refresh token is made of session,
//! generation and HMAC-SM3 over both and the session's 32 random bytes, under the site's secret. So the database
//! holds nothing to sign in with, the secret alone is not enough either, the answer to a refresh can be given a
//! second time without having been kept, and an old token is known for what it is.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::keys::{Keystore, KeystoreError};
use crate::problem::{Code, Problem};

/// The name of the secret's file in the keystore, and its use.
const SECRET: &str = "session";

/// What stands before what is authenticated, so that it can be taken for nothing else. A JWT begins with `ey`.
const DOMAIN: &[u8] = b"yzt-refresh:";

const ID_LENGTH: usize = 16;
const GENERATION_LENGTH: usize = 4;

/// Makes and reads the tokens of sessions.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    secret: Zeroizing<Vec<u8>>,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Id of the account.
    #[serde(rename = "sub")]
    pub account: String,
    /// Id of the session.
    #[serde(rename = "sid")]
    pub session: String,
    /// Which pair of tokens of the session it belongs to.
    #[serde(rename = "gen")]
    pub generation: i32,
    /// When it was made.
    pub iat: u64,
    /// When it ends.
    pub exp: u64,
}

/// A refresh token as it was sent: not yet known to be one of ours.
#[derive(Clone)]
pub(super) struct RefreshToken {
    pub(super) session: Uuid,
    pub(super) generation: i32,
    tag: Vec<u8>,
}

impl Tokens {
    /// Tokens under the secret in the keystore, which is made when it is missing. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn open(keystore: &Keystore) -> Result<Self, KeystoreError> {
        let secret = keystore.shared_secret(SECRET)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // The end is checked here, by the server's clock and not by the library's.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            encoding: EncodingKey::from_secret(&secret),
            decoding: DecodingKey::from_secret(&secret),
            validation,
            secret,
        })
    }

    /// An access token that says this.
    pub(super) fn access(&self, claims: &AccessClaims) -> Result<String, Problem> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(Problem::internal)
    }

    /// What an access token says.
    ///
    /// # Errors
    /// When it is not one of ours, or has ended.
    pub fn read_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, Problem> {
        let token = jsonwebtoken::decode::<AccessClaims>(token, &self.decoding, &self.validation)
            .map_err(|_| Problem::new(Code::NotSignedIn))?;
        if token.claims.exp <= now.seconds().0 {
            return Err(Code::SessionExpired.into());
        }
        Ok(token.claims)
    }

    /// The refresh token of a generation of a session.
    pub(super) fn refresh(&self, session: Uuid, generation: i32, salt: &[u8]) -> Result<String, Problem> {
        let tag = self.mac(session, generation, salt)?.finalize().into_bytes();
        Ok(BASE64URL_NOPAD.encode(&[&head(session, generation), tag.as_slice()].concat()))
    }

    /// Whether a refresh token was made by us for the session with this salt.
    pub(super) fn made(&self, token: &RefreshToken, salt: &[u8]) -> Result<bool, Problem> {
        let tag = self.mac(token.session, token.generation, salt)?.finalize().into_bytes();
        Ok(bool::from(tag.as_slice().ct_eq(&token.tag)))
    }

    fn mac(&self, session: Uuid, generation: i32, salt: &[u8]) -> Result<Hmac<Sm3>, Problem> {
        let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(&self.secret).map_err(Problem::internal)?;
        for part in [DOMAIN, &head(session, generation), salt] {
            mac.update(part);
        }
        Ok(mac)
    }
}

impl RefreshToken {
    /// Reads a token's parts; `None` when it has not the form of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (session, rest) = bytes.split_first_chunk::<ID_LENGTH>()?;
        let (generation, tag) = rest.split_first_chunk::<GENERATION_LENGTH>()?;
        Some(Self {
            session: Uuid::from_bytes(*session),
            generation: i32::from_be_bytes(*generation),
            tag: tag.to_vec(),
        })
    }
}

fn head(session: Uuid, generation: i32) -> Vec<u8> {
    [session.as_bytes().as_slice(), &generation.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const SALT: &[u8] = &[7; 32];

    fn tokens() -> (Tokens, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = directory.path().to_string_lossy().into_owned();
        let config = Config { data_dir, keystore_rounds: 1, ..Config::default() };
        (Tokens::open(&Keystore::open(&config).unwrap()).unwrap(), directory)
    }

    #[test]
    fn a_refresh_token_is_made_the_same_again_and_known_again() {
        let (tokens, _directory) = tokens();
        let text = tokens.refresh(Uuid::nil(), 3, SALT).unwrap();
        assert_eq!(tokens.refresh(Uuid::nil(), 3, SALT).unwrap(), text);
        let token = RefreshToken::parse(&text).unwrap();
        assert_eq!((token.session, token.generation), (Uuid::nil(), 3));
        assert!(tokens.made(&token, SALT).unwrap());
    }

    #[test]
    fn no_other_generation_session_salt_or_secret_makes_the_same_token() {
        let (one, _directory) = tokens();
        let (other, _other) = tokens();
        let text = one.refresh(Uuid::nil(), 3, SALT).unwrap();
        let token = RefreshToken::parse(&text).unwrap();
        assert!(!one.made(&RefreshToken { generation: 4, ..token.clone() }, SALT).unwrap());
        assert!(!one.made(&RefreshToken { session: Uuid::max(), ..token.clone() }, SALT).unwrap());
        assert!(!one.made(&RefreshToken { tag: Vec::new(), ..token.clone() }, SALT).unwrap());
        assert!(!one.made(&token, &[8; 32]).unwrap());
        assert!(!other.made(&token, SALT).unwrap());
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_none() {
        for text in ["", "x", "!", "AAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }
}
