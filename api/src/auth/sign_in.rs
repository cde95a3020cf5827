//! Signing in with login and password: limited, and with one answer for whatever is wrong.

use std::time::Duration;

use super::{Account, Client, Password, Role, Session, accounts, sessions};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::ephemeral::Key;
use crate::limits::Limit;
use crate::problem::{Code, Problem};

/// The window in which failed attempts are counted, in seconds.
const WINDOW: u32 = 15 * 60;

/// How long a sign-in waits for its turn to be checked, before it is told to come again in so many seconds.
const PATIENCE: Duration = Duration::from_secs(10);
const RETRY_AFTER: u32 = 10;

/// Begins a session for whoever has this login and password.
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
    password: String,
) -> Result<Session, Problem> {
    let attempt = Attempt::begin(app, &context, &login).await?;
    let name = login.clone();
    let found = app.db.read(move |conn| accounts::find_sign_in(conn, &name)).await?;
    let known = found.as_ref().map(|(account, _)| account.id.clone());
    let account = check(app, found, password).await?;
    let Some(account) = account else {
        app.metrics.sign_ins.with_label_values(&["failed"]).inc();
        let problem = Problem::new(Code::SignInFailed);
        app.audit.note(tried(app, context, known, &login).ended_in(&problem)).await;
        return Err(problem);
    };
    attempt.succeeded(app).await;
    audit(app, context, &account).await?;
    app.metrics.sign_ins.with_label_values(&["ok"]).inc();
    sessions::begin(app, account, client).await
}

/// Audits that an account signs in. Whoever shows or checks certificates gets in even when that cannot be written:
/// presenting and verifying go on.
async fn audit(app: &App, context: Context, account: &Account) -> Result<(), Problem> {
    let entry = Entry::new(Action::SignIn, context.by(account)).on("account", account.id.as_str());
    match account.role {
        Role::Holder | Role::Officer => app.audit.note(entry).await,
        _ => app.audit.record(entry).await?,
    }
    Ok(())
}

/// An entry about an attempt at an account, or at a login that no account has: that is not written as it is, for it
/// may be a telephone number or a password in the wrong place.
fn tried(app: &App, context: Context, account: Option<String>, login: &str) -> Entry {
    let entry = Entry::new(Action::SignIn, context);
    match account {
        Some(id) => entry.on("account", id),
        None => entry.on("login", app.audit.pseudonym(login)),
    }
}

/// The account, if the password is its own. An account that was not found takes as long.
async fn check(
    app: &App,
    found: Option<(Account, Password)>,
    tried: String,
) -> Result<Option<Account>, Problem> {
    let place = tokio::time::timeout(PATIENCE, app.hashing.acquire()).await;
    let _place = place.map_err(|_| Problem::new(Code::Unavailable).retry_after(RETRY_AFTER))?;
    let rounds = app.config.password_rounds;
    let work = move || match found {
        Some((account, password)) => password.is(&tried).then_some(account),
        None => {
            let _ = Password::decoy(rounds).is(&tried);
            None
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

/// An attempt, counted from its beginning, so that many at once do not all slip through before the first fails.
struct Attempt {
    keys: Vec<Key>,
}

impl Attempt {
    async fn begin(app: &App, context: &Context, login: &str) -> Result<Self, Problem> {
        let limit = |name, most| Limit { name, most, window: WINDOW };
        let mut limits = vec![(limit("sign_in_login", app.config.sign_in_attempts), login.to_owned())];
        if let Some(address) = context.address() {
            limits.push((limit("sign_in_address", app.config.sign_in_attempts_address), address.to_string()));
        }
        let mut keys = Vec::new();
        for (limit, subject) in limits {
            match limit.count(app, &subject).await {
                Ok(key) => keys.push(key),
                Err(exceeded) => {
                    app.metrics.sign_ins.with_label_values(&["limited"]).inc();
                    let (is_first, problem) = (exceeded.is_first, exceeded.into());
                    // The first of a window says it: those who go on trying must not fill the log.
                    if is_first {
                        app.audit.note(tried(app, context.clone(), None, login).ended_in(&problem)).await;
                    }
                    return Err(problem);
                }
            }
        }
        Ok(Self { keys })
    }

    /// Takes the attempt back: only failed ones count.
    async fn succeeded(self, app: &App) {
        for key in self.keys {
            // A count that stands although the sign-in succeeded ends with its window.
            let _ = app.ephemeral.uncount(key).await;
        }
    }
}
