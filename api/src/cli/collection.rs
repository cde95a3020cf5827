//! `yzt collection`: what is told to the ministry, how far it is, and what a person may do about it.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::accounts::said;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::audit::{Action as Audited, Context, Entry};
use crate::clock::Timestamp;
use crate::collection::{self, reconciliation, signer, state};
use crate::config::Config;
use crate::jobs;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::collection::differences::{self, DifferenceRow, ReconciliationRow};
use crate::store::collection::{self as rows, SET_ASIDE};

const EXAMPLES: &str = "\
Examples:
  yzt collection status          how far the ministry knows what happened here, and what waits
  yzt collection key             the public key to be registered at the ministry's site
  yzt collection replay 1000     send everything after event 1000 again
  yzt collection reconcile       compare every certificate with the ministry's list, and say what differs";

/// Collection (归集) to the ministry: status, pause, resume, replay, compare
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Collection {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// How it stands
    Status,
    /// Send nothing more until it is resumed
    Pause,
    /// Go on, at once
    Resume,
    /// Send everything after an event again; the ministry takes twice what it has as once
    Replay {
        /// The mark to go back to; 0: all
        mark: i64,
    },
    /// List the certificates set aside, with the reasons
    SetAside,
    /// Try certificates that were set aside again
    Retry {
        /// Id of the certificate; all, where it is not given
        certificate: Option<String>,
    },
    /// Compare with the ministry's list now, and name what differs
    Reconcile {
        /// Queue again what differs
        #[arg(long)]
        mend: bool,
    },
    /// Print the public key that this site signs its requests with
    Key,
}

impl Collection {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::Status => status(&app).await,
            Action::Pause => {
                let now = app.clock.now().millis();
                command(&app, "pause", move |conn| Ok(rows::pause(conn, Some(now))?)).await
            }
            Action::Resume => command(&app, "resume", |conn| Ok(rows::pause(conn, None)?)).await,
            Action::Replay { mark } if mark < 0 => Err(Failure::wrong_use("MARK: 0 or more")),
            Action::Replay { mark } => {
                command(&app, "replay", move |conn| Ok(rows::replay(conn, mark)?)).await
            }
            Action::SetAside => set_aside(&app).await,
            Action::Retry { certificate } => {
                command(&app, "retry", move |conn| {
                    let count = rows::retry(conn, certificate.as_deref())?;
                    say(format_args!("{count} queued"));
                    Ok(())
                })
                .await
            }
            Action::Reconcile { mend } => reconcile(Arc::new(app), mend).await,
            Action::Key => {
                let signer = signer(app.signer.keystore()).map_err(Failure::new)?;
                say(signer.public_key());
                Ok(())
            }
        })
    }
}

/// Does something, audited with it.
async fn command(
    app: &App,
    word: &'static str,
    work: impl FnOnce(&mut Conn) -> Result<(), Problem> + Send + 'static,
) -> Result<(), Failure> {
    let audit = app.audit.clone();
    let all = move |conn: &mut Conn| -> Result<(), Problem> {
        work(conn)?;
        audit.append(conn, Entry::new(Audited::CollectionCommanded, Context::command()).because(word))?;
        Ok(())
    };
    app.db.write(all).await.map_err(said)
}

async fn status(app: &App) -> Result<(), Failure> {
    let state = state::now(app).await.map_err(said)?;
    let at = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    say(format_args!(
        "collects            {}",
        if state.enabled { "yes" } else { "no: ministry_url is not set" }
    ));
    say(format_args!("mark / newest       {} / {}", state.mark, state.newest));
    say(format_args!("waiting             {}, oldest {}", state.waiting, at(state.oldest_waiting)));
    say(format_args!("set aside           {}", state.set_aside));
    say(format_args!("queued again        {}", state.requeued));
    say(format_args!("paused              {}", at(state.paused_at)));
    say(format_args!("last taken          {}", at(state.succeeded_at)));
    say(format_args!(
        "failures in a row   {}{}",
        state.failures,
        state.last_error.map(|error| format!(": {error}")).unwrap_or_default()
    ));
    Ok(())
}

async fn set_aside(app: &App) -> Result<(), Failure> {
    let mut after = String::new();
    loop {
        let from = after.clone();
        let page = app.db.read(move |conn: &mut Conn| rows::exceptions(conn, SET_ASIDE, &from, 100)).await?;
        for row in &page {
            say(format_args!("{}  since {}  {}", row.certificate_id, Timestamp(row.since), row.reason));
        }
        match page.last() {
            Some(last) => after.clone_from(&last.certificate_id),
            None => return Ok(()),
        }
    }
}

async fn reconcile(app: Arc<App>, mend: bool) -> Result<(), Failure> {
    let job = jobs::find("reconciliation").ok_or_else(|| Failure::new("there is no such job"))?;
    if app.ministry.is_none() {
        return Err(Failure::wrong_use("ministry_url is not set"));
    }
    if !jobs::run(&app, job).await.map_err(said)? {
        return Err(Failure::new("a server is at it"));
    }
    let newest = app.db.read(|conn: &mut Conn| differences::reconciliations(conn, "zzzz", 1)).await?;
    let Some(found) = newest.into_iter().next() else { return Ok(()) };
    print(&app, &found).await?;
    if mend {
        let now = app.clock.now().millis();
        command(&app, "mend", move |conn| {
            let count = reconciliation::mend(conn, &found.id, now)?;
            say(format_args!("{count} queued again"));
            Ok(())
        })
        .await?;
        collection::run(&app).await.map_err(said)?;
    }
    Ok(())
}

async fn print(app: &App, found: &ReconciliationRow) -> Result<(), Failure> {
    let mut after = String::new();
    loop {
        let (id, from) = (found.id.clone(), after.clone());
        let list = move |conn: &mut Conn| differences::list(conn, &id, &from, 100);
        let page: Vec<DifferenceRow> = app.db.read(list).await?;
        for row in &page {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            say(format_args!(
                "{}  {:<14} here {}  there {}",
                row.certificate_id,
                row.kind,
                text(&row.here),
                text(&row.there)
            ));
        }
        match page.last() {
            Some(last) => after.clone_from(&last.certificate_id),
            None => break,
        }
    }
    let ReconciliationRow { here, there, waiting, differences, .. } = found;
    say(format_args!("here {here}, there {there}, still to be sent {waiting}, different {differences}"));
    Ok(())
}
