//! Signing in with login and password: limited, and with one answer for whatever is wrong.
//!
//! An account that has enrolled second factors is not signed in by this alone: the rest is in `auth/pending.rs`.

use super::lockout::{Attempt, tried};
use super::pending::{self, Pending};
use super::{Account, Client, Factor, Password, Role, Session, accounts as open, factors, hashing, sessions};
use crate::app::App;
use crate::audit::{Action, Audit, Context, Entry};
use crate::config::Secret;
use crate::problem::{Code, Problem};
use crate::store::accounts::{self, AccountRow};
use crate::store::{Conn, StoreError, passwords};

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
/// [`Code::TooManyAttempts`] when too many failed from this login or address; [`Code::Unavailable`] when the sign-in
/// of somebody who runs this server cannot be audited.
pub async fn sign_in(
    app: &App,
    client: &Client,
    context: Context,
    login: String,
    password: Secret,
) -> Result<SignIn, Problem> {
    let attempt = Attempt::begin(app, &context, &login).await?;
    let name = login.clone();
    let found = app.db.read(move |conn| accounts::find_by_login(conn, &name)).await?;
    let known = found.as_ref().map(|account| account.id.clone());
    let account = match &found {
        Some(row) => open::open(&app.integrity, row)?,
        None => None,
    };
    let Some(proven) = check(app, found.zip(account), password).await? else {
        app.metrics.sign_ins.with_label_values(&["failed"]).inc();
        let problem = Problem::new(Code::SignInFailed);
        app.audit.note(tried(app, context, known, &login).ended_in(&problem)).await;
        return Err(problem);
    };
    if factors::enrolled(&app.config, &proven.row) {
        // The failures before it stay: a right password alone forgives none.
        attempt.take_back(app).await?;
        return pending::wait(app, &proven.row).await.map(SignIn::Pending);
    }
    attempt.uncount_address(app).await;
    let (subject, id) = (attempt.subject(), proven.account.id.clone());
    let entry = Audited::new(app, context, &proven.account, Factor::None);
    let (audit, appended) = (app.audit.clone(), entry.clone());
    let session = sessions::begin_with(app, &id, client, Factor::None, move |conn| {
        subject.unlock(conn)?;
        proven.keep_stronger(conn)?;
        Ok(appended.append(&audit, conn)?)
    });
    let session = session.await?;
    entry.note(app).await;
    app.metrics.sign_ins.with_label_values(&["ok"]).inc();
    Ok(SignIn::Begun(session))
}

/// The entry about a sign-in that succeeds. Whoever shows or checks certificates gets in even when it cannot be written:
/// presenting and verifying go on. All others do not.
#[derive(Clone)]
pub(super) struct Audited {
    entry: Entry,
    is_binding: bool,
}

impl Audited {
    pub(super) fn new(app: &App, context: Context, account: &Account, factor: Factor) -> Self {
        let entry = Entry::new(Action::SignIn, context.by(account)).on("account", account.id.as_str());
        let entry = match factors::required(&app.config, account.role) {
            true => entry.detail("factor", factor.word()),
            false => entry,
        };
        Self { entry, is_binding: !matches!(account.role, Role::Holder | Role::Officer) }
    }

    /// Writes it in the transaction that begins the session, where it is binding.
    pub(super) fn append(self, audit: &Audit, conn: &mut Conn) -> Result<(), StoreError> {
        if self.is_binding { audit.append(conn, self.entry) } else { Ok(()) }
    }

    /// Writes it afterwards, where it is not.
    pub(super) async fn note(self, app: &App) {
        if !self.is_binding {
            app.audit.note(self.entry).await;
        }
    }
}

/// An account whose password was given.
struct Proven {
    row: AccountRow,
    account: Account,
    /// The same password, hashed with more rounds, when the setting grew since.
    stronger: Option<Password>,
}

impl Proven {
    fn keep_stronger(&self, conn: &mut Conn) -> Result<(), StoreError> {
        match &self.stronger {
            None => Ok(()),
            Some(new) => {
                let old = self.row.password_hash.as_deref().unwrap_or_default();
                passwords::rehash(conn, &self.row.id, old, &new.to_string())
            }
        }
    }
}

/// The account, if the password is its own. An account that was not found, has none or is disabled takes as long.
async fn check(
    app: &App,
    found: Option<(AccountRow, Account)>,
    tried: Secret,
) -> Result<Option<Proven>, Problem> {
    let rounds = app.config.password_rounds;
    let work = move || {
        let known = found.and_then(|(row, account)| {
            let password = Password::parse(row.password_hash.as_deref()?)?;
            Some((row, account, password))
        });
        let Some((row, account, password)) = known else {
            let _ = Password::decoy(rounds).is(tried.reveal());
            return None;
        };
        if !password.is(tried.reveal()) {
            return None;
        }
        let stronger = (password.rounds() < rounds).then(|| Password::hash(tried.reveal(), rounds)).flatten();
        Some(Proven { row, account, stronger })
    };
    hashing::run(app, work).await
}
