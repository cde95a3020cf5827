//! `yzt migrate`: the schema brought up to date before the servers of a new version are started.

use clap::Args;

use super::{Failure, say};
use crate::config::Config;
use crate::store::{inventory, migrate};

const EXAMPLES: &str = "\
Servers of the version before go on meanwhile: see docs/operations.md, section 8.

Examples:
  yzt migrate --check        what would be applied; exit code 1 when there is something
  yzt migrate";

/// Bring the database's schema up to date
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Migrate {
    /// Only say what would be applied
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        let mut conn = inventory::connect(&config.checked()?.store()?)?;
        if !self.check {
            for version in migrate::up(&mut conn)? {
                say(version);
            }
            return Ok(());
        }
        let pending = migrate::pending(&mut conn)?;
        for version in &pending {
            say(version);
        }
        if pending.is_empty() { Ok(()) } else { Err(Failure::new("there are migrations to apply")) }
    }
}
