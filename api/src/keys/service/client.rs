//! How the service is reached: pooled connections, its certificate, ours, and the word it knows us by.

use std::fs;
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Identity};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::keys::module::ModuleError;
use crate::tls;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(60);

pub(super) fn of(config: &Config) -> Result<Client, ModuleError> {
    tls::prepare();
    let mut client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_millis(config.signing_service_timeout))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(config.signing_service_connections);
    if !config.signing_service_ca_file.is_empty() {
        let (setting, file) = ("signing_service_ca_file", &config.signing_service_ca_file);
        let roots = Certificate::from_pem_bundle(&read(setting, file)?).map_err(|_| unfit(setting, file))?;
        client = client.tls_certs_only(roots);
    }
    if !config.signing_service_identity_file.is_empty() {
        let (setting, file) = ("signing_service_identity_file", &config.signing_service_identity_file);
        let identity = Identity::from_pem(&read(setting, file)?).map_err(|_| unfit(setting, file))?;
        client = client.identity(identity);
    }
    client.build().map_err(|error| ModuleError::Failed(error.to_string()))
}

/// The word the service knows us by; `None`: it asks for none, or knows us by our certificate.
pub(super) fn bearer(config: &Config) -> Result<Option<Zeroizing<String>>, ModuleError> {
    let (setting, file) = ("signing_service_token_file", &config.signing_service_token_file);
    if file.is_empty() {
        return Ok(None);
    }
    let text = Zeroizing::new(String::from_utf8(read(setting, file)?.to_vec()).unwrap_or_default());
    match text.lines().next() {
        None | Some("") => Err(unfit(setting, file)),
        Some(line) => Ok(Some(Zeroizing::new(line.to_owned()))),
    }
}

fn read(setting: &str, file: &str) -> Result<Zeroizing<Vec<u8>>, ModuleError> {
    let unreadable = |error| ModuleError::Settings(format!("{setting}: {file}: {error}"));
    fs::read(file).map(Zeroizing::new).map_err(unreadable)
}

fn unfit(setting: &str, file: &str) -> ModuleError {
    ModuleError::Settings(format!("{setting}: {file} does not hold what it should"))
}
