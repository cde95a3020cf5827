//! A sign-in whose password was right, and that waits for a second factor.
//!
//! What waits is kept in `ephemeral`, under a name only the client knows, and taken by whoever answers. After a wrong
//! answer it waits on, so that a mistyped code costs no second password; but its challenge is gone, so that a
//! challenge is answered once. Wrong answers count as failed sign-ins.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::factors::{Factor, Factors, key, recovery, totp};
use super::lockout::{Attempt, tried};
use super::sign_in::Audited;
use super::{Client, Session, accounts, sessions};
use crate::app::App;
use crate::audit::Context;
use crate::clock::Timestamp;
use crate::ephemeral::Key;
use crate::keys::cipher;
use crate::problem::{Code, Problem};
use crate::store::accounts::{self as rows_of_accounts, AccountRow};
use crate::store::{Conn, factors as rows};

/// How long a sign-in waits, in seconds.
const LIFETIME: u32 = 300;

/// A sign-in that waits for a second factor.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInPending)]
pub struct Pending {
    /// What the answer names.
    pending: String,
    /// What it may be completed with. None: an administrator must reset the account's second factors.
    factors: Vec<Factor>,
    /// What a key signs: 32 bytes, hexadecimal. When a key is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    /// Until when it waits.
    expires_at: Timestamp,
}

/// The answer to a [`Pending`].
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SecondFactorProof)]
pub enum Answer {
    /// Six digits of the authenticator app.
    Totp(String),
    /// A registered key's signature over `yzt-sign-in:` and the challenge's 32 bytes; r and s, 64 bytes, hexadecimal.
    Signature(String),
    /// One of the recovery codes.
    RecoveryCode(String),
}

/// What is known of it meanwhile.
#[derive(Serialize, Deserialize)]
struct Waiting {
    account_id: String,
    login: String,
    challenge: Option<String>,
    ends: i64,
}

/// Lets a sign-in wait.
///
/// # Errors
/// When the database cannot, or the machine has no random bytes.
pub(super) async fn wait(app: &App, account: &AccountRow) -> Result<Pending, Problem> {
    let id = account.id.clone();
    let factors = app.db.read(move |conn| Factors::of(conn, &id, true)).await?.usable();
    let expires_at = app.clock.now().plus_seconds(LIFETIME.into());
    let challenge = if factors.contains(&Factor::Key) { Some(random()?) } else { None };
    let waiting = Waiting {
        account_id: account.id.clone(),
        login: account.login.clone(),
        challenge: challenge.clone(),
        ends: expires_at.millis(),
    };
    let pending = random()?;
    keep(app, &pending, &waiting).await?;
    Ok(Pending { pending, factors, challenge, expires_at })
}

/// Completes a sign-in.
///
/// # Errors
/// [`Code::SignInNotPending`], [`Code::SecondFactorInvalid`], [`Code::TooManyAttempts`].
pub async fn complete(
    app: &App,
    client: &Client,
    context: Context,
    pending: &str,
    answer: Answer,
) -> Result<Session, Problem> {
    let taken = app.ephemeral.take_once(name(pending)).await?.ok_or(Code::SignInNotPending)?;
    let waiting: Waiting = serde_json::from_slice(&taken).map_err(Problem::internal)?;
    let attempt = Attempt::begin(app, &context, &waiting.login).await?;
    let session = match proof(app, &waiting, answer).await {
        Ok(proof) => begin(app, client, context.clone(), &waiting, &attempt, proof).await,
        Err(problem) => Err(problem),
    };
    match &session {
        Ok(_) => {
            attempt.uncount_address(app).await;
            app.metrics.sign_ins.with_label_values(&["ok"]).inc();
        }
        Err(problem) if problem.code() == Code::SecondFactorInvalid => {
            app.metrics.sign_ins.with_label_values(&["failed"]).inc();
            let entry = tried(app, context, Some(waiting.account_id.clone()), &waiting.login);
            app.audit.note(entry.ended_in(problem)).await;
            keep(app, pending, &Waiting { challenge: None, ..waiting }).await?;
        }
        Err(_) => {}
    }
    session
}

