//! `yzt demo`: the whole way of a certificate on a server of its own, told in the terminal.
//!
//! Real parts only: a server that listens, requests over HTTP, a picture that is read again, files that are
//! verified without the server. Its accounts have passwords anybody can read, so its data is kept apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failure, block_on, say};
use crate::clock::Clock;
use crate::config::{Config, LogFormat, SecondFactor};
use crate::server::{self, Running};

mod accounts;
mod client;
mod forge;
mod notebook;
mod story;

/// Where the demonstration listens, if nobody else does.
const USUAL_ADDRESS: &str = "127.0.0.1:8080";
const ANY_ADDRESS: &str = "127.0.0.1:0";
/// Enough rounds for passwords that are printed anyway.
const ROUNDS: u32 = 1_000;

const EXAMPLES: &str = "\
Examples:
  yzt demo                 the story, then a server to try until Ctrl-C
  yzt demo --story         only the story; ends with 0, or 1 if a step was not as expected";

/// Show the whole way of a certificate, with invented data
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Demo {
    /// End after the story
    #[arg(long)]
    story: bool,
    /// Directory for what the demonstration writes; its data is made anew every time
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    dir: PathBuf,
}

impl Demo {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        block_on(self.tell())?
    }

    async fn tell(self) -> Result<ExitCode, Failure> {
        let config = prepare(&self.dir)?;
        crate::log::start(&config)?;
        let server = start(config).await?;
        let accounts = accounts::make(server.app()).await?;
        let as_expected = story::tell(&server, &accounts, &self.dir).await?;
        if self.story || !as_expected {
            server.stop().await?;
            return Ok(ExitCode::from(u8::from(!as_expected)));
        }
        invite(&server, &accounts);
        server.until_asked_to_stop().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Clears what an earlier demonstration left, and nothing else that may be in the directory.
fn prepare(dir: &Path) -> Result<Config, Failure> {
    for name in ["data", "bundle", "bundle-cancelled"] {
        match fs::remove_dir_all(dir.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let data = dir.join("data");
    fs::create_dir_all(&data)?;
    Ok(Config {
        data_dir: data.to_string_lossy().into_owned(),
        keystore_rounds: ROUNDS,
        password_rounds: ROUNDS,
        second_factor: SecondFactor::Off,
        device_credentials: true,
        status_list_interval: 1,
        log_format: LogFormat::Text,
        log_level: "warn".to_owned(),
        ..Config::default()
    })
}

async fn start(config: Config) -> Result<Running, Failure> {
    let at = |bind: &str| Config { bind: bind.to_owned(), ..config.clone() };
    match server::spawn(at(USUAL_ADDRESS), Clock::System).await {
        Err(crate::app::StartError::Listen(_)) => Ok(server::spawn(at(ANY_ADDRESS), Clock::System).await?),
        other => Ok(other?),
    }
}

fn invite(server: &Running, accounts: &accounts::Accounts) {
    let address = server.address();
    say("");
    say(format_args!("  接口文档 API, to try in the browser:  http://{address}/docs/"));
    say(format_args!("  接口描述 OpenAPI document:            http://{address}/openapi.json"));
    say(format_args!("  核验数据包 bundle:                    http://{address}/v1/bundle"));
    say(format_args!("  运行指标 metrics:                     http://{address}/metrics"));
    say("演示账号 demo accounts (POST /v1/sessions):");
    for account in accounts.all() {
        say(format_args!("  {:<8} {:<10} {}", account.login, account.password, account.about));
    }
    say("服务已启动，按 Ctrl-C 结束。 The server is up; Ctrl-C ends it.");
}
