//! What SIGHUP does: settings read again and keys learnt anew, while requests go on.

use std::path::{Path, PathBuf};

use actix_web::web;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::config::{Config, ConfigError, Reloaded};
use crate::log;

/// Listens for SIGHUP, which from here on no longer ends the process.
///
/// # Errors
/// When the system refuses.
pub fn listen() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Reloads whenever it is asked to. `started` is what the sources said at the start, `file` where they were read.
pub async fn whenever(mut asked: Signal, app: web::Data<App>, started: Config, file: Option<PathBuf>) {
    while asked.recv().await.is_some() {
        once(&app, &started, file.as_deref()).await;
    }
}

async fn once(app: &App, started: &Config, file: Option<&Path>) {
    match settings(app, started, file) {
        Ok(reloaded) => app.audit.note(entry(&reloaded)).await,
        Err(error) => tracing::error!(%error, "settings as before: what is there now does not do"),
    }
    match app.learn_keys().await {
        Ok(()) => tracing::info!("keys learnt"),
        Err(error) => tracing::error!(%error, "keys as before: they could not be learnt"),
    }
    if let Err(error) = app.learn_data_keys().await {
        tracing::error!(%error, "data keys as before: they could not be learnt");
    }
}

fn settings(app: &App, started: &Config, file: Option<&Path>) -> Result<Reloaded, ConfigError> {
    let newer = Config::load(file)?.checked()?;
    log::change_level(&newer)?;
    let reloaded = app.live.reload(started, &newer);
    tracing::info!(taken = reloaded.taken.join(" "), "settings reloaded");
    for setting in &reloaded.waiting {
        tracing::warn!(setting, "changed, but needs a restart");
    }
    Ok(reloaded)
}

fn entry(reloaded: &Reloaded) -> Entry {
    let entry = Entry::new(Action::SettingsReloaded, Context::system());
    entry.detail("taken", reloaded.taken.join(" ")).detail("waiting", reloaded.waiting.join(" "))
}
