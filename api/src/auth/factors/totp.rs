//! Codes of an authenticator app (RFC 6238): six digits, thirty seconds, a step of drift either way.

use std::sync::Arc;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};
use utoipa::ToSchema;
use zeroize::{Zeroize, Zeroizing};

use super::{Factor, may_enrol, note_enrolment, recovery};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Caller;
use crate::clock::Timestamp;
use crate::ephemeral::Key;
use crate::keys::cipher;
use crate::problem::{Code, Problem};
use crate::store::factors::{self as rows, TotpRow};
use crate::store::{Conn, accounts};
use crate::vault::{Cell, Column};

/// What RFC 4226 recommends, in bytes.
const SECRET_LENGTH: usize = 20;
/// How long an offered secret waits for its first code, in seconds.
const OFFER_LIFETIME: u32 = 600;
/// What authenticator apps show above the code.
const ISSUER: &str = "运证通";

/// What codes are made with. Most apps know SHA-1 only, which is no weakness here (RFC 4226, B.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC-SHA-1.
    #[default]
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
}

impl Algorithm {
    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256].into_iter().find(|algorithm| algorithm.word() == word)
    }
}

/// A secret for an authenticator app, to be confirmed with its first code.
#[derive(Serialize, ToSchema)]
pub struct Offer {
    /// Base32, for who cannot scan.
    secret: String,
    /// For the app, as a QR code.
    #[schema(example = "otpauth://totp/…")]
    uri: String,
    /// Until when it can be confirmed.
    expires_at: Timestamp,
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.uri.zeroize();
    }
}

/// Offers a caller a new secret. Nothing changes until it is confirmed; an earlier offer is void.
///
/// # Errors
/// When the database cannot, or the machine has no random bytes.
pub async fn offer(app: &App, caller: &Caller, algorithm: Algorithm) -> Result<Offer, Problem> {
    let id = caller.account.id.clone();
    let account = app.db.read(move |conn| accounts::find(conn, &id)).await?.ok_or(Code::NotSignedIn)?;
    let secret = cipher::random::<SECRET_LENGTH>().ok_or_else(|| Problem::internal("no random bytes"))?;
    let totp = builder(&secret[..], algorithm).with_issuer(Some(ISSUER));
    // A colon would end the issuer's name in the address.
    let totp = totp.with_account_name(account.login.replace(':', " ")).build().map_err(Problem::internal)?;
    let kept = Zeroizing::new([algorithm.word().as_bytes(), b":", secret.as_slice()].concat());
    let sealed = app.vault.seal(&cell(&caller.account.id), &kept)?;
    app.ephemeral.put(offer_key(caller), sealed, OFFER_LIFETIME).await?;
    Ok(Offer {
        secret: BASE32_NOPAD.encode(secret.as_slice()),
        uri: totp.to_url().map_err(Problem::internal)?,
        expires_at: app.clock.now().plus_seconds(OFFER_LIFETIME.into()),
    })
}

/// Enrols the app that shows `code` for the secret last offered, in place of one that was there. The answer is a new set
/// of recovery codes.
///
/// # Errors
/// [`Code::SecondFactorInvalid`] for another code, [`Code::NothingOffered`], [`Code::SecondFactorRequired`].
pub async fn confirm(
    app: &App,
    caller: Caller,
    context: Context,
    code: &str,
) -> Result<Vec<String>, Problem> {
    let key = offer_key(&caller);
    let sealed = app.ephemeral.take_once(key).await?.ok_or(Code::NothingOffered)?;
    let kept = open(app, &caller.account.id, sealed.clone()).await?;
    let (algorithm, secret) = parts(&kept).ok_or_else(|| Problem::internal("an offer without parts"))?;
    let now = app.clock.now();
    let Some(step) = step(algorithm, secret, code, now)? else {
        app.ephemeral.put(key, sealed, OFFER_LIFETIME).await?;
        return Err(Code::SecondFactorInvalid.into());
    };
    let row = TotpRow {
        account_id: caller.account.id.clone(),
        secret_ciphertext: app.vault.seal(&cell(&caller.account.id), secret)?,
        algorithm: algorithm.word().to_owned(),
        last_step: step,
        created_at: now.millis(),
    };
    let (codes, config, audit) = (recovery::Codes::new()?, app.config.clone(), app.audit.clone());
    let enrol = move |conn: &mut Conn| {
        may_enrol(conn, &caller, &config)?;
        rows::replace_totp(conn, &row)?;
        codes.keep(conn, &caller.account.id)?;
        note_enrolment(conn, &caller, Factor::Totp, now)?;
        let entry = Entry::new(Action::FactorAdded, context.by(&caller.account));
        audit.append(conn, entry.on("account", caller.account.id).detail("factor", Factor::Totp.word()))?;
        Ok::<_, Problem>(codes.into_texts())
    };
    app.db.write(enrol).await
}

