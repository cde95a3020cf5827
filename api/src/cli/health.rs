//! `yzt health`: asks the server on this machine how it is, for containers and scripts without an HTTP client.

use std::time::Duration;

use clap::Args;

use super::{Failure, block_on, say};
use crate::config::Config;
use crate::outbound;

const PATIENCE: Duration = Duration::from_secs(4);

const EXAMPLES: &str = "\
Examples:
  yzt health           whether the server that these settings name answers
  yzt health --ready   whether every part of it works";

/// Ask the server on this machine whether it lives
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Health {
    /// Ask whether it is ready, part by part
    #[arg(long)]
    ready: bool,
}

impl Health {
    pub(super) fn run(self, config: &Config) -> Result<(), Failure> {
        let path = if self.ready { "readyz" } else { "healthz" };
        // A server that listens on every address answers on this machine's own.
        let address = config.bind.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]");
        let (ok, text) = block_on(ask(format!("http://{address}/{path}")))?.map_err(Failure::new)?;
        say(text.trim_end());
        if ok { Ok(()) } else { Err(Failure::new("not ready")) }
    }
}

async fn ask(address: String) -> reqwest::Result<(bool, String)> {
    let http = outbound::plain().timeout(PATIENCE).no_proxy().build()?;
    let answer = http.get(address).send().await?;
    Ok((answer.status().is_success(), answer.text().await?))
}
