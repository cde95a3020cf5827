//! `yzt data-keys`: the keys that personal data is encrypted with, seen and renewed, and all of it encrypted again.

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::progress::Progress;
use super::{Failure, say, with_app};
use crate::app::App;
use crate::audit::{Action as Audited, Context, Entry};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::store::data_keys::{self as rows, DataKeyRow};
use crate::store::{Conn, StoreError};
use crate::vault::{self, Census, TAKEN_UP_WITHIN, Vault, VaultError, Walk};

const EXAMPLES: &str = "\
All of it runs while servers serve. Servers take a new data key up within 60 seconds, without a restart.
Blind indices are under a key of their own and stay as they are. No key is deleted.

Where each server has its own copy of the keystore, a new master key must be in all copies before it wraps anything:
make it with rewrap --only-make, copy the keystore, then rewrap.

Examples:
  yzt data-keys list
  yzt data-keys rotate               a new data key, for what is encrypted from now on
  yzt data-keys reencrypt            … and for all that is there; killed, it goes on when it is started again
  yzt data-keys rewrap --new         a new master key, and all data keys wrapped by it";

const BAR: &str = "{wide_bar} {msg} {eta}";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DataKeys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List data keys and master keys, and how many ciphertexts of each column are under which
    List,
    /// Make a data key, which encrypts from now on
    Rotate,
    /// Wrap all data keys by the newest master key
    Rewrap {
        /// Make a master key first
        #[arg(long)]
        new: bool,
        /// Make a master key and wrap nothing yet, so that it can be copied to other servers
        #[arg(long, conflicts_with = "new")]
        only_make: bool,
    },
    /// Encrypt again, under the newest data key, all that is under an older one
    Reencrypt,
}

impl DataKeys {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        with_app(config, async |app| match self.action {
            Action::List => list(&app).await,
            Action::Rotate => rotate(&app).await,
            Action::Rewrap { only_make: true, .. } => only_make(&app).await,
            Action::Rewrap { new, .. } => rewrap(&app, new).await,
            Action::Reencrypt => reencrypt(&app).await,
        })
    }
}

async fn list(app: &App) -> Result<(), Failure> {
    app.audit.record(Entry::new(Audited::DataKeysListed, Context::command())).await?;
    let keys = data_keys(app).await?;
    let masters = app.vault.masters()?;
    let census = counting(app, Vault::census).await?.0;
    let current = keys.iter().rfind(|row| row.retired_at.is_none()).map(|row| row.id.as_str());
    for row in &keys {
        let DataKeyRow { id, master_key, .. } = row;
        let state = match row.retired_at {
            Some(at) => format!("retired {}", Timestamp(at)),
            None if current == Some(id) => "current".to_owned(),
            None => "in use".to_owned(),
        };
        let made = Timestamp(row.created_at);
        say(format_args!("data key    {id}  made {made}  wrapped by {master_key}  {state}"));
    }
    for master in &masters {
        let state = match keys.iter().filter(|row| row.master_key == *master).count() {
            0 if masters.last() == Some(master) => "newest, wraps nothing yet".to_owned(),
            0 => "no longer needed".to_owned(),
            wrapped => format!("wraps {wrapped}"),
        };
        say(format_args!("master key  {master}  {state}"));
    }
    show(&census);
    Ok(())
}

fn show(census: &Census) {
    for ((column, key), count) in census {
        let key = key.map_or("no ciphertexts".to_owned(), |key| format!("under {key}"));
        say(format_args!("{column:<39}  {key}  {count}"));
    }
}

async fn rotate(app: &App) -> Result<(), Failure> {
    let (vault, audit) = (Arc::clone(&app.vault), app.audit.clone());
    let (now, id) = (app.clock.now(), app.new_id());
    let rotate = move |conn: &mut Conn| -> Result<_, VaultError> {
        let made = vault.rotate(conn, now, id)?;
        let entry = Entry::new(Audited::KeyMade, Context::command()).on("data_key", made.id.as_str());
        audit.append(conn, entry.detail("master", made.master_key.as_str()))?;
        Ok(made)
    };
    let made = app.db.write(rotate).await?;
    say(format_args!(
        "data key {} encrypts from now on; servers take it up within {TAKEN_UP_WITHIN:?}",
        made.id
    ));
    Ok(())
}

