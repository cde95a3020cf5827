//! `yzt serve`.

use std::path::PathBuf;

use super::Failure;
use crate::config::Config;
use crate::{log, server};

/// Serves until the process is asked to stop. `file` is where the settings came from, to be read again on SIGHUP.
pub(super) fn run(config: Config, file: Option<PathBuf>) -> Result<(), Failure> {
    log::start(&config)?;
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(server::run(config, file))?)
}
