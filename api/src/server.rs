//! The HTTP server: listening, answering, stopping without dropping what is in flight.

use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::ServerHandle;
use actix_web::http::header;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App as Application, HttpServer, web};
use data_encoding::HEXLOWER;
use tokio::task::{JoinHandle, JoinSet};
use verifier_core::sm2::sm3;

use crate::app::{App, StartError};
use crate::audit::{self, Action, Context, Entry};
use crate::clock::Clock;
use crate::config::{Config, Origins};
use crate::problem::{Code, Problem};
use crate::vault::LEARN_EVERY;
use crate::{auth, budget, jobs, observe, publish, reload, routes};

/// How long a client may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// How much longer than the longest statement a request waits for its database.
const GRACE: Duration = Duration::from_secs(5);

/// A server that runs.
pub struct Running {
    address: SocketAddr,
    app: web::Data<App>,
    handle: ServerHandle,
    ended: JoinHandle<std::io::Result<()>>,
    /// What it looks after by itself.
    tasks: JoinSet<()>,
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

    /// The same, for work that outlives the reference.
    #[must_use]
    pub fn app_data(&self) -> Arc<App> {
        Arc::clone(&self.app)
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
    pub async fn stop(mut self) -> Result<(), StartError> {
        self.handle.stop(true).await;
        self.tasks.abort_all();
        note(&self.app, Action::ServerStopped).await;
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
    if let Some(limit) = app.config.statement_limit() {
        // The database is given the time to break the statement off by itself.
        app.db.limit_waiting(limit + GRACE);
    }
    let server = build(app.clone(), listener)?;
    note(&app, Action::ServerStarted).await;
    let handle = server.handle();
    let mut tasks = JoinSet::new();
    tasks.spawn(publish::keep_fresh(app.clone()));
    tasks.spawn(keep_learning(app.clone()));
    if app.config.jobs {
        tasks.spawn(jobs::keep_running(app.clone()));
    }
    tasks.spawn(keep_connected(app.clone()));
    tasks.spawn(audit::keep_watch(app.clone()));
    Ok(Running { address, app, handle, ended: tokio::spawn(server), tasks })
}

/// Runs a server until SIGTERM or SIGINT. On SIGHUP it reads its settings again, those of `file` too.
///
/// # Errors
/// As [`spawn`], or when the server ends by itself.
pub async fn run(config: Config, file: Option<PathBuf>) -> Result<(), StartError> {
    let asked = reload::listen().map_err(|error| StartError::Ended(error.to_string()))?;
    let server = spawn(config.clone(), Clock::System).await?;
    let reloading = tokio::spawn(reload::whenever(asked, server.app.clone(), config, file));
    tracing::info!(address = %server.address, "listening");
    let ended = server.until_asked_to_stop().await;
    reloading.abort();
    ended
}

/// Learns now and then which keys there are, so that `yzt keys` and `yzt data-keys` take effect on servers that run.
async fn keep_learning(app: web::Data<App>) {
    loop {
        tokio::time::sleep(LEARN_EVERY).await;
        if let Err(error) = app.learn_keys().await {
            tracing::error!(%error, "keys as before: they could not be learnt");
        }
        if let Err(error) = app.learn_data_keys().await {
            tracing::error!(%error, "data keys as before: they could not be learnt");
        }
    }
}

/// Notes that this server starts or stops, and with which settings: their digest, which knows no secret.
async fn note(app: &App, action: Action) {
    let settings = HEXLOWER.encode(&sm3(format!("{:?}", app.config).as_bytes()));
    let entry = Entry::new(action, Context::system()).detail("version", env!("CARGO_PKG_VERSION"));
    app.audit.note(entry.detail("address", app.config.bind.as_str()).detail("settings", settings)).await;
}

/// Keeps the connection to Redis up, where there is one.
async fn keep_connected(app: web::Data<App>) {
    if let Some(redis) = app.ephemeral.redis() {
        redis.keep_connected().await;
    }
}

fn build(app: web::Data<App>, listener: TcpListener) -> Result<actix_web::dev::Server, StartError> {
    let settings = app.config.clone();
    let (body_limit, origins) = (settings.body_limit, settings.cors_origins);
    let server = HttpServer::new(move || {
        Application::new()
            .app_data(app.clone())
            .app_data(web::PayloadConfig::new(body_limit))
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::new(Code::NotFound).into()))
            .app_data(web::QueryConfig::default().error_handler(|_, _| Problem::new(Code::BadQuery).into()))
            .wrap(from_fn(auth::signed_request::admit))
            .wrap(Compress::default())
            .wrap(from_fn(budget::limit))
            .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
            .wrap(from_fn(observe::observe))
            .configure(routes::configure)
            .default_service(web::to(routes::nowhere))
    });
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let server = server
        .workers(workers)
        .max_connections(settings.connection_limit.div_ceil(workers))
        .keep_alive(Duration::from_secs(settings.keep_alive.into()))
        .client_request_timeout(Duration::from_secs(settings.head_timeout.into()))
        .client_disconnect_timeout(CLOSE_TIMEOUT)
        .shutdown_timeout(settings.stop_timeout)
        .disable_signals()
        .listen(listener)
        .map_err(|error| StartError::Listen(error.to_string()))?;
    Ok(server.run())
}

/// What browsers let pages of other sites do here: those sites call the API with a token, never with cookies.
fn cors(origins: &Origins) -> Cors {
    origins
        .iter()
        .fold(Cors::default(), Cors::allowed_origin)
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .allowed_header("idempotency-key")
        .expose_headers([header::RETRY_AFTER, header::ETAG, observe::REQUEST_ID])
        .max_age(600)
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
