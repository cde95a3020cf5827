//! The one `App`: everything a request may need, made once at the start.
//!
//! What is not here: rules. A handler takes what it needs from the `App` and is itself the use case.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp as UuidTime, Uuid};

use crate::audit::Audit;
use crate::auth::real_name::RealName;
use crate::auth::sessions::Tokens;
use crate::auth::wechat::Wechat;
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::claims::Claims;
use crate::clock::{Clock, Timestamp};
use crate::collection::Connector;
use crate::config::{Config, Environment, Live};
use crate::conformity::RuleSet;
use crate::ephemeral::{Ephemeral, EphemeralError, Local, Redis};
use crate::faces::Faces;
use crate::integrity::Integrity;
use crate::keys::{Ceremony, CeremonyError, Keystore, Signer};
use crate::metrics::Metrics;
use crate::publish::Shelf;
use crate::store::{self, Db, StoreError};
use crate::tls;
use crate::vault::{Vault, VaultError};
use crate::verification::forward::Forwarder;

mod error;

pub use error::StartError;

/// Why keys made by a server itself sign at once.
const FIRST_START: &str = "development: first start";

/// Everything a request may need.
pub struct App {
    /// The database.
    pub db: Db,
    /// What may be forgotten: counts, and values that are taken once.
    pub ephemeral: Ephemeral,
    /// Whether what grants something is as this program wrote it.
    pub integrity: Integrity,
    /// What holds once for all servers.
    pub claims: Claims,
    /// What signs.
    pub signer: Arc<Signer>,
    /// The lists that were published last.
    pub shelf: Arc<Shelf>,
    /// What encrypts personal data.
    pub vault: Arc<Vault>,
    /// Who did what: written here, before or with what is done.
    pub audit: Audit,
    /// The rules the data of certificates is held to.
    pub conformity: Arc<RuleSet>,
    /// What makes and reads the tokens of sessions.
    pub tokens: Tokens,
    /// The way in from WeChat.
    pub wechat: Wechat,
    /// How a person is known to be who it says.
    pub real_name: RealName,
    /// The way to the ministry's system, where certificates are collected to one.
    pub ministry: Option<Connector>,
    /// What passes codes of other issuers on.
    pub forwarder: Option<Forwarder>,
    /// Which days are worked.
    pub calendar: Calendar,
    /// What draws faces and copies of certificates.
    pub faces: Arc<Faces>,
    /// Places for hashing a password, one for each processor: it takes long on purpose, and must not take all.
    pub hashing: Semaphore,
    /// The kinds of certificates.
    pub catalogue: Catalogue,
    /// What time it is.
    pub clock: Clock,
    /// The settings, as they were at the start.
    pub config: Config,
    /// The settings that may have changed since.
    pub live: Live,
    /// What is counted.
    pub metrics: Metrics,
    ids: Mutex<ContextV7>,
}

impl App {
    /// Opens the database and makes everything ready. Blocks.
    ///
    /// # Errors
    /// When a part cannot be made ready; the error says which, and what to do.
    pub fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        tls::prepare();
        let config = config.checked()?;
        let catalogue = Catalogue::open(&config.catalogue_file)?;
        let conformity = Arc::new(RuleSet::open(&config.conformity_file)?);
        let keystore = Arc::new(Keystore::open(&config)?);
        let tokens = Tokens::open(&keystore)?;
        let wechat = Wechat::open(&config, &keystore)?;
        let real_name = RealName::open(&config)?;
        let forwarder = Forwarder::open(&config, &keystore)?;
        let (ministry, calendar) = (Connector::open(&config, &keystore)?, Calendar::open(&config)?);
        let metrics = Metrics::new().map_err(|error| StartError::Metrics(error.to_string()))?;
        let db = Db::open_metered(&config.store()?, Some(metrics.database()))?;
        let claims = Claims::new(db.clone(), clock.clone());
        let ids = ContextV7::new();
        let vault = Vault::open(&keystore, db.clone(), clock.now(), id_at(&ids, clock.now()))?;
        Ok(Self {
            vault: Arc::new(vault),
            ephemeral: ephemeral(&config, &clock, &claims, &metrics)?,
            claims,
            conformity,
            audit: Audit::open(&keystore, db.clone(), clock.clone(), &metrics)?,
            db,
            integrity: Integrity::open(Arc::clone(&keystore), &metrics)?,
            signer: Arc::new(Signer::open(&config, keystore, &metrics)?),
            tokens,
            shelf: Arc::default(),
            wechat,
            real_name,
            ministry,
            forwarder,
            calendar,
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)),
            catalogue,
            faces: Arc::new(Faces::new(config.fonts_dir.clone(), processors())),
            clock,
            metrics,
            live: Live::new(config.clone()),
            config,
            ids: Mutex::new(ids),
        })
    }

    /// Opens as [`Self::open`] does, and learns the signing keys. In development, those that are missing are made.
    ///
    /// # Errors
    /// As [`Self::open`], or when the keys cannot be made or read.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        let opened = tokio::task::spawn_blocking(|| Self::open(config, clock)).await;
        let app = opened.map_err(|error| StartError::Ended(error.to_string()))??;
        if app.config.environment == Environment::Development {
            app.make_missing_keys().await?;
        }
        app.learn_keys().await?;
        if let Some(redis) = app.ephemeral.redis() {
            redis.answers().await;
        }
        if let Err(problem) = app.faces.ready().await {
            tracing::warn!(cause = %problem, "faces and copies of certificates cannot be drawn");
        }
        Ok(app)
    }

    /// Learns the signing keys as they are in the database now.
    ///
    /// # Errors
    /// When they cannot be read; those known then stay in use.
    pub async fn learn_keys(&self) -> Result<(), CeremonyError> {
        let signer = Arc::clone(&self.signer);
        let learn = move |conn: &mut _| Ok(signer.learn(store::keys::list(conn)?)?);
        self.db.read(learn).await
    }

    /// Learns the data keys as they are in the database now.
    ///
    /// # Errors
    /// When they cannot be read; those known then stay in use.
    pub async fn learn_data_keys(&self) -> Result<(), VaultError> {
        let vault = Arc::clone(&self.vault);
        let learnt = tokio::task::spawn_blocking(move || vault.learn()).await;
        learnt.map_err(|_| StoreError::Stopped)?
    }

    async fn make_missing_keys(&self) -> Result<(), CeremonyError> {
        let ceremony = Ceremony {
            signer: Arc::clone(&self.signer),
            now: self.clock.now(),
            development: true,
            use_now: Some(FIRST_START.to_owned()),
        };
        self.db.write(move |conn| ceremony.init(conn)).await?;
        Ok(())
    }

    /// A new UUIDv7 of the clock's time. Those of one server sort in the order they were made.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        // A panic elsewhere while the counter was held leaves it usable.
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        id_at(&ids, self.clock.now())
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn id_at(ids: &ContextV7, now: Timestamp) -> Uuid {
    let nanos = u32::try_from(now.millis().rem_euclid(1000)).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(UuidTime::from_unix(ids, now.seconds().0, nanos))
}

fn ephemeral(
    config: &Config,
    clock: &Clock,
    claims: &Claims,
    metrics: &Metrics,
) -> Result<Ephemeral, EphemeralError> {
    let Some(settings) = config.redis() else {
        return Ok(Ephemeral::Local(Local::new(clock.clone())));
    };
    let degraded = metrics.degraded.with_label_values(&["redis"]);
    let redis = Redis::new(&settings, clock.clone(), claims.clone(), degraded)?;
    Ok(Ephemeral::Redis(Box::new(redis)))
}
