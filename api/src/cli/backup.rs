//! `yzt backup` and `yzt restore`: a copy of everything in one file, and the way back.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, say};
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
    action: Option<Action>,
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
enum Action {
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
        if let Some(Action::Verify { file, under }) = self.action {
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
        Ok(())
    }
}

impl Restore {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        let config = config.checked()?;
        let manifest = backup::restore(&config, &self.file, self.under.passphrase(&config)?.as_ref())?;
        tell(&manifest);
        Ok(())
    }
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
