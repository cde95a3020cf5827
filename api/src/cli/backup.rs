//! `yzt backup` and `yzt restore`: a copy of everything in one file, and the way back.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, say, with_app};
use crate::audit::{Action, Context, Entry};
use crate::backup::{self, BackupError, Manifest, Options};
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, Environment, Secret};

const EXAMPLES: &str = "\
The file holds names and codes of persons: it is encrypted under the passphrase of --passphrase-file or the setting
backup_passphrase_file, and in production never otherwise unless --plain says so. Keep that passphrase and the one of
the key files elsewhere than the backups.

Examples:
  yzt backup --out /var/backups/yzt/2026-06-15.yztb
  yzt backup verify /var/backups/yzt/2026-06-15.yztb
  yzt restore /var/backups/yzt/2026-06-15.yztb";

/// Back up the database and the key files into one file, while servers go on
#[derive(Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Backup {
    #[command(subcommand)]
    step: Option<Step>,
    /// The file to make; it must not exist. Default: yzt-<time>.yztb here
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave the key files out, where they are backed up another way
    #[arg(long)]
    without_keys: bool,
    /// Do not encrypt
    #[arg(long, conflicts_with = "passphrase_file")]
    plain: bool,
    #[command(flatten)]
    under: Under,
}

#[derive(Subcommand)]
enum Step {
    /// Read a backup to its end and check every part
    Verify {
        /// The backup
        file: PathBuf,
        #[command(flatten)]
        under: Under,
    },
}

/// Restore a backup into an empty place
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    #[command(flatten)]
    under: Under,
}

#[derive(Args)]
struct Under {
    /// A file whose first line is the passphrase of the backup
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Backup {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        if let Some(Step::Verify { file, under }) = self.step {
            let manifest = backup::verify(&file, under.passphrase(&config)?.as_ref())?;
            tell(&manifest);
            return Ok(());
        }
        let config = config.checked()?;
        let passphrase = if self.plain { None } else { self.under.passphrase(&config)? };
        if passphrase.is_none() && !self.plain && config.environment == Environment::Production {
            return Err(BackupError::PassphraseNeeded.into());
        }
        let now = Clock::System.now();
        let out = self.out.unwrap_or_else(|| PathBuf::from(name(now)));
        let manifest = backup::create(
            &config,
            &Options { out: out.clone(), passphrase, keys: !self.without_keys, now },
        )?;
        tell(&manifest);
        say(out.display());
        record(config, Action::BackupMade, &out, &manifest)
    }
}

impl Restore {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        let config = config.checked()?;
        let manifest = backup::restore(&config, &self.file, self.under.passphrase(&config)?.as_ref())?;
        tell(&manifest);
        if !manifest.has_keys() {
            say("no key files are in this backup: put yours in place before a server is started");
            return Ok(());
        }
        record(config, Action::BackupRestored, &self.file, &manifest)
    }
}

/// Writes into the audit log that it was done, under the file's name.
fn record(config: Config, action: Action, file: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entry = Entry::new(action, Context::command()).on("backup", name);
    let entry =
        entry.detail("made_at", manifest.made_at.to_string()).detail("schema", manifest.schema.clone());
    with_app(config, async |app| Ok(app.audit.record(entry).await?))
}

impl Under {
    fn passphrase(&self, config: &Config) -> Result<Option<Secret>, Failure> {
        let setting = Some(Path::new(&config.backup_passphrase_file));
        let file = self.passphrase_file.as_deref().or(setting).filter(|file| !file.as_os_str().is_empty());
        Ok(file.map(backup::passphrase).transpose()?)
    }
}

fn name(now: Timestamp) -> String {
    format!("yzt-{}.yztb", now.to_string().replace([':', '.'], "-"))
}

fn tell(manifest: &Manifest) {
    let rows: i64 = manifest.rows.values().sum();
    say(format_args!(
        "{} {} schema {}: {} tables, {rows} rows, {} files",
        manifest.made_at,
        manifest.database,
        manifest.schema,
        manifest.rows.len(),
        manifest.parts.len(),
    ));
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::new(error)
    }
}
