//! `yzt accounts`: who may sign in.

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{Failure, with_app};
use crate::app::App;
use crate::audit::{self, Context, Entry};
use crate::auth::accounts::{self, NewAccount};
use crate::auth::{Password, Role, Subject, factors, password};
use crate::config::Config;
use crate::store::{self, Conn};
use crate::vault::Field;

const EXAMPLES: &str = "\
The password is asked for, or read from standard input. For a holder the holder's code (citizen id or unified
social credit code) is asked for first, or read from the line before.

Examples:
  yzt accounts add --login zhang --role officer --name 张警官 --division 2101
  yzt accounts add --login li --role holder --name 李师傅 < code-and-password.txt
  yzt accounts list
  yzt accounts password zhang
  yzt accounts unlock zhang
  yzt accounts reset-factors zhang
  yzt accounts disable zhang";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Accounts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add an account
    Add(Add),
    /// List all accounts
    List,
    /// Keep an account from signing in, and end its sessions
    Disable {
        /// Its login
        login: String,
    },
    /// Give an account a new initial password, and end its sessions
    Password {
        /// Its login
        login: String,
    },
    /// Take all second factors from an account that lost them, and end its sessions
    ResetFactors {
        /// Its login
        login: String,
    },
    /// Let an account sign in again that failed too often
    Unlock {
        /// Its login
        login: String,
    },
}

#[derive(Args)]
struct Add {
    /// What it signs in with
    #[arg(long)]
    login: String,
    /// What it may be
    #[arg(long)]
    role: Role,
    /// The name shown to others
    #[arg(long)]
    name: String,
    /// Jurisdiction of staff: the first 2, 4 or 6 digits of a division code (GB/T 2260)
    #[arg(long)]
    division: Option<String>,
}

impl Accounts {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::Add(add) => add.run(&app).await,
            Action::List => list(&app).await,
            Action::Disable { login } => disable(&app, login).await,
            Action::Password { login } => give_password(&app, login).await,
            Action::ResetFactors { login } => reset_factors(&app, login).await,
            Action::Unlock { login } => unlock(&app, login).await,
        })
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<(), Failure> {
        let division = self.division.map(|text| division(&text, &app.config.iss)).transpose()?;
        let holder_id = match self.role {
            Role::Holder => Some(find_holder(app, &ask("Holder's code: ")?).await?),
            _ => None,
        };
        let password = ask_password(app, &self.login)?;
        let new = NewAccount {
            id: app.new_id().to_string(),
            login: self.login,
            role: self.role,
            name: self.name,
            password: Some(password),
            password_initial: true,
            holder_id,
            division,
        };
        let now = app.clock.now();
        if app.db.write(move |conn| accounts::add(conn, new, now)).await.map_err(Failure::new)? {
            Ok(())
        } else {
            Err(Failure::new("this login is taken"))
        }
    }
}

async fn find_holder(app: &App, code: &str) -> Result<String, Failure> {
    let index = app.vault.index(Field::HolderCode, code);
    let holder = app.db.read(move |conn| store::holders::find_by_code(conn, &index)).await;
    let holder = holder.map_err(Failure::new)?;
    holder.map(|holder| holder.id).ok_or_else(|| Failure::new("no certificate names a holder with this code"))
}

async fn list(app: &App) -> Result<(), Failure> {
    let rows = app.db.read(store::accounts::list).await.map_err(Failure::new)?;
    let mut out = std::io::stdout().lock();
    for row in rows {
        let division = row.division.as_deref().unwrap_or("-");
        let state = if row.disabled_at.is_some() { "disabled" } else { "" };
        writeln!(out, "{:<20}  {:<8}  {division:<6}  {}  {state}", row.login, row.role, row.name)?;
    }
    Ok(())
}

async fn disable(app: &App, login: String) -> Result<(), Failure> {
    let now = app.clock.now();
    let ended = app.db.write(move |conn| accounts::disable(conn, &login, now)).await;
    if ended.map_err(Failure::new)? {
        Ok(())
    } else {
        Err(Failure::new("there is no account with this login that could sign in"))
    }
}

async fn give_password(app: &App, login: String) -> Result<(), Failure> {
    let password = ask_password(app, &login)?;
    let id = find(app, login).await?;
    password::give_initial(app, Context::command(), &id, password).await.map_err(Failure::new)?;
    Ok(())
}

async fn reset_factors(app: &App, login: String) -> Result<(), Failure> {
    let (id, now, audit) = (find(app, login).await?, app.clock.now(), app.audit.clone());
    let reset = move |conn: &mut Conn| factors::reset(conn, &audit, Context::command(), &id, now);
    app.db.write(reset).await.map_err(Failure::new)
}

/// The id of the account that signs in as `login`.
async fn find(app: &App, login: String) -> Result<String, Failure> {
    let account = app.db.read(move |conn| store::accounts::find_by_login(conn, &login)).await;
    let account = account.map_err(Failure::new)?;
    account.map(|account| account.id).ok_or_else(|| Failure::new("there is no such login"))
}

async fn unlock(app: &App, login: String) -> Result<(), Failure> {
    let (id, audit) = (find(app, login.clone()).await?, app.audit.clone());
    let unlock = move |conn: &mut Conn| {
        Subject::login(&login).unlock(conn)?;
        audit.append(conn, Entry::new(audit::Action::AccountUnlocked, Context::command()).on("account", id))
    };
    app.db.write(unlock).await.map_err(Failure::new)
}

/// Asks for an initial password for whoever signs in as `login`.
fn ask_password(app: &App, login: &str) -> Result<Password, Failure> {
    let text = ask("Password: ")?;
    password::check(&text, login, app.config.password_length).map_err(|problem| {
        let rules: Vec<_> = problem.broken_rules().collect();
        Failure::new(format_args!("this password does not do: {}", rules.join(", ")))
    })?;
    let password = Password::hash(&text, app.config.password_rounds);
    password.ok_or_else(|| Failure::new("this machine gives no random bytes"))
}

/// Asks a person without showing the answer, or reads a line when nobody is there to ask.
fn ask(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(Zeroizing::new(rpassword::prompt_password(prompt)?));
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn division(text: &str, province: &str) -> Result<String, Failure> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && matches!(text.len(), 2 | 4 | 6) && text.starts_with(province) {
        Ok(text.to_owned())
    } else {
        Err(Failure::wrong_use(format!("--division: 2, 4 or 6 digits that begin with {province}")))
    }
}