/// The step of an enrolled app that `code` belongs to.
///
/// # Errors
/// [`Code::SecondFactorInvalid`] when it belongs to none near now.
pub async fn check(app: &App, row: TotpRow, code: &str) -> Result<i64, Problem> {
    let secret = open(app, &row.account_id, row.secret_ciphertext).await?;
    let algorithm = Algorithm::parse(&row.algorithm);
    let algorithm = algorithm.ok_or_else(|| Problem::internal("an algorithm that is not known"))?;
    step(algorithm, &secret, code, app.clock.now())?.ok_or_else(|| Code::SecondFactorInvalid.into())
}

/// Decrypts what is kept for an account. On a blocking thread: the vault may have to learn a key first.
async fn open(app: &App, account_id: &str, sealed: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let (vault, cell) = (Arc::clone(&app.vault), cell(account_id));
    let open = tokio::task::spawn_blocking(move || vault.open_bytes(&cell, &sealed));
    Ok(open.await.map_err(Problem::internal)??)
}

fn cell(account_id: &str) -> Cell {
    Column::TotpSecret.of(account_id)
}

fn step(algorithm: Algorithm, secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, Problem> {
    let totp: Totp = builder(secret, algorithm).build().map_err(Problem::internal)?;
    let step = totp.check(code, now.seconds().0);
    step.map(i64::try_from).transpose().map_err(Problem::internal)
}

fn builder(secret: &[u8], algorithm: Algorithm) -> Builder {
    let algorithm = match algorithm {
        Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
    };
    Builder::new().with_algorithm(algorithm).with_secret(secret.to_vec())
}

fn parts(kept: &Zeroizing<Vec<u8>>) -> Option<(Algorithm, &[u8])> {
    let colon = kept.iter().position(|byte| *byte == b':')?;
    let (word, secret) = kept.split_at_checked(colon)?;
    Some((Algorithm::parse(str::from_utf8(word).ok()?)?, secret.get(1..)?))
}

fn offer_key(caller: &Caller) -> Key {
    Key::new("totp offer", &caller.account.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use verifier_core::Seconds;

    fn step_of(algorithm: Algorithm, code: &str, at: u64) -> Option<i64> {
        let secret: &[u8] = match algorithm {
            Algorithm::Sha1 => b"12345678901234567890",
            Algorithm::Sha256 => b"12345678901234567890123456789012",
        };
        step(algorithm, secret, code, Timestamp::from(Seconds(at))).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238_appendix_b() {
        // The appendix has eight digits; the last six are the code of six.
        assert_eq!(step_of(Algorithm::Sha1, "287082", 59), Some(1));
        assert_eq!(step_of(Algorithm::Sha1, "081804", 1_111_111_109), Some(37_037_036));
        assert_eq!(step_of(Algorithm::Sha256, "119246", 59), Some(1));
        assert_eq!(step_of(Algorithm::Sha256, "084774", 1_111_111_109), Some(37_037_036));
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        for (at, expected) in [(0, Some(1)), (29, Some(1)), (30, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step_of(Algorithm::Sha1, "287082", at), expected, "{at}");
        }
    }

    #[test]
    fn what_is_not_six_digits_is_no_code() {
        for code in ["", "28708", "2870820", "28708x", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(Algorithm::Sha1, code, 59), None, "{code}");
        }
    }
}
