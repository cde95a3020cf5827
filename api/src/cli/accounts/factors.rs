//! `yzt accounts reset-factors`: for who lost every second factor.

use clap::Args;

use super::{find, said, say};
use crate::app::App;
use crate::approvals::{self, Wanted};
use crate::audit::{Action, Context, Entry};
use crate::auth::factors;
use crate::cli::Failure;
use crate::config::Environment;
use crate::problem::{Code, Problem};
use crate::store::{self, Conn};

#[derive(Args)]
pub(super) struct Reset {
    /// Its login
    login: String,
    /// Why, and how the person was recognised: 1 to 200 characters
    #[arg(long)]
    reason: String,
    /// Do it now, without a second person: for when no security administrator can sign in. The audit log says so
    #[arg(long)]
    alone: bool,
}

impl Reset {
    pub(super) async fn run(self, app: &App) -> Result<(), Failure> {
        let id = find(app, self.login.clone()).await?;
        let waits = app.config.environment == Environment::Production && !self.alone;
        let (now, integrity, audit) = (app.clock.now(), app.integrity.clone(), app.audit.clone());
        let approval = app.new_id().to_string();
        let reset = move |conn: &mut Conn| -> Result<(), Problem> {
            let row = store::accounts::find(conn, &id)?.ok_or(Code::NotFound)?;
            if waits {
                let by = Context::command().actor().unwrap_or_default().to_owned();
                let wanted = Wanted::factor_reset(approval, &row, by, self.reason);
                let asked = approvals::request(conn, &integrity, wanted, now)?;
                return Ok(audit.append(conn, approvals::requested(Context::command(), &asked))?);
            }
            factors::reset(conn, &id, now)?;
            let entry = Entry::new(Action::FactorRemoved, Context::command()).on("account", id);
            Ok(audit.append(conn, entry.detail("reason", self.reason).detail("alone", self.alone))?)
        };
        app.db.write(reset).await.map_err(said)?;
        if waits {
            say("waits for a security administrator, 72 hours at most");
        }
        Ok(())
    }
}
