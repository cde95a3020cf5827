//! Changing a password: by its owner, who knows the old one, or by an administrator, who gives an initial one.

use super::{Password, policy};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::lockout::Attempt;
use crate::auth::sessions::{self, Ended};
use crate::auth::{Caller, hashing};
use crate::clock::Timestamp;
use crate::config::Secret;
use crate::problem::{Code, Problem};
use crate::store::accounts::{self, AccountRow};
use crate::store::passwords::{self as rows, Change, FormerPasswordRow};
use crate::store::{Conn, StoreError};

/// Changes the password of whoever asks. All its other sessions end.
///
/// # Errors
/// [`Code::WrongPassword`], which counts as a failed sign-in; [`Code::PasswordUnfit`].
pub async fn change(
    app: &App,
    caller: Caller,
    context: Context,
    old: Secret,
    new: Secret,
) -> Result<(), Problem> {
    caller.require_session()?;
    let id = caller.account.id.clone();
    let find =
        move |conn: &mut Conn| Ok::<_, StoreError>((accounts::find(conn, &id)?, rows::former(conn, &id)?));
    let (account, former) = app.db.read(find).await?;
    let account = account.ok_or(Code::NotSignedIn)?;
    let attempt = Attempt::begin(app, &context, &account.login).await?;
    let kept = kept(app);
    let former: Vec<_> = former.into_iter().take(kept).map(|row| row.password_hash).collect();
    let choice = Choice { account: account.clone(), former, old, new };
    let chosen = hashing::run(app, {
        let (shortest, rounds) = (app.config.password_length, app.config.password_rounds);
        move || choice.chosen(shortest, rounds)
    });
    let chosen = match chosen.await? {
        Err(problem) if problem.code() == Code::WrongPassword => {
            let entry = Entry::new(Action::PasswordChanged, context.by(&caller.account));
            app.audit.note(entry.on("account", account.id).ended_in(&problem)).await;
            return Err(problem);
        }
        other => {
            attempt.take_back(app).await?;
            other?
        }
    };
    let change = Change { hash: chosen.to_string(), initial: false, at: app.clock.now().millis() };
    let (former, audit) = (app.new_id().to_string(), app.audit.clone());
    let replace = move |conn: &mut Conn| {
        let replaced = replace(conn, &account, former, &change, kept, caller.session())?;
        if replaced {
            let entry = Entry::new(Action::PasswordChanged, context.by(&caller.account));
            audit.append(conn, entry.on("account", account.id))?;
        }
        Ok::<_, StoreError>(replaced)
    };
    if app.db.write(replace).await? { Ok(()) } else { Err(Code::WrongPassword.into()) }
}

/// Gives an account a password that must be changed at the next sign-in, and ends its sessions. `false` when there is
/// no such account. What it is given to choose from was checked by [`policy::check`].
///
/// # Errors
/// When the database cannot.
pub async fn give_initial(
    app: &App,
    context: Context,
    account_id: &str,
    password: Password,
) -> Result<bool, StoreError> {
    let id = account_id.to_owned();
    let change = Change { hash: password.to_string(), initial: true, at: app.clock.now().millis() };
    let (former, kept, audit) = (app.new_id().to_string(), kept(app), app.audit.clone());
    let give = move |conn: &mut Conn| {
        let Some(account) = accounts::find(conn, &id)? else {
            return Ok(false);
        };
        let replaced = replace(conn, &account, former, &change, kept, None)?;
        if replaced {
            let entry = Entry::new(Action::PasswordChanged, context).on("account", account.id);
            audit.append(conn, entry.because("initial"))?;
        }
        Ok(replaced)
    };
    app.db.write(give).await
}

/// What someone wants their password to be.
struct Choice {
    account: AccountRow,
    /// Hashes of the passwords it had before.
    former: Vec<String>,
    old: Secret,
    new: Secret,
}

impl Choice {
    /// The new password, if it may be chosen. Takes long on purpose; blocks.
    fn chosen(self, shortest: u32, rounds: u32) -> Result<Password, Problem> {
        let present = self.account.password_hash.as_deref().and_then(Password::parse);
        let present = present.ok_or(Code::WrongPassword)?;
        if !present.is(self.old.reveal()) {
            return Err(Code::WrongPassword.into());
        }
        policy::check(self.new.reveal(), &self.account.login, shortest)?;
        let former = self.former.iter().filter_map(|hash| Password::parse(hash));
        if std::iter::once(present).chain(former).any(|used| used.is(self.new.reveal())) {
            return Err(policy::unfit(&["used_before"]));
        }
        Password::hash(self.new.reveal(), rounds).ok_or_else(|| Problem::internal("no random bytes"))
    }
}

/// Puts a password in place of the one of `account`, which is kept under the id `former`.
fn replace(
    conn: &mut Conn,
    account: &AccountRow,
    former: String,
    change: &Change,
    kept: usize,
    session: Option<&str>,
) -> Result<bool, StoreError> {
    if !rows::replace(conn, &account.id, account.password_hash.as_deref(), change)? {
        return Ok(false);
    }
    if let Some(hash) = account.password_hash.clone() {
        let row = FormerPasswordRow { id: former, account_id: account.id.clone(), password_hash: hash };
        rows::keep_former(conn, &row, kept)?;
    }
    sessions::end_all(conn, &account.id, session, Ended::PasswordChanged, Timestamp(change.at))?;
    Ok(true)
}

/// How many passwords are kept beside the present one.
fn kept(app: &App) -> usize {
    usize::try_from(app.config.password_history.saturating_sub(1)).unwrap_or(usize::MAX)
}
