//! Signing in with login and password: limited, and with one answer for whatever is wrong.
//!
//! An account that has enrolled second factors is not signed in by this alone: the rest is in `auth/pending.rs`.

use super::attempt::Attempt;
use super::pending::{self, Pending};
use super::{Client, Factor, Password, Session, factors, hashing, sessions};
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::store::accounts::{self, AccountRow};
use crate::store::{Conn, passwords};

/// What a right password leads to.
pub enum SignIn {
    /// A session has begun.
    Begun(Session),
    /// A second factor is to be proven.
    Pending(Pending),
}

/// Signs in whoever has this login and password.
///
/// # Errors
/// [`Code::SignInFailed`] for an unknown login, a wrong password and a disabled account alike;
/// [`Code::TooManyAttempts`] when too many failed from this login or address.
pub async fn sign_in(app: &App, client: &Client, login: String, password: String) -> Result<SignIn, Problem> {
    let attempt = Attempt::begin(app, client.address, &login).await?;
    let found = app.db.read(move |conn| accounts::find_by_login(conn, &login)).await?;
    let Some(proven) = check(app, found, password).await? else {
        app.metrics.sign_ins.with_label_values(&["failed"]).inc();
        return Err(Code::SignInFailed.into());
    };
    if factors::enrolled(&app.config, &proven.account) {
        // The failures before it stay: a right password alone forgives none.
        attempt.take_back(app).await?;
        return pending::wait(app, &proven.account).await.map(SignIn::Pending);
    }
    attempt.uncount_address(app).await;
    let (id, subject) = (proven.account.id.clone(), attempt.subject());
    let session = sessions::begin_with(app, &id, client, Factor::None, move |conn| {
        subject.unlock(conn)?;
        Ok(proven.keep_stronger(conn)?)
    });
    let session = session.await?;
    app.metrics.sign_ins.with_label_values(&["ok"]).inc();
    Ok(SignIn::Begun(session))
}

/// An account whose password was given.
struct Proven {
    account: AccountRow,
    /// The same password, hashed with more rounds, when the setting grew since.
    stronger: Option<Password>,
}

impl Proven {
    fn keep_stronger(&self, conn: &mut Conn) -> Result<(), crate::store::StoreError> {
        match &self.stronger {
            None => Ok(()),
            Some(new) => {
                passwords::rehash(conn, &self.account.id, &self.account.password_hash, &new.to_string())
            }
        }
    }
}

/// The account, if the password is its own. An account that was not found, has none or is disabled takes as long.
async fn check(app: &App, found: Option<AccountRow>, tried: String) -> Result<Option<Proven>, Problem> {
    let rounds = app.config.password_rounds;
    let work = move || {
        let known = found.filter(|account| account.disabled_at.is_none());
        let known = known.and_then(|account| Some((Password::parse(&account.password_hash)?, account)));
        let Some((password, account)) = known else {
            let _ = Password::decoy(rounds).is(&tried);
            return None;
        };
        if !password.is(&tried) {
            return None;
        }
        let stronger = (password.rounds() < rounds).then(|| Password::hash(&tried, rounds)).flatten();
        Some(Proven { account, stronger })
    };
    hashing::run(app, work).await
}
