//! The HTTP server: listening, answering, stopping without dropping what is in flight.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as Application, HttpServer, web};
use tokio::task::JoinHandle;

use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::Config;
use crate::problem::{Code, Problem};
use crate::{auth, observe, publish, routes};

/// How long a client may take to send the head of a request, or to close.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How soon a server notices that keys were made or revoked.
const LEARN_EVERY: Duration = Duration::from_secs(20);

/// A server that runs.
pub struct Running {
    address: SocketAddr,
    app: web::Data<App>,
    handle: ServerHandle,
    ended: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    learning: JoinHandle<()>,
    sweeping: JoinHandle<()>,
    forgetting: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it works with.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until SIGTERM or SIGINT, then stops as [`Self::stop`] does; asked a second time, at once.
    ///
    /// # Errors
    /// When the server ends by itself.
    pub async fn until_asked_to_stop(mut self) -> Result<(), StartError> {
        tokio::select! {
            by_itself = &mut self.ended => return by_itself.map_or_else(panicked, finished),
            () = asked_to_stop() => {}
        }
        tracing::info!("stopping");
        tokio::select! {
            stopped = self.stop() => stopped,
            () = asked_to_stop() => Ok(()),
        }
    }

    /// Stops listening, lets requests in flight end, and returns when all is still.
    ///
    /// # Errors
    /// When the server had already ended in an error.
    pub async fn stop(self) -> Result<(), StartError> {
        self.handle.stop(true).await;
        self.upkeep.abort();
        self.learning.abort();
        self.sweeping.abort();
        self.forgetting.abort();
        ended(self.ended).await
    }
}

/// Starts a server and returns once it answers.
///
/// # Errors
/// When it cannot listen, or a part of it cannot be made ready.
pub async fn spawn(mut config: Config, clock: Clock) -> Result<Running, StartError> {
    let listener = TcpListener::bind(&config.bind)
        .map_err(|error| StartError::Listen(format!("{}: {error}", config.bind)))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(error.to_string()))?;
    config.bind = address.to_string();
    let app = web::Data::new(App::start(config, clock).await?);
    let server = build(app.clone(), listener)?;
    let handle = server.handle();
    let upkeep = tokio::spawn(publish::keep_fresh(app.clone()));
    let learning = tokio::spawn(keep_learning(app.clone()));
    let sweeping = tokio::spawn(auth::sessions::keep_swept(app.clone()));
    let forgetting = tokio::spawn(auth::signed_request::keep_swept(app.clone()));
    Ok(Running { address, app, handle, ended: tokio::spawn(server), upkeep, learning, sweeping, forgetting })
}

/// Runs a server until SIGTERM or SIGINT.
///
/// # Errors
/// As [`spawn`], or when the server ends by itself.
pub async fn run(config: Config) -> Result<(), StartError> {
    let server = spawn(config, Clock::System).await?;
    tracing::info!(address = %server.address, "listening");
    server.until_asked_to_stop().await
}

/// Learns now and then which keys there are, so that `yzt keys` takes effect on servers that run.
async fn keep_learning(app: web::Data<App>) {
    loop {
        tokio::time::sleep(LEARN_EVERY).await;
        if let Err(error) = app.learn_keys().await {
            tracing::error!(%error, "keys as before: they could not be learnt");
        }
    }
}

fn build(app: web::Data<App>, listener: TcpListener) -> Result<actix_web::dev::Server, StartError> {
    let body_limit = app.config.body_limit;
    let stop_timeout = app.config.stop_timeout;
    let server = HttpServer::new(move || {
        Application::new()
            .app_data(app.clone())
            .app_data(web::PayloadConfig::new(body_limit))
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::new(Code::NotFound).into()))
            .app_data(web::QueryConfig::default().error_handler(|_, _| Problem::new(Code::BadQuery).into()))
            .wrap(from_fn(auth::signed_request::admit))
            .wrap(Compress::default())
            .wrap(from_fn(observe::observe))
            .configure(routes::configure)
            .default_service(web::to(routes::nowhere))
    });
    let server = server
        .client_request_timeout(HEAD_TIMEOUT)
        .client_disconnect_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(stop_timeout)
        .disable_signals()
        .listen(listener)
        .map_err(|error| StartError::Listen(error.to_string()))?;
    Ok(server.run())
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        }
        // Without handlers the system's own way with these signals stands.
        _ => std::future::pending().await,
    }
}

async fn ended(server: JoinHandle<std::io::Result<()>>) -> Result<(), StartError> {
    server.await.map_or_else(panicked, finished)
}

fn finished(result: std::io::Result<()>) -> Result<(), StartError> {
    result.map_err(|error| StartError::Ended(error.to_string()))
}

fn panicked(error: tokio::task::JoinError) -> Result<(), StartError> {
    Err(StartError::Ended(error.to_string()))
}
