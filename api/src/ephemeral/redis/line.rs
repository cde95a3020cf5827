//! The connection to Redis: one for all requests of a server, looked after every second.
//!
//! While it is lost a question is answered at once, with an error: no request waits for what is not there. The crate's
//! own connection manager would not do: what it was refused for another reason than a broken connection (a Redis that is
//! still loading, a password that was wrong for a while), it goes on refusing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use prometheus::IntGauge;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, TlsCertificates};
use tokio::sync::Notify;

use super::RedisSettings;
use crate::ephemeral::EphemeralError;

/// How long Redis has to answer, and to be connected to.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often it is looked after.
const EVERY: Duration = Duration::from_secs(1);

/// The connection.
pub(super) struct Line {
    client: Client,
    connection: RwLock<Option<MultiplexedConnection>>,
    lost: Notify,
    is_down: AtomicBool,
    degraded: IntGauge,
}

impl Line {
    pub(super) fn new(settings: &RedisSettings, degraded: IntGauge) -> Result<Self, EphemeralError> {
        Ok(Self {
            client: client(settings)?,
            connection: RwLock::default(),
            lost: Notify::new(),
            is_down: AtomicBool::new(false),
            degraded,
        })
    }

    /// Asks something.
    pub(super) async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> Result<T, EphemeralError> {
        let connection = self.connection().ok_or_else(|| unreachable("it did not answer a moment ago"))?;
        let answer = question(connection).await;
        answer.map_err(|error| {
            self.lose(&error);
            unreachable(&error)
        })
    }

    /// Looks whether it answers, and connects if there is no connection.
    pub(super) async fn look(&self) -> bool {
        let answer = match self.connection() {
            Some(connection) => ping(connection).await,
            None => self.connect().await,
        };
        match answer {
            Ok(connection) => self.found(connection),
            Err(error) => self.lose(&error),
        }
        !self.is_down.load(Ordering::SeqCst)
    }

    /// Looks after it, for ever: every second, and at once when a request found it lost.
    pub(super) async fn keep(&self) {
        loop {
            self.look().await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.lost.notified() => {}
            }
        }
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        ping(self.client.get_multiplexed_async_connection_with_config(&settings).await?).await
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn found(&self, connection: MultiplexedConnection) {
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        self.degraded.set(0);
        if self.is_down.swap(false, Ordering::SeqCst) {
            tracing::info!("redis answers again: limits count, challenges are taken");
        }
    }

    /// Gives the connection up. Said once, not for every request that finds it so.
    fn lose(&self, error: &RedisError) {
        let had = self.connection.write().unwrap_or_else(PoisonError::into_inner).take();
        self.degraded.set(1);
        if had.is_some() {
            self.lost.notify_one();
        }
        if !self.is_down.swap(true, Ordering::SeqCst) {
            tracing::warn!(%error, "redis does not answer: limits are open, challenges are refused");
        }
    }
}

async fn ping(mut connection: MultiplexedConnection) -> RedisResult<MultiplexedConnection> {
    let _: String = redis::cmd("PING").query_async(&mut connection).await?;
    Ok(connection)
}

fn client(settings: &RedisSettings) -> Result<Client, EphemeralError> {
    let url = settings.url.reveal();
    let fault = |error: RedisError| EphemeralError::Setting(format!("redis_url: {error}"));
    if !url.starts_with("rediss://") {
        if settings.ca_file.is_empty() {
            return Client::open(url).map_err(fault);
        }
        return Err(EphemeralError::Setting("redis_ca_file: only with a redis_url of rediss://".to_owned()));
    }
    crate::tls::prepare();
    let root_cert = match settings.ca_file.as_str() {
        "" => None,
        path => Some(
            std::fs::read(path)
                .map_err(|error| EphemeralError::Setting(format!("redis_ca_file: {path}: {error}")))?,
        ),
    };
    Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert }).map_err(fault)
}

fn unreachable(cause: impl std::fmt::Display) -> EphemeralError {
    EphemeralError::Unreachable(cause.to_string())
}
