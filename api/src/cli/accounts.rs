//! `yzt accounts`: who may sign in.

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{Failure, say, with_app};
use crate::app::App;
use crate::approvals::{self, Kind, RoleGrant, Wanted};
use crate::audit::{self, Context, Entry};
use crate::auth::accounts::{self, NewAccount, State};
use crate::auth::{Password, Role, Subject, password};
use crate::config::{Config, Environment};
use crate::problem::{Code, Problem};
use crate::store::{self, Conn};
use crate::vault::Field;

mod factors;
mod integrity;

use factors::Reset;

const EXAMPLES: &str = "\
The password is asked for, or read from standard input. For a holder the holder's code (citizen id or unified
social credit code) is asked for first, or read from the line before.

In production an account added here is granted its role by a security administrator, as one that is made over the
API is; a reset of second factors waits for one too, unless --alone says that none can sign in; and holders are not added at all: they come in by their real name.

Examples:
  yzt accounts add --login zhang --role officer --name 张警官 --division 2101
  yzt accounts add --login li --role holder --name 李师傅 < code-and-password.txt
  yzt accounts add --login provincial-system --role issuer --name 省运政系统 --service
  yzt accounts list
  yzt accounts password zhang
  yzt accounts unlock zhang
  yzt accounts reset-factors zhang --reason 手机遗失，已当面核实身份
  yzt accounts disable zhang
  yzt accounts verify                is all as this program wrote them?";

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
    /// Let an account sign in again
    Enable {
        /// Its login
        login: String,
    },
    /// Name every account, approval and key of a service that was changed by other means than this program
    Verify,
    /// Protect all accounts with a new key; running servers find it by themselves
    Rekey,
    /// Give an account a new initial password, and end its sessions
    Password {
        /// Its login
        login: String,
    },
    /// Take all second factors from an account that lost them, and end its sessions
    ResetFactors(Reset),
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
    /// A service: it signs its requests (yzt service-keys) and has no password
    #[arg(long)]
    service: bool,
}

impl Accounts {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::Add(add) => add.run(&app).await,
            Action::List => list(&app).await,
            Action::Disable { login } => disable(&app, login).await,
            Action::Enable { login } => enable(&app, login).await,
            Action::Verify => integrity::verify(&app).await,
            Action::Rekey => integrity::rekey(&app).await,
            Action::Password { login } => give_password(&app, login).await,
            Action::ResetFactors(reset) => reset.run(&app).await,
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
        if self.service && !self.role.has_services() {
            return Err(Failure::wrong_use("--service: of the role issuer or third_party"));
        }
        let password = if self.service { None } else { Some(ask_password(app, &self.login)?) };
        let new = NewAccount {
            id: app.new_id().to_string(),
            login: self.login,
            role: self.role,
            name: self.name,
            password_initial: password.is_some(),
            password,
            holder_id,
            division,
        };
        let asked =
            (app.config.environment == Environment::Production).then(|| grant(app, &new)).transpose()?;
        let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
        let entry =
            Entry::new(audit::Action::AccountAdded, Context::command()).on("account", new.id.as_str());
        let mut entries = vec![entry.detail("role", new.role.word())];
        let add = move |conn: &mut _| -> Result<(), Problem> {
            let added = match asked {
                None => accounts::add(conn, &integrity, new, now)?,
                Some(asked) => {
                    let added = accounts::add_without_grant(conn, &integrity, new, now)?;
                    let approval = approvals::request(conn, &integrity, asked, now)?;
                    entries.push(approvals::requested(Context::command(), &approval));
                    added
                }
            };
            if added { Ok(audit.append_all(conn, &entries)?) } else { Err(Code::LoginTaken.into()) }
        };
        app.db.write(add).await.map_err(said)
    }
}

/// What a security administrator has to decide on before a new account can be used.
fn grant(app: &App, new: &NewAccount) -> Result<Wanted, Failure> {
    if new.role == Role::Holder {
        return Err(Failure::new("in production holders come in by their real name; none is added here"));
    }
    say("waits for a security administrator to grant its role");
    Ok(Wanted {
        id: app.new_id().to_string(),
        kind: Kind::RoleGrant,
        object: new.id.clone(),
        payload: serde_json::json!(RoleGrant { role: new.role, division: new.division.clone() }),
        division: new.division.clone(),
        by: Context::command().actor().unwrap_or_default().to_owned(),
        reason: "yzt accounts add".to_owned(),
    })
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
        let state = State::of(&app.integrity, &row).word();
        writeln!(out, "{:<20}  {:<14}  {division:<6}  {state:<8}  {}", row.login, row.role, row.name)?;
    }
    Ok(())
}

async fn disable(app: &App, login: String) -> Result<(), Failure> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let disable = move |conn: &mut _| -> Result<bool, Problem> {
        match store::accounts::find_by_login(conn, &login)? {
            Some(row) => {
                let entry = Entry::new(audit::Action::AccountDisabled, Context::command());
                let entry = entry.on("account", row.id.as_str());
                let disabled = accounts::disable(conn, &integrity, row, now)?;
                if disabled {
                    audit.append(conn, entry)?;
                }
                Ok(disabled)
            }
            None => Ok(false),
        }
    };
    if app.db.write(disable).await.map_err(said)? {
        Ok(())
    } else {
        Err(Failure::new("there is no account with this login that could sign in"))
    }
}

async fn enable(app: &App, login: String) -> Result<(), Failure> {
    let (integrity, audit) = (app.integrity.clone(), app.audit.clone());
    let enable = move |conn: &mut _| -> Result<bool, Problem> {
        match store::accounts::find_by_login(conn, &login)? {
            Some(row) => {
                let entry = Entry::new(audit::Action::AccountEnabled, Context::command());
                let entry = entry.on("account", row.id.as_str());
                let enabled = accounts::enable(conn, &integrity, row)?;
                if enabled {
                    audit.append(conn, entry)?;
                }
                Ok(enabled)
            }
            None => Ok(false),
        }
    };
    if app.db.write(enable).await.map_err(said)? {
        Ok(())
    } else {
        Err(Failure::new("there is no account with this login that is disabled"))
    }
}

/// A problem as a person at the machine reads it.
pub(super) fn said(problem: Problem) -> Failure {
    let mut why: Vec<_> = problem.broken_rules().collect();
    why.extend(problem.cause());
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    Failure::new(format_args!("{}{why}", problem.code().title().1))
}

async fn give_password(app: &App, login: String) -> Result<(), Failure> {
    let password = ask_password(app, &login)?;
    let id = find(app, login).await?;
    password::give_initial(app, Context::command(), &id, password).await.map_err(Failure::new)?;
    Ok(())
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
