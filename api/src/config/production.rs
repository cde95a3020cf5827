//! What settings must be like before the public may rely on this server.

use super::{Config, ConfigError, Environment, SecondFactor};

const LEAST_ROUNDS: u32 = 100_000;
/// 网络安全法 asks for six months at least.
const LEAST_AUDIT_RETENTION: u32 = 183;
const LONGEST_PRESENTATION: u32 = 300;

/// Every reason why these settings may not be used where they say they are used. Empty in development, but for
/// what the protocol itself forbids.
#[must_use]
pub fn faults(config: &Config) -> Vec<&'static str> {
    let production = config.environment == Environment::Production;
    let always = [
        (
            config.presentation_lifetime == 0 || config.presentation_lifetime > LONGEST_PRESENTATION,
            "presentation_lifetime: from 1 to 300 seconds",
        ),
        (
            config.iss.len() != 2 || !config.iss.bytes().all(|byte| byte.is_ascii_digit()),
            "iss: the two digits of the province",
        ),
        (config.audit_retention < LEAST_AUDIT_RETENTION, "audit_retention: 183 days or more"),
    ];
    let for_production = [
        (
            !config.public_url.starts_with("https://"),
            "public_url: the https:// address people reach this server at",
        ),
        (
            config.keystore_passphrase.is_empty() && config.keystore_passphrase_file.is_empty(),
            "keystore_passphrase_file: a file with a passphrase of your own",
        ),
        (
            !config.wechat_app_id.is_empty() && !config.wechat_base_url.starts_with("https://"),
            "wechat_base_url: an https:// address; requests carry the mini-program's secret",
        ),
        (
            !config.real_name_url.is_empty() && !config.real_name_url.starts_with("https://"),
            "real_name_url: an https:// address; requests carry citizen ids",
        ),
        (
            !config.ministry_url.is_empty() && !config.ministry_url.starts_with("https://"),
            "ministry_url: an https:// address; requests carry certificates",
        ),
        (config.real_name_by_records, "real_name_by_records: false; it is for development"),
        (config.password_rounds < LEAST_ROUNDS, "password_rounds: 100000 or more"),
        (config.second_factor == SecondFactor::Off, "second_factor: required"),
        (config.keystore_rounds < LEAST_ROUNDS, "keystore_rounds: 100000 or more"),
    ];
    let always = always.into_iter();
    let for_production = for_production.into_iter().map(|(fault, text)| (production && fault, text));
    always.chain(for_production).filter_map(|(fault, text)| fault.then_some(text)).collect()
}

impl Config {
    /// These settings, when they may be used where they say they are used.
    ///
    /// # Errors
    /// With every reason against it.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let faults = faults(&self);
        if faults.is_empty() { Ok(self) } else { Err(ConfigError::NotForProduction(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_fit_for_development() {
        assert!(faults(&Config::default()).is_empty());
    }

    #[test]
    fn the_defaults_are_not_fit_for_production() {
        let config = Config { environment: Environment::Production, ..Config::default() };
        assert_eq!(faults(&config).len(), 2);
        assert!(config.checked().is_err());
    }
}
