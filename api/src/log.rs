//! The structured log: what is written where. What may be written is said in `observe.rs`.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{Config, ConfigError, LogFormat};

/// The framework's own lines name paths and headers at some levels, so they stay out at every level.
const QUIET: &str = "actix_http=off,actix_web=off,actix_server=warn";

/// Starts the log, on standard error. Only the first start in a process counts.
///
/// # Errors
/// When the setting `log_level` is not understood.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let levels = format!("{},{QUIET}", config.log_level);
    let filter = EnvFilter::try_new(levels).map_err(|_| ConfigError::Unfit {
        name: "log_level".to_owned(),
        expected: "a level, or levels for parts of the program".to_owned(),
    })?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error only says that a log has been started before: in tests, by a neighbour.
    let _ = match config.log_format {
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).try_init(),
        LogFormat::Text => log.try_init(),
    };
    Ok(())
}
