//! `yzt admin init`: the first administrators. They make and approve all other accounts.

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};

use super::accounts::said;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::audit::{self, Context, Entry};
use crate::auth::accounts::{self, NewAccount};
use crate::auth::{InitialPassword, Role};
use crate::config::Config;
use crate::problem::Problem;
use crate::store::{Conn, accounts as rows};

/// 三员: GB/T 22239 §8.1.5.1 to §8.1.5.3.
const ROLES: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

const EXAMPLES: &str = "\
Three persons, three accounts: nobody is two of the three administrators. Their first passwords are printed once and
must be changed at the first sign-in. What is not given is asked for. Refused when there is any administrator.

Examples:
  yzt admin init
  yzt admin init --system zhao 赵工 --security qian 钱工 --audit sun 孙工";

/// Make the first administrators
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Admin {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make the first system, security and audit administrator
    Init(Init),
}

#[derive(Args)]
struct Init {
    /// 系统管理员: login and name
    #[arg(long, num_args = 2, value_names = ["LOGIN", "NAME"])]
    system: Option<Vec<String>>,
    /// 安全管理员: login and name
    #[arg(long, num_args = 2, value_names = ["LOGIN", "NAME"])]
    security: Option<Vec<String>>,
    /// 审计管理员: login and name
    #[arg(long, num_args = 2, value_names = ["LOGIN", "NAME"])]
    audit: Option<Vec<String>>,
}

impl Admin {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        let Action::Init(init) = self.action;
        with_app(config, async |app| init.run(&app).await)
    }
}

impl Init {
    async fn run(self, app: &App) -> Result<(), Failure> {
        let mut new = Vec::new();
        let mut told = Vec::new();
        for (role, given) in ROLES.into_iter().zip([self.system, self.security, self.audit]) {
            let (login, name) = person(role, given)?;
            let password = InitialPassword::new(app).await.map_err(said)?;
            told.push((role, login.clone(), password.text));
            new.push(NewAccount {
                id: app.new_id().to_string(),
                login,
                role,
                name,
                password: Some(password.hash),
                password_initial: true,
                holder_id: None,
                division: None,
            });
        }
        let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
        let mut entries = Vec::new();
        let make = move |conn: &mut Conn| -> Result<(), Refusal> {
            for role in ROLES {
                if !rows::of_role(conn, role.word())?.is_empty() {
                    return Err(Refusal::NotTheFirst);
                }
            }
            for account in new {
                let entry = Entry::new(audit::Action::AccountAdded, Context::command());
                entries.push(entry.on("account", account.id.as_str()).detail("role", account.role.word()));
                if !accounts::add(conn, &integrity, account, now)? {
                    return Err(Refusal::LoginTaken);
                }
            }
            Ok(audit.append_all(conn, &entries)?)
        };
        app.db.write(make).await?;
        for (role, login, password) in told {
            say(format_args!("{role:<14}  {login:<20}  {}", *password));
        }
        Ok(())
    }
}

/// Login and name of whoever takes a role: given, or asked for.
fn person(role: Role, given: Option<Vec<String>>) -> Result<(String, String), Failure> {
    let mut given = given.into_iter().flatten();
    let (login, name) = match (given.next(), given.next()) {
        (Some(login), Some(name)) => (login, name),
        _ => (
            ask(&format!("{} {role}, login: ", role.meaning().0))?,
            ask(&format!("{} {role}, name: ", role.meaning().0))?,
        ),
    };
    if login.trim().is_empty() || name.trim().is_empty() {
        return Err(Failure::wrong_use(format_args!("{role}: a login and a name are needed")));
    }
    Ok((login, name))
}

fn ask(prompt: &str) -> Result<String, Failure> {
    if std::io::stdin().is_terminal() {
        write!(std::io::stderr(), "{prompt}")?;
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Why no administrators were made.
enum Refusal {
    NotTheFirst,
    LoginTaken,
    Problem(Problem),
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotTheFirst => Self::new("there are administrators already; they make the others"),
            Refusal::LoginTaken => Self::new("a login is taken, or given twice; nothing was made"),
            Refusal::Problem(problem) => said(problem),
        }
    }
}
