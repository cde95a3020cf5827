//! `yzt audit`: the audit log, verified, signed, exported and archived.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use verifier_core::checkpoint::Checkpoint;
use verifier_core::sm2::PublicKey;

use super::progress::Progress;
use super::{Failure, block_on, say};
use crate::app::App;
use crate::audit::archive::Month;
use crate::audit::file::Export;
use crate::audit::{Action as Audited, AuditError, Context, Entry, public_keys};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::store::{Conn, StoreError, audit as rows};

mod verify;

const EXAMPLES: &str = "\
Examples:
  yzt audit verify                                   the whole log
  yzt audit verify --checkpoint kept.cose            … and against a checkpoint that was kept elsewhere
  yzt audit verify --file audit.ndjson --key HEX     a file, without any database
  yzt audit checkpoint --out kept.cose               sign where the log stands
  yzt audit export --from 1 --to 5000 --out audit.ndjson
  yzt audit archive --before 2026-05 --out /archive  the months before May, into files and out of the database";

const BAR: &str = "{wide_bar} {msg}";
const SECONDS_PER_DAY: i64 = 86_400;

/// Verify, sign, export and archive the audit log
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Verify(verify::Verify),
    /// Sign where the log stands, to be kept elsewhere
    Checkpoint {
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write entries to a file, closed by a signed checkpoint
    Export {
        /// Number of the first entry
        #[arg(long, default_value_t = 1)]
        from: i64,
        /// Number of the last entry; by default the last there is
        #[arg(long)]
        to: Option<i64>,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Move whole months into files, one a month, and out of the database
    Archive {
        /// The first month that stays, such as 2026-05
        #[arg(long, value_name = "MONTH")]
        before: Month,
        /// Directory to write into
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

impl Audit {
    pub(super) fn run(self, config: Config) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Verify(verify) => return verify.run(config),
            Action::Checkpoint { out } => with_keys(config, async |app| checkpoint(&app, &out).await),
            Action::Export { from, to, out } => {
                with_keys(config, async |app| export(&app, from, to, out).await)
            }
            Action::Archive { before, out } => {
                with_keys(config, async |app| archive(&app, before, out).await)
            }
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Does `work` with database, keystore and signing keys, without a server.
fn with_keys(config: Config, work: impl AsyncFnOnce(Arc<App>) -> Result<(), Failure>) -> Result<(), Failure> {
    block_on(async { work(Arc::new(App::start(config, Clock::System).await?)).await })?
}

async fn checkpoint(app: &Arc<App>, out: &Path) -> Result<(), Failure> {
    let signing = Arc::clone(app);
    let sign = move |conn: &mut Conn| -> Result<_, AuditError> {
        let signed = signing.audit.checkpoint(conn, &signing.signer, &signing.config.iss)?;
        Ok(signed.zip(Some(public_keys(conn)?)))
    };
    let Some((signed, keys)) = app.db.write(sign).await? else {
        return Err(Failure::new("the audit log has no entry yet"));
    };
    std::fs::write(out, &signed)?;
    show(&signed, &keys)
}

async fn export(app: &Arc<App>, from: i64, to: Option<i64>, out: PathBuf) -> Result<(), Failure> {
    let entry = Entry::new(Audited::AuditExported, Context::command()).detail("from", from);
    let entry = to.into_iter().fold(entry, |entry, to| entry.detail("to", to));
    app.audit.record(entry).await.map_err(Failure::new)?;
    let writing = Arc::clone(app);
    let write = move |conn: &mut Conn| -> Result<_, AuditError> {
        let head = rows::head(conn)?.map_or(0, |head| head.seq);
        let to = to.unwrap_or(head).min(head);
        let (signer, iss) = (&*writing.signer, writing.config.iss.as_str());
        let what = Export { signer, iss, from, to, archived: false };
        let mut progress = Progress::begin(u64::try_from(to - from + 1).ok(), BAR);
        let exported = writing.audit.write_file(conn, &what, &out, |count| progress.set(count))?;
        let said = progress.end();
        Ok((exported.zip(Some(public_keys(conn)?)), said))
    };
    let (exported, said) = app.db.read(write).await?;
    let (exported, keys) = exported.ok_or_else(|| Failure::new("there are no such entries"))?;
    say(said);
    show(&exported.checkpoint, &keys)
}

async fn archive(app: &Arc<App>, before: Month, out: PathBuf) -> Result<(), Failure> {
    let kept = app.clock.now().plus_seconds(-i64::from(app.config.audit_retention) * SECONDS_PER_DAY);
    if before.start().is_none_or(|start| start > kept) {
        return Err(Failure::new(format_args!(
            "entries stay for {} days (setting audit_retention): {before} is too late",
            app.config.audit_retention
        )));
    }
    loop {
        let first = app.db.read::<_, StoreError, _>(rows::first).await.map_err(Failure::new)?;
        let month = first.and_then(|row| Month::of(Timestamp(row.at))).filter(|month| *month < before);
        let Some(month) = month else { return Ok(()) };
        if !archive_month(app, month, &out).await? {
            return Ok(());
        }
    }
}

/// Archives a month: `false` when nothing was left to take out.
async fn archive_month(app: &Arc<App>, month: Month, out: &Path) -> Result<bool, Failure> {
    let (writing, out) = (Arc::clone(app), out.to_owned());
    let write = move |conn: &mut Conn| -> Result<_, AuditError> {
        let by = (&*writing.signer, writing.config.iss.as_str());
        let mut progress = Progress::begin(None, "{spinner} {msg}");
        let archive = writing.audit.write_archive(conn, by, month, &out, |count| progress.set(count))?;
        Ok(archive.zip(Some(progress.end())))
    };
    let Some((archive, said)) = app.db.read(write).await? else {
        return Ok(false);
    };
    let audit = app.audit.clone();
    let path = archive.path.clone();
    app.db.write(move |conn| audit.remove_archived(conn, &archive, Context::command())).await?;
    say(format_args!("{}: {said}", path.display()));
    Ok(true)
}

/// Prints what a checkpoint says, and with which public key it is verified.
fn show(signed: &[u8], keys: &[PublicKey]) -> Result<(), Failure> {
    for key in keys {
        if let Ok(checkpoint) = Checkpoint::open(signed, std::slice::from_ref(key)) {
            let Checkpoint { first, seq, hash, .. } = checkpoint;
            say(format_args!("entries {first} to {seq}, hash {}", HEXLOWER.encode(&hash)));
            say(format_args!("verified with --key {}", HEXLOWER.encode(&key.compressed())));
            return Ok(());
        }
    }
    Err(Failure::new("the checkpoint just signed does not open; see `yzt keys list`"))
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::new(error)
    }
}
