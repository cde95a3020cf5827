//! The session of a WeChat user: a token that names it and an end, under HMAC-SM3. It is good for binding and for
//! nothing else: no account has such a token, and no account's session is one.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;
use zeroize::Zeroizing;

use crate::app::App;
use crate::auth::caller::bearer;
use crate::clock::Timestamp;
use crate::keys::{Keystore, KeystoreError};
use crate::problem::{Code, Problem};

/// The name of the secret's file in the keystore.
const SECRET: &str = "wechat-session";
/// How long a person has for binding, in seconds.
const LIFETIME: i64 = 30 * 60;
/// The first of a token, which tells it from every other.
const PREFIX: &str = "wx1";

/// Who came in from WeChat: its id.
pub struct WechatUser(pub String);

impl WechatUser {
    /// Whether a request carries what looks like such a session.
    #[must_use]
    pub fn asks(request: &HttpRequest) -> bool {
        let rest = bearer(request).and_then(|token| token.strip_prefix(PREFIX));
        rest.is_some_and(|rest| rest.starts_with('.'))
    }
}

impl FromRequest for WechatUser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(user(request).map(Self))
    }
}

fn user(request: &HttpRequest) -> Result<String, Problem> {
    let app =
        request.app_data::<web::Data<App>>().ok_or_else(|| Problem::internal("no App in this server"))?;
    let token = bearer(request).ok_or(Code::NotSignedIn)?;
    app.wechat.limited.check(token, app.clock.now())
}

/// Makes and reads tokens: `wx1.USER.END.MAC`.
pub(super) struct LimitedSessions(Zeroizing<Vec<u8>>);

impl LimitedSessions {
    /// Tokens under the secret in the keystore, which is made when it is missing. Blocks.
    pub(super) fn open(keystore: &Keystore) -> Result<Self, KeystoreError> {
        keystore.shared_secret(SECRET).map(Self)
    }

    /// A token for this user from `now` on, and when it ends.
    pub(super) fn issue(&self, user_id: &str, now: Timestamp) -> (String, Timestamp) {
        let ends = Timestamp::from(now.plus_seconds(LIFETIME).seconds());
        let named = format!("{PREFIX}.{user_id}.{}", ends.seconds().0);
        let mac = self.mac(&named).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
        (format!("{named}.{}", BASE64URL_NOPAD.encode(&mac)), ends)
    }

    /// The user a token was made for.
    fn check(&self, token: &str, now: Timestamp) -> Result<String, Problem> {
        let read = || {
            let (named, mac) = token.rsplit_once('.')?;
            let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
            self.mac(named)?.verify_slice(&mac).ok()?;
            let (user_id, ends) = named.strip_prefix(PREFIX)?.strip_prefix('.')?.split_once('.')?;
            Some((user_id.to_owned(), ends.parse::<u64>().ok()?))
        };
        let (user_id, ends) = read().ok_or(Code::NotSignedIn)?;
        if ends <= now.seconds().0 { Err(Code::SessionExpired.into()) } else { Ok(user_id) }
    }

    /// `None` never: HMAC takes keys of every length.
    fn mac(&self, named: &str) -> Option<Hmac<Sm3>> {
        let mut mac = <Hmac<Sm3> as KeyInit>::new_from_slice(&self.0).ok()?;
        mac.update(named.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_770_000_000_000);

    fn sessions() -> LimitedSessions {
        LimitedSessions(Zeroizing::new(vec![7; 32]))
    }

    #[test]
    fn a_token_is_good_until_its_end() {
        let (token, ends) = sessions().issue("u-1", NOW);
        assert_eq!(sessions().check(&token, ends.plus_seconds(-1)).unwrap(), "u-1");
        assert_eq!(sessions().check(&token, ends).unwrap_err().code(), Code::SessionExpired);
    }

    #[test]
    fn a_token_that_was_changed_or_made_elsewhere_is_none() {
        let (token, _) = sessions().issue("u-1", NOW);
        let (foreign, _) = LimitedSessions(Zeroizing::new(vec![8; 32])).issue("u-1", NOW);
        for token in ["", "wx1", "wx1.u-1.9999999999.", &token.replace("u-1", "u-2"), &foreign] {
            assert_eq!(sessions().check(token, NOW).unwrap_err().code(), Code::NotSignedIn, "{token}");
        }
    }
}
