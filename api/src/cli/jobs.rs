//! `yzt jobs`: what a site does by itself, and how far it is.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::accounts::said;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::jobs::{self, JOBS};
use crate::store;

const EXAMPLES: &str = "\
Examples:
  yzt jobs list                  every job, when it was last done, whether it failed since
  yzt jobs run sessions_sweep    do it now, unless a server is at it";

/// List and run what a site does by itself
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Jobs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Every job, when it was last done, whether it failed since
    List,
    /// Do a job now, due or not
    Run {
        /// Its name
        name: String,
    },
}

impl Jobs {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        match self.action {
            Action::List => with_app(config, async |app| list(&app).await),
            Action::Run { name } => {
                let job = jobs::find(&name).ok_or_else(|| Failure::wrong_use("there is no such job"))?;
                with_app(config, async |app| {
                    app.learn_keys().await.map_err(Failure::new)?;
                    let is_done = jobs::run(&Arc::new(app), job).await.map_err(said)?;
                    if is_done { Ok(()) } else { Err(Failure::new("a server is at it")) }
                })
            }
        }
    }
}

async fn list(app: &App) -> Result<(), Failure> {
    let rows = app.db.read(store::jobs::list).await.map_err(Failure::new)?;
    for job in JOBS {
        let row = rows.iter().find(|row| row.name == job.name);
        let succeeded = row.and_then(|row| row.succeeded_at);
        let failed = row.and_then(|row| row.failed_at).filter(|at| Some(*at) > succeeded);
        let at = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), |at| Timestamp(at).to_string());
        say(format_args!(
            "{:<24}  done {:<24}  failed since {:<24}  {}",
            job.name,
            at(succeeded),
            at(failed),
            job.what.0
        ));
    }
    Ok(())
}
