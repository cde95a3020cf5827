//! Session tokens: short JWTs that name an account and an end. What the account may do is asked of the database
//! each time, so that a disabled account is out at once.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::keys::{Keystore, KeystoreError};
use crate::problem::{Code, Problem};

/// The name of the secret's file in the keystore, and its use.
const SECRET: &str = "session";

/// Makes and reads session tokens.
pub struct Sessions {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    iat: u64,
    exp: u64,
}

impl Sessions {
    /// Sessions under the secret in the keystore, which is made when it is missing. Blocks.
    ///
    /// # Errors
    /// When the keystore cannot.
    pub fn open(keystore: &Keystore) -> Result<Self, KeystoreError> {
        let secret = keystore.secret(SECRET)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // The end is checked here, by the server's clock and not by the library's.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            encoding: EncodingKey::from_secret(&secret),
            decoding: DecodingKey::from_secret(&secret),
            validation,
        })
    }

    /// A token for `account_id` from `now` until `ends`.
    ///
    /// # Errors
    /// When the library cannot.
    pub fn issue(&self, account_id: &str, now: Timestamp, ends: Timestamp) -> Result<String, Problem> {
        let claims = Claims { sub: account_id.to_owned(), iat: now.seconds().0, exp: ends.seconds().0 };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(Problem::internal)
    }

    /// The account a token was made for.
    ///
    /// # Errors
    /// When it is not a token of ours, or has ended.
    pub fn check(&self, token: &str, now: Timestamp) -> Result<String, Problem> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| Problem::new(Code::NotSignedIn))?;
        if token.claims.exp <= now.seconds().0 {
            return Err(Code::SessionExpired.into());
        }
        Ok(token.claims.sub)
    }
}
