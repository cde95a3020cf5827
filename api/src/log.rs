//! The structured log: what is written where. What may be written is said in `observe.rs`.

use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Config, ConfigError, LogFormat};

/// The framework's own lines name paths and headers at some levels, so they stay out at every level.
const QUIET: &str = "actix_http=off,actix_web=off,actix_server=warn";

/// The levels of the running log; empty until it is started.
static LEVELS: OnceLock<Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts the log, on standard error. Only the first start in a process counts.
///
/// # Errors
/// When the setting `log_level` is not understood.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let (filter, levels) = reload::Layer::new(filter(config)?);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => lines.boxed(),
    };
    // An error only says that a log has been started before: in tests, by a neighbour.
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_ok() {
        let _ = LEVELS.set(levels);
    }
    Ok(())
}

/// Logs at other levels from now on.
///
/// # Errors
/// When the setting `log_level` is not understood; the levels are then as before.
pub fn change_level(config: &Config) -> Result<(), ConfigError> {
    let filter = filter(config)?;
    if let Some(levels) = LEVELS.get() {
        // It errs only once the log is gone, and then there is nothing to say it to.
        let _ = levels.reload(filter);
    }
    Ok(())
}

fn filter(config: &Config) -> Result<EnvFilter, ConfigError> {
    let levels = format!("{},{QUIET}", config.log_level);
    EnvFilter::try_new(levels).map_err(|_| ConfigError::Unfit {
        name: "log_level".to_owned(),
        expected: "a level, or levels for parts of the program".to_owned(),
    })
}
