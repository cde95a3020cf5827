//! Attempts to prove who one is, counted: so many failures in a row lock a login for a while.
//!
//! Failures of a login are counted in the database, so that a restart or another server forgets nothing, and by the
//! login that was tried, so that one that does not exist behaves as one that does. Attempts while it is locked do not
//! make the lock longer. Failures of an address, for whatever logins, are counted beside it as [`Attempts`]: that keeps
//! one address from locking everybody. What is not here: attempts at anything but a login, which lock nothing.

use verifier_core::sm2::sm3;

use super::attempts::Attempts;
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::limits::{Exceeded, Limit};
use crate::problem::Problem;
use crate::store::failed_sign_ins::{self as rows, Rule};
use crate::store::{Conn, StoreError};

/// The window in which failures of an address are counted, in seconds.
const WINDOW: u32 = 15 * 60;

/// An attempt, counted from its beginning, so that many at once do not all slip through before the first fails.
pub struct Attempt {
    subject: Subject,
    address: Attempts,
}

/// What failures are counted by.
#[derive(Clone, Copy)]
pub struct Subject([u8; 32]);

impl Subject {
    /// A login, whether it exists or not.
    #[must_use]
    pub fn login(login: &str) -> Self {
        Self(sm3(format!("login\0{login}").as_bytes()))
    }

    /// Forgets its failures and its lock.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn unlock(self, conn: &mut Conn) -> Result<(), StoreError> {
        rows::clear(conn, &self.0)
    }
}

impl Attempt {
    /// Counts an attempt.
    ///
    /// # Errors
    /// [`crate::problem::Code::TooManyAttempts`] when login or address must wait.
    pub async fn begin(app: &App, context: &Context, login: &str) -> Result<Self, Problem> {
        let most = app.config.sign_in_attempts_address;
        let limit = context.address().map(|address| ("sign_in_address", address.to_string(), most));
        let address = match Attempts::begin(app, limit, WINDOW).await {
            Ok(address) => address,
            Err(exceeded) => return Err(refuse(app, context, login, exceeded).await),
        };
        let subject = Subject::login(login);
        let now = app.clock.now();
        let rule = rule(&app.config, now);
        let locked_until = app.db.write(move |conn| rows::count(conn, &subject.0, rule)).await?;
        if let Some(until) = locked_until {
            let seconds = until.saturating_sub(now.millis()).saturating_add(999) / 1000;
            let ends_in = u32::try_from(seconds).unwrap_or(u32::MAX);
            let saying = Limit { name: "sign_in_locked", most: 1, window: ends_in };
            let is_first = saying.count(app, login).await.is_ok();
            return Err(refuse(app, context, login, Exceeded { is_first, ends_in }).await);
        }
        Ok(Self { subject, address })
    }

    /// Takes the attempt back: it did not fail, but there is more to prove.
    ///
    /// # Errors
    /// When the database cannot.
    pub async fn take_back(self, app: &App) -> Result<(), StoreError> {
        self.address.take_back(app).await;
        app.db.write(move |conn| rows::uncount(conn, &self.subject.0)).await
    }

    /// What is to be unlocked in the transaction that makes use of its success.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Takes it back for the address: it did not fail.
    pub async fn uncount_address(&self, app: &App) {
        self.address.take_back(app).await;
    }
}

fn rule(config: &Config, now: Timestamp) -> Rule {
    let lockout = i64::from(config.lockout);
    Rule {
        most: i32::try_from(config.sign_in_attempts).unwrap_or(i32::MAX),
        now: now.millis(),
        remembered_from: now.plus_seconds(-lockout).millis(),
        locked_until: now.plus_seconds(lockout).millis(),
    }
}

/// The problem of who must wait.
async fn refuse(app: &App, context: &Context, login: &str, exceeded: Exceeded) -> Problem {
    app.metrics.sign_ins.with_label_values(&["limited"]).inc();
    let (is_first, problem) = (exceeded.is_first, exceeded.into());
    // The first says it: those who go on trying must not fill the log.
    if is_first {
        app.audit.note(tried(app, context.clone(), None, login).ended_in(&problem)).await;
    }
    problem
}

/// An entry about an attempt at an account, or at a login that no account has: that is not written as it is, for it
/// may be a telephone number or a password in the wrong place.
pub(super) fn tried(app: &App, context: Context, account: Option<String>, login: &str) -> Entry {
    let entry = Entry::new(Action::SignIn, context);
    match account {
        Some(id) => entry.on("account", id),
        None => entry.on("login", app.audit.pseudonym(login)),
    }
}