async fn make_master(app: &App) -> Result<String, VaultError> {
    let vault = Arc::clone(&app.vault);
    let name = tokio::task::spawn_blocking(move || vault.make_master()).await;
    let name = name.map_err(|_| StoreError::Stopped)??;
    app.audit
        .record(Entry::new(Audited::KeyMade, Context::command()).on("master_key", name.as_str()))
        .await?;
    Ok(name)
}

async fn only_make(app: &App) -> Result<(), Failure> {
    let name = make_master(app).await?;
    say(format_args!(
        "master key {name} is made; once every server has it, `yzt data-keys rewrap` takes it into use"
    ));
    Ok(())
}

async fn rewrap(app: &App, new: bool) -> Result<(), Failure> {
    if new {
        make_master(app).await?;
    }
    let (vault, audit) = (Arc::clone(&app.vault), app.audit.clone());
    let rewrap = move |conn: &mut Conn| -> Result<_, VaultError> {
        let done = vault.rewrap(conn)?;
        let entry =
            Entry::new(Audited::DataRekeyed, Context::command()).on("master_key", done.master.as_str());
        audit.append(conn, entry.because("rewrapped").detail("data_keys", done.data_keys))?;
        Ok(done)
    };
    let done = app.db.write(rewrap).await?;
    say(format_args!("master key {}: {} data keys wrapped again", done.master, done.data_keys));
    for name in &done.unneeded {
        say(format_args!("master key {name} is no longer needed, except to restore backups made before now"));
    }
    Ok(())
}

async fn reencrypt(app: &App) -> Result<(), Failure> {
    let entry = |why: &str| Entry::new(Audited::DataRekeyed, Context::command()).because(why);
    app.audit.record(entry("reencryption_begun")).await?;
    let mut replaced = 0;
    let walk = loop {
        let left = vault::until_taken_up(&data_keys(app).await?, app.clock.now());
        let (walk, rate) = counting(app, Vault::reencrypt).await?;
        replaced += walk.replaced;
        say(format_args!(
            "{rate}: {} under an older data key, {} encrypted again",
            walk.stale, walk.replaced
        ));
        match walk {
            Walk { stale: 0, .. } if left.is_zero() => break walk,
            Walk { stale: 0, .. } => {
                say(format_args!(
                    "waiting {} s until every server encrypts under {}",
                    left.as_secs(),
                    walk.current
                ));
                tokio::time::sleep(left).await;
            }
            // Nothing else is left: to walk again would change nothing.
            Walk { stale, unreadable, .. } if unreadable >= stale => return Err(unreadable_left(unreadable)),
            _ => {}
        }
    };
    let (current, audit, now) = (walk.current.to_string(), app.audit.clone(), app.clock.now());
    let entry = entry("reencrypted").on("data_key", current.as_str()).detail("replaced", replaced);
    let retire = move |conn: &mut Conn| -> Result<_, VaultError> {
        let retired = vault::retire_older(conn, &current, now)?;
        audit.append(conn, entry.detail("retired", retired.clone()))?;
        Ok(retired)
    };
    for id in app.db.write(retire).await? {
        say(format_args!("data key {id} is retired: nothing is under it any more"));
    }
    say(format_args!("all {} ciphertexts are under {}", walk.seen, walk.current));
    Ok(())
}

fn unreadable_left(count: u64) -> Failure {
    Failure::new(format_args!(
        "{count} ciphertexts do not open, see `yzt data-keys list`; they stay as they are, and no data key is retired"
    ))
}

async fn data_keys(app: &App) -> Result<Vec<DataKeyRow>, StoreError> {
    app.db.read(rows::list).await
}

/// Does work that goes through all ciphertexts on a thread that may block, and shows how far it is.
async fn counting<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Vault, &mut dyn FnMut(u64)) -> Result<T, VaultError> + Send + 'static,
) -> Result<(T, String), Failure> {
    let vault = Arc::clone(&app.vault);
    let count = move || -> Result<_, VaultError> {
        let mut progress = Progress::begin(Some(vault.count()?), BAR);
        let done = work(&vault, &mut |seen| progress.move_to(seen))?;
        Ok((done, progress.end()))
    };
    let counted = tokio::task::spawn_blocking(count).await;
    Ok(counted.map_err(|_| StoreError::Stopped)??)
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::new(error)
    }
}
