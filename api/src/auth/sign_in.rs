//! Signing in with login and password: limited, and with one answer for whatever is wrong.

use std::net::IpAddr;
use std::time::Duration;

use super::{Account, Client, Password, Session, accounts, sessions};
use crate::app::App;
use crate::ephemeral::Key;
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
/// [`Code::TooManyAttempts`] when too many failed from this login or address.
pub async fn sign_in(
    app: &App,
    client: &Client,
    login: String,
    password: String,
) -> Result<Session, Problem> {
    let attempt = Attempt::begin(app, client.address, &login).await?;
    let integrity = app.integrity.clone();
    let found = app.db.read(move |conn| accounts::find_sign_in(conn, &integrity, &login)).await?;
    let account = check(app, found, password).await?;
    let Some(account) = account else {
        app.metrics.sign_ins.with_label_values(&["failed"]).inc();
        return Err(Code::SignInFailed.into());
    };
    attempt.succeeded(app).await;
    app.metrics.sign_ins.with_label_values(&["ok"]).inc();
    sessions::begin(app, account, client).await
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

/// Forgets the failed attempts at a login.
pub async fn unlock(app: &App, login: &str) {
    let _ = app.ephemeral.take_once(Key::new("sign-in login", login)).await;
}

/// An attempt, counted from its beginning, so that many at once do not all slip through before the first fails.
struct Attempt {
    keys: Vec<Key>,
}

impl Attempt {
    async fn begin(app: &App, address: Option<IpAddr>, login: &str) -> Result<Self, Problem> {
        let mut limits = vec![(Key::new("sign-in login", login), app.config.sign_in_attempts)];
        if let Some(address) = address {
            let key = Key::new("sign-in address", &address.to_string());
            limits.push((key, app.config.sign_in_attempts_address));
        }
        let mut keys = Vec::new();
        for (key, limit) in limits {
            let count = app.ephemeral.count_in_window(key, WINDOW).await;
            if count.times > limit {
                app.metrics.sign_ins.with_label_values(&["limited"]).inc();
                return Err(Problem::new(Code::TooManyAttempts).retry_after(count.ends_in));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }

    /// Takes the attempt back: only failed ones count.
    async fn succeeded(self, app: &App) {
        for key in self.keys {
            app.ephemeral.uncount(key).await;
        }
    }
}