async fn begin(
    app: &App,
    client: &Client,
    context: Context,
    waiting: &Waiting,
    attempt: &Attempt,
    proof: Proof,
) -> Result<Session, Problem> {
    let id = waiting.account_id.clone();
    let row = app.db.read(move |conn| rows_of_accounts::find(conn, &id)).await?;
    let account = match row {
        Some(row) => accounts::open(&app.integrity, &row)?,
        None => None,
    };
    let account = account.ok_or(Code::SignInNotPending)?;
    let (factor, subject, now) = (proof.factor(), attempt.subject(), app.clock.now());
    let entry = Audited::new(app, context, &account, factor);
    let (audit, appended) = (app.audit.clone(), entry.clone());
    let session = sessions::begin_with(app, &waiting.account_id, client, factor, move |conn| {
        proof.use_up(conn, &account.id, now)?;
        subject.unlock(conn)?;
        Ok(appended.append(&audit, conn)?)
    });
    let session = session.await?;
    entry.note(app).await;
    Ok(session)
}

/// A right answer, to be used up in the transaction that begins the session.
enum Proof {
    Totp { step: i64 },
    Signature { challenge: Vec<u8>, signature: Vec<u8> },
    RecoveryCode(String),
}

impl Proof {
    fn factor(&self) -> Factor {
        match self {
            Self::Totp { .. } => Factor::Totp,
            Self::Signature { .. } => Factor::Key,
            Self::RecoveryCode(_) => Factor::RecoveryCode,
        }
    }

    fn use_up(self, conn: &mut Conn, account_id: &str, now: Timestamp) -> Result<(), Problem> {
        match self {
            Self::Totp { step } if rows::use_step(conn, account_id, step)? => Ok(()),
            Self::Totp { .. } => Err(Code::SecondFactorInvalid.into()),
            Self::Signature { challenge, signature } => key::check(conn, account_id, &challenge, &signature),
            Self::RecoveryCode(code) => recovery::use_up(conn, account_id, &code, now),
        }
    }
}

/// What of an answer can be checked without using anything up.
async fn proof(app: &App, waiting: &Waiting, answer: Answer) -> Result<Proof, Problem> {
    match answer {
        Answer::Totp(code) => {
            let id = waiting.account_id.clone();
            let row = app.db.read(move |conn| rows::totp(conn, &id)).await?;
            let row = row.ok_or(Code::SecondFactorInvalid)?;
            Ok(Proof::Totp { step: totp::check(app, row, &code).await? })
        }
        Answer::Signature(signature) => {
            let hex = |text: &str| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
            let challenge = waiting.challenge.as_deref().and_then(hex);
            let (challenge, signature) = challenge.zip(hex(&signature)).ok_or(Code::SecondFactorInvalid)?;
            Ok(Proof::Signature { challenge, signature })
        }
        Answer::RecoveryCode(code) => Ok(Proof::RecoveryCode(code)),
    }
}

async fn keep(app: &App, pending: &str, waiting: &Waiting) -> Result<(), Problem> {
    let left = waiting.ends.saturating_sub(app.clock.now().millis()) / 1000;
    let value = serde_json::to_vec(waiting).map_err(Problem::internal)?;
    Ok(app.ephemeral.put(name(pending), value, u32::try_from(left).unwrap_or(0)).await?)
}

fn name(pending: &str) -> Key {
    Key::new("pending sign-in", pending)
}

fn random() -> Result<String, Problem> {
    let bytes = cipher::random::<{ key::CHALLENGE_LENGTH }>();
    let bytes = bytes.ok_or_else(|| Problem::internal("no random bytes"))?;
    Ok(HEXLOWER.encode(bytes.as_slice()))
}
