//! `yzt serve`.

use super::Failure;
use crate::config::Config;
use crate::{log, server};

/// Serves until the process is asked to stop.
pub(super) fn run(config: Config) -> Result<(), Failure> {
    log::start(&config)?;
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(server::run(config))?)
}
