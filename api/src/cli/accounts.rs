//! `yzt accounts`: who may sign in.

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{Failure, with_app};
use crate::app::App;
use crate::auth::accounts::{self, NewAccount};
use crate::auth::{Password, Role};
use crate::config::Config;
use crate::store;
use crate::vault::Field;

const SHORTEST_PASSWORD: usize = 8;

const EXAMPLES: &str = "\
The password is asked for, or read from standard input. For a holder the holder's code (citizen id or unified
social credit code) is asked for first, or read from the line before.

Examples:
  yzt accounts add --login zhang --role officer --name 张警官 --division 2101
  yzt accounts add --login li --role holder --name 李师傅 < code-and-password.txt
  yzt accounts add --login provincial-system --role issuer --name 省运政系统 --service
  yzt accounts list
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
        if self.service && !matches!(self.role, Role::Issuer | Role::ThirdParty) {
            return Err(Failure::wrong_use("--service: of the role issuer or third_party"));
        }
        let password = if self.service { None } else { Some(new_password(app)?) };
        let new = NewAccount {
            id: app.new_id().to_string(),
            login: self.login,
            role: self.role,
            name: self.name,
            password,
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

fn new_password(app: &App) -> Result<Password, Failure> {
    let password = ask("Password: ")?;
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::new("a password has 8 characters or more"));
    }
    let password = Password::hash(&password, app.config.password_rounds);
    password.ok_or_else(|| Failure::new("this machine gives no random bytes"))
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
