//! `yzt keys`: signing keys, made, seen, rotated and revoked.

use std::io::Write;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{Failure, with_app};
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::{self, Ceremony, KeyState, Use};
use crate::store::keys::KeyRow;

const EXAMPLES: &str = "\
A new key signs once it has been in published trust lists for 24 hours, so that every officer's device knows it.
--use-now skips the wait, for a first start or an emergency; the reason is recorded.

Examples:
  yzt keys init --use-now \"first start\"           make one key for each use
  yzt keys list
  yzt keys rotate presentation                     the next one takes over in 24 hours
  yzt keys adopt --use seal --label yzt-seal-2026  … and it is one the cryptographic module has already
  yzt keys revoke 1f2e3d4c5b6a7988 --reason \"lost backup\"";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key for every use that has none
    Init {
        /// Mark the keys for development: production refuses them
        #[arg(long)]
        development: bool,
        /// Let them sign at once, and say why
        #[arg(long, value_name = "REASON")]
        use_now: Option<String>,
    },
    /// List all keys
    List,
    /// Make the key that takes over
    Rotate {
        /// root, seal, presentation or status
        #[arg(value_name = "USE", value_parser = parse_use)]
        key_use: Use,
        /// Let it sign at once, and say why
        #[arg(long, value_name = "REASON")]
        use_now: Option<String>,
    },
    /// Register a key that the cryptographic module has already; its private half stays there
    Adopt {
        /// root, seal, presentation or status
        #[arg(long = "use", value_name = "USE", value_parser = parse_use)]
        key_use: Use,
        /// What the module calls it
        #[arg(long)]
        label: String,
        /// Let it sign at once, and say why
        #[arg(long, value_name = "REASON")]
        use_now: Option<String>,
    },
    /// Revoke a key; what it signed before stays good unless --all
    Revoke {
        /// The key's id, see `yzt keys list`
        kid: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// What it signed before falls too: the key was in other hands
        #[arg(long)]
        all: bool,
    },
}

impl Keys {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::Init { development, use_now } => init(&app, development, use_now).await,
            Action::List => list(&app).await,
            Action::Rotate { key_use, use_now } => rotate(&app, key_use, use_now).await,
            Action::Adopt { key_use, label, use_now } => adopt(&app, key_use, label, use_now).await,
            Action::Revoke { kid, reason, all } => {
                let now = app.clock.now();
                Ok(app.db.write(move |conn| keys::revoke(conn, &kid, all, &reason, now)).await?)
            }
        })
    }
}

async fn init(app: &App, development: bool, use_now: Option<String>) -> Result<(), Failure> {
    let ceremony = ceremony(app, development, use_now);
    let made = app.db.write(move |conn| ceremony.init(conn)).await?;
    show(&made, app.clock.now())
}

async fn list(app: &App) -> Result<(), Failure> {
    let rows = app.db.read(crate::store::keys::list).await.map_err(Failure::new)?;
    show(&rows, app.clock.now())
}

async fn rotate(app: &App, key_use: Use, use_now: Option<String>) -> Result<(), Failure> {
    let ceremony = ceremony(app, false, use_now);
    let made = app.db.write(move |conn| ceremony.rotate(conn, key_use)).await?;
    show(&[made], app.clock.now())
}

async fn adopt(app: &App, key_use: Use, label: String, use_now: Option<String>) -> Result<(), Failure> {
    let ceremony = ceremony(app, false, use_now);
    let adopted = app.db.write(move |conn| ceremony.adopt(conn, key_use, &label)).await?;
    show(&[adopted], app.clock.now())
}

fn ceremony(app: &App, development: bool, use_now: Option<String>) -> Ceremony {
    Ceremony { signer: Arc::clone(&app.signer), now: app.clock.now(), development, use_now }
}

fn show(rows: &[KeyRow], now: Timestamp) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for row in rows {
        let state = KeyState::of(row, rows, now);
        let mark = if row.development { "development" } else { "" };
        let ends = Timestamp(row.not_after);
        let (kid, key_use, custody) = (&row.kid, &row.key_use, &row.custody);
        writeln!(out, "{kid}  {key_use:<12}  {state:<11}  until {ends}  {custody:<8}  {mark}")?;
    }
    Ok(())
}

fn parse_use(text: &str) -> Result<Use, &'static str> {
    text.parse().map_err(|()| "one of root, seal, presentation, status")
}
