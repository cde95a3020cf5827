//! `yzt service-keys`: keys that services sign their requests with.

use std::io::Write;

use clap::{Args, Subcommand};

use super::accounts::said;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::approvals;
use crate::audit::{self, Context, Entry};
use crate::auth::service_keys::{self, NewKey, Shown};
use crate::config::{Config, Environment};
use crate::problem::Problem;
use crate::store::StoreError;

const EXAMPLES: &str = "\
The service makes the key and keeps its private half; only the public half is registered. How requests are signed is in
docs/service-accounts.md. In production a security administrator decides on it, as on one that is asked for over the API.

Examples:
  yzt accounts add --login provincial-system --role issuer --name 省运政系统 --service
  yzt service-keys add --login provincial-system --label 2026 --public-key 0234…
  yzt service-keys list
  yzt service-keys revoke 1f2e3d4c5b6a7988";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ServiceKeys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Register a service's key; keys it has stay good
    Add {
        /// The service's account
        #[arg(long)]
        login: String,
        /// The SM2 public key in hexadecimal, compressed or uncompressed
        #[arg(long, value_name = "HEX")]
        public_key: String,
        /// What to call it
        #[arg(long)]
        label: String,
        /// How long it is good for, 731 days at most
        #[arg(long, default_value_t = 366)]
        days: u32,
    },
    /// List all keys
    List,
    /// Revoke a key: what it signed is refused from now on
    Revoke {
        /// The key's id, see `yzt service-keys list`
        kid: String,
    },
}

impl ServiceKeys {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::Add { login, public_key, label, days } => {
                add(&app, NewKey { login, public_key, label, days }).await
            }
            Action::List => list(&app).await,
            Action::Revoke { kid } => revoke(&app, kid).await,
        })
    }
}

async fn add(app: &App, new: NewKey) -> Result<(), Failure> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let asks = app.config.environment == Environment::Production;
    let (id, context) = (app.new_id().to_string(), Context::command());
    let add = move |conn: &mut _| -> Result<String, Problem> {
        if asks {
            let by = context.actor().unwrap_or_default().to_owned();
            let reason = "yzt service-keys add".to_owned();
            let wanted = service_keys::wanted(conn, &integrity, &new, id, by, reason)?;
            let approval = approvals::request(conn, &integrity, wanted, now)?;
            audit.append(conn, approvals::requested(context, &approval))?;
            return Ok(approval.object);
        }
        let row = service_keys::register(conn, &integrity, new, None, now)?;
        let entry = Entry::new(audit::Action::ClientAdded, context).on("service_key", row.kid.as_str());
        audit.append(conn, entry.detail("account", row.account_id))?;
        Ok(row.kid)
    };
    say(app.db.write(add).await.map_err(said)?);
    if asks {
        say("waits for a security administrator to approve it");
    }
    Ok(())
}

async fn list(app: &App) -> Result<(), Failure> {
    let (now, integrity) = (app.clock.now(), app.integrity.clone());
    let keys = app.db.read::<_, StoreError, _>(move |conn| service_keys::all(conn, &integrity, now)).await;
    let mut out = std::io::stdout().lock();
    for Shown { kid, login, label, state, ends_at, .. } in keys.map_err(Failure::new)? {
        writeln!(out, "{kid}  {login:<20}  {:<7}  until {ends_at}  {label}", state.word())?;
    }
    Ok(())
}

async fn revoke(app: &App, kid: String) -> Result<(), Failure> {
    let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
    let revoke = move |conn: &mut _| -> Result<bool, Problem> {
        let revoked = service_keys::revoke(conn, &integrity, &kid, now)?;
        if revoked {
            let entry = Entry::new(audit::Action::ClientRevoked, Context::command());
            audit.append(conn, entry.on("service_key", kid))?;
        }
        Ok(revoked)
    };
    if app.db.write(revoke).await.map_err(said)? {
        Ok(())
    } else {
        Err(Failure::new("there is no key with this id that was not revoked already"))
    }
}
