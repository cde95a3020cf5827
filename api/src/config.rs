//! Settings: what a site may decide. Each has a default that is safe and works; none is needed to start.
//!
//! They come from the defaults, then a TOML file (`--config FILE` or `YZT_CONFIG`), then the environment
//! (`YZT_` and the name in capitals); the last one counts. The table itself is in `config/settings.rs`, and
//! `docs/configuration.md` is made from it.

use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

mod kinds;
mod live;
mod production;
mod reference;
mod settings;

pub use kinds::{Constant, Environment, LogFormat, Origins, SecondFactor, Secret, SiteRole};
pub use live::{Live, Reloaded, is_live};
pub use production::faults;
pub use reference::reference;
pub use settings::{Config, SETTINGS, Setting};

/// Why the settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable(PathBuf, String),
    /// The file is not TOML.
    NotToml(String),
    /// There is no setting of this name.
    Unknown(String),
    /// The setting does not take this value. The value itself may be secret and is not repeated.
    Unfit {
        /// The setting.
        name: String,
        /// What it takes.
        expected: String,
    },
    /// The settings do not go together with production; each line names one reason.
    NotForProduction(Vec<&'static str>),
}

impl Config {
    /// The settings of this process: defaults, `file`, environment.
    ///
    /// # Errors
    /// On a file that cannot be read, a name that does not exist, or a value that does not fit.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| ConfigError::Unreadable(path.to_owned(), error.to_string()))?,
        };
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_sources(&text, environment)
    }

    /// The settings from the text of a file and pairs of the environment.
    ///
    /// # Errors
    /// On a name that does not exist in the file, or a value that does not fit.
    pub fn from_sources(
        toml: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let table: toml::Table =
            toml::from_str(toml).map_err(|error| ConfigError::NotToml(error.message().to_owned()))?;
        for (name, value) in table {
            let text = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            config.set(&name, &text)?;
        }
        for (variable, value) in environment {
            // A name that is not a setting is not an error here: others put variables beside ours.
            let setting = SETTINGS.iter().find(|setting| setting.variable() == variable);
            if let Some(setting) = setting {
                config.set(setting.name, &value)?;
            }
        }
        Ok(config)
    }
}

impl Config {
    /// A secret that is set by itself or is the first line of a file; the file counts. Empty when neither is set.
    ///
    /// # Errors
    /// On a file that cannot be read, or is empty.
    pub fn secret_or_file(&self, secret: &Secret, file: &str) -> Result<Secret, ConfigError> {
        if file.is_empty() {
            return Ok(secret.clone());
        }
        let unreadable = |cause: &str| ConfigError::Unreadable(PathBuf::from(file), cause.to_owned());
        let text = std::fs::read_to_string(file).map(Zeroizing::new);
        let text = text.map_err(|error| unreadable(&error.to_string()))?;
        match text.lines().next() {
            None | Some("") => Err(unreadable("is empty")),
            Some(line) => Ok(Secret::from(line.to_owned())),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, cause) => {
                write!(f, "cannot read settings from {}: {cause}", path.display())
            }
            Self::NotToml(cause) => write!(f, "the settings file is not TOML: {cause}"),
            Self::Unknown(name) => {
                write!(f, "there is no setting {name:?}; see docs/configuration.md")
            }
            Self::Unfit { name, expected } => write!(f, "setting {name}: takes {expected}"),
            Self::NotForProduction(faults) => {
                write!(f, "not fit for production:\n- {}", faults.join("\n- "))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_environment_outranks_the_file_and_the_file_the_default() {
        let file = "bind = \"127.0.0.1:1\"\npresentation_lifetime = 30\n";
        let config = Config::from_sources(file, [variable("YZT_BIND", "127.0.0.1:2")]).unwrap();
        assert_eq!(config.bind, "127.0.0.1:2");
        assert_eq!(config.presentation_lifetime, 30);
        assert_eq!(config.iss, Config::default().iss);
    }

    #[test]
    fn a_misspelt_setting_in_the_file_is_named() {
        let refused = Config::from_sources("bnid = \"127.0.0.1:1\"", []);
        assert_eq!(refused.unwrap_err(), ConfigError::Unknown("bnid".to_owned()));
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_without_repeating_it() {
        let refused = Config::from_sources("", [variable("YZT_PRESENTATION_LIFETIME", "s3cret")]);
        let error = refused.unwrap_err();
        assert!(matches!(error, ConfigError::Unfit { .. }));
        assert!(!error.to_string().contains("s3cret"));
    }

    #[test]
    fn secrets_do_not_show_themselves() {
        let pairs = [variable("YZT_KEYSTORE_PASSPHRASE", "s3cret")];
        let config = Config::from_sources("", pairs).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        assert_eq!(config.keystore_passphrase.reveal(), "s3cret");
    }

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../docs/configuration.md");
        assert!(written == reference(), "run `yzt docs configuration > docs/configuration.md`");
    }
}
