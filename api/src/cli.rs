//! The `yzt` command line: what it takes, and how it ends. Each command is in `cli/<command>.rs`.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::keys::CeremonyError;
use crate::record::Day;
use crate::store::StoreError;

mod accounts;
mod admin;
mod audit;
mod backup;
mod bundle;
mod collection;
mod conformity;
mod data_keys;
mod demo;
mod docs;
mod faces;
mod generate;
mod health;
mod import;
mod jobs;
mod keys;
mod migrate;
mod progress;
mod provinces;
mod serve;
mod service_keys;
mod verify;

#[cfg(test)]
pub(crate) use generate::write as write_records;

/// The end of a command that was not used as its help says (sysexits `EX_USAGE`).
const WRONG_USE: u8 = 64;

const EXAMPLES: &str = "\
Examples:
  yzt demo                           the whole story, with invented data
  yzt serve                          start a server; no setting is needed
  YZT_BIND=0.0.0.0:80 yzt serve      … listening elsewhere
  yzt generate --count 1000 --out certificates.ndjson
  yzt import certificates.ndjson     take certificates in
  yzt admin init                     the first three administrators
  yzt accounts add --login zhang --role officer --name 张警官
  yzt bundle export --out DIR        what officers carry, as files
  yzt verify --bundle DIR CODE       decide about a code without network
  yzt audit verify                   whether the audit log is as it was written
  yzt backup --out FILE              database and keys in one file, while servers go on
  yzt faces --out DIR                specimens of all nine faces, to look at
  yzt docs configuration             all settings";

/// 道路运输电子证照 Electronic road-transport certificates
#[derive(Parser)]
#[command(name = "yzt", version, after_help = EXAMPLES)]
struct Arguments {
    /// Settings file (TOML); see docs/configuration.md
    #[arg(long, env = "YZT_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server
    Serve,
    Demo(demo::Demo),
    Import(import::Import),
    Generate(generate::Generate),
    Bundle(bundle::Bundle),
    Verify(verify::Verify),
    /// Make, list, rotate and revoke signing keys
    Keys(keys::Keys),
    /// The keys that personal data is encrypted with: list, renew, and encrypt again
    DataKeys(data_keys::DataKeys),
    Admin(admin::Admin),
    /// Add, list, disable and check accounts
    Accounts(accounts::Accounts),
    Audit(audit::Audit),
    /// Register, list and revoke the keys that services sign requests with
    ServiceKeys(service_keys::ServiceKeys),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Migrate(migrate::Migrate),
    Health(health::Health),
    Faces(faces::Specimens),
    Jobs(jobs::Jobs),
    Collection(collection::Collection),
    Provinces(provinces::Provinces),
    Conformity(conformity::Conformity),
    /// Print a document made from this program
    Docs(docs::Docs),
}

/// Runs the command that these arguments are; the first is the program's name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(message) => {
            let asked_for_help = !message.use_stderr();
            let _ = message.print();
            return ExitCode::from(if asked_for_help { 0 } else { WRONG_USE });
        }
    };
    match dispatch(arguments) {
        Ok(code) => code,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "yzt: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let config = || Config::load(arguments.config.as_deref());
    match arguments.command {
        Command::Serve => serve::run(config()?, arguments.config)?,
        Command::Import(import) => return import.run(config()?),
        Command::Generate(generate) => generate.run()?,
        Command::Demo(demo) => return demo.run(),
        Command::Bundle(bundle) => bundle.run(config()?)?,
        Command::Verify(verify) => return verify.run(),
        Command::Keys(keys) => keys.run(config()?)?,
        Command::DataKeys(keys) => keys.run(config()?)?,
        Command::Admin(admin) => admin.run(config()?)?,
        Command::Accounts(accounts) => accounts.run(config()?)?,
        Command::Audit(audit) => return audit.run(config()?),
        Command::ServiceKeys(keys) => keys.run(config()?)?,
        Command::Backup(backup) => backup.run(config()?)?,
        Command::Restore(restore) => restore.run(config()?)?,
        Command::Migrate(migrate) => migrate.run(config()?)?,
        Command::Health(health) => health.run(&config()?)?,
        Command::Faces(faces) => faces.run(&config()?)?,
        Command::Jobs(jobs) => jobs.run(config()?)?,
        Command::Collection(collection) => collection.run(config()?)?,
        Command::Provinces(provinces) => provinces.run(config()?)?,
        Command::Conformity(conformity) => conformity.run(config()?)?,
        Command::Docs(docs) => docs.run()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A day given on the command line.
fn day(text: &str) -> Result<Day, &'static str> {
    Day::parse(text).ok_or("a day is eight digits, YYYYMMDD")
}

/// Runs asynchronous work to its end.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(tokio::runtime::Runtime::new()?.block_on(work))
}

/// Prints a line to standard output. Whoever closed it does not want it.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Does `work` with the database and the keystore, without a server.
fn with_app(config: Config, work: impl AsyncFnOnce(App) -> Result<(), Failure>) -> Result<(), Failure> {
    let app = App::open(config, Clock::System)?;
    tokio::runtime::Runtime::new()?.block_on(work(app))
}

/// Why a command ended without doing what it was asked.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(message: impl Display) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    fn wrong_use(message: impl Display) -> Self {
        Self { code: WRONG_USE, message: message.to_string() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::wrong_use(error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(error) => error.into(),
            other => Self::new(other),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error)
    }
}

impl From<CeremonyError> for Failure {
    fn from(error: CeremonyError) -> Self {
        Self::new(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error)
    }
}
