//! `yzt keys`: signing keys, made, seen, rotated and revoked.

use std::io::Write;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{Failure, with_app};
use crate::app::App;
use crate::audit::{self, Context, Entry};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::{self, Ceremony, CeremonyError, KeyState, Revocation, Use};
use crate::publish;
use crate::store::keys::KeyRow;

const EXAMPLES: &str = "\
A new key signs once it has been in published trust lists for 24 hours, so that every officer's device knows it.
--use-now skips the wait, for a first start or an emergency; the reason is recorded.

A revocation takes two security administrators: one asks (POST /v1/keys/{kid}/revocation), another decides. When no
second one can be reached and a key is in other hands, --emergency revokes it here and now, and is recorded as such.

Examples:
  yzt keys init --use-now \"first start\"           make one key for each use
  yzt keys list
  yzt keys rotate presentation                     the next one takes over in 24 hours
  yzt keys adopt --use seal --label yzt-seal-2026  … and it is one the cryptographic module has already
  yzt keys revoke 1f2e3d4c5b6a7988 --reason \"stolen backup\" --all --emergency";

const TWO_PERSONS: &str = "a revocation takes two security administrators: one asks over the API \
    (POST /v1/keys/{kid}/revocation), another decides; in an emergency, add --emergency";

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
        /// root, seal, presentation, status or audit
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
    /// Revoke a key alone, in an emergency; what it signed before stays good unless --all
    Revoke {
        /// The key's id, see `yzt keys list`
        kid: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// It is an emergency, and no second security administrator can be reached. It is recorded as such
        #[arg(long)]
        emergency: bool,
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
            Action::Revoke { emergency: false, .. } => Err(Failure::new(TWO_PERSONS)),
            Action::Revoke { kid, reason, all, .. } => revoke(&app, kid, reason, all).await,
        })
    }
}

async fn revoke(app: &App, kid: String, reason: String, all: bool) -> Result<(), Failure> {
    let now = app.clock.now();
    let audit = app.audit.clone();
    let entry = Entry::new(audit::Action::KeyRevoked, Context::command()).on("key", kid.as_str());
    let entry = entry.because("emergency").detail("all", all);
    let revoke = move |conn: &mut _| {
        keys::revoke(conn, &kid, &Revocation { all, reason: &reason, approval: None }, now)?;
        Ok::<_, CeremonyError>(audit.append(conn, entry)?)
    };
    app.db.write(revoke).await?;
    publish::after_revocation(app).await;
    Ok(())
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
    text.parse().map_err(|()| "one of root, seal, presentation, status, audit")
}
