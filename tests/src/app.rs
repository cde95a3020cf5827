//! A server for each test.

use std::sync::atomic::Ordering;

use yzt_api::app::StartError;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::{Config, SecondFactor, Secret};
use yzt_api::server::{self, Running};
use yzt_api::store::StoreError;

use crate::actors::{
    AuditAdmin, Holder, Issuer, Officer, Operator, Person, SecurityAdmin, SystemAdmin, ThirdParty,
};
use crate::{Backend, TestDatabase, redis};

/// When every test begins: 2026-06-15T10:00:00+08:00, in the middle of a year, a month and a day.
pub const BEGINNING: Timestamp = Timestamp(1_781_488_800_000);

/// The password of every account that [`TestApp`] makes.
pub const PASSWORD: &str = "a password for tests";

/// Longer than any test: ten years, in seconds.
const FOR_EVER: u32 = 10 * 366 * 86_400;

/// A running server with a database, keys and a clock of its own.
pub struct TestApp {
    /// The server.
    pub running: Running,
    /// Its clock, which stands still until it is moved.
    pub clock: Clock,
    database: TestDatabase,
}

impl TestApp {
    /// Starts a server with the settings of tests.
    pub async fn spawn() -> Self {
        Self::spawn_with(|_| ()).await
    }

    /// Starts a server with some settings changed.
    pub async fn spawn_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::spawn_on(TestDatabase::new(Backend::of_this_run()).unwrap(), change).await
    }

    /// Stops the server and starts one with other settings over the same database, keys and all. The time begins
    /// anew.
    pub async fn again_with(self, change: impl FnOnce(&mut Config)) -> Self {
        self.running.stop().await.unwrap();
        Self::spawn_on(self.database, change).await
    }

    /// Tries to start a server with some settings changed, which may be such that it does not start.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn try_spawn_with(change: impl FnOnce(&mut Config)) -> Result<Self, StartError> {
        Self::try_over(TestDatabase::new(Backend::of_this_run()).unwrap(), change).await
    }

    /// Starts a server on this database.
    pub async fn spawn_on(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        Self::try_over(database, change).await.unwrap()
    }

    async fn try_over(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Result<Self, StartError> {
        let mut config = Config {
            bind: "127.0.0.1:0".to_owned(),
            data_dir: database.directory().to_string_lossy().into_owned(),
            database_url: Secret::from(database.url().to_owned()),
            database_connections: 4,
            sqlite_survives_power_loss: false,
            keystore_rounds: 1,
            password_rounds: 1,
            password_lifetime: 0,
            second_factor: SecondFactor::Off,
            // Tests run the jobs they are about by themselves.
            jobs: false,
            // Sessions outlive every test but those about sessions, which set limits of their own.
            access_lifetime: FOR_EVER,
            staff_session_idle: FOR_EVER,
            staff_session_lifetime: FOR_EVER,
            holder_session_idle: FOR_EVER,
            holder_session_lifetime: FOR_EVER,
            ..Config::default()
        };
        if Backend::of_this_run() == Backend::Postgres {
            let url = redis::shared().expect("YZT_TEST_BACKEND=postgres, and there is no redis-server");
            config.redis_url = Secret::from(url.to_owned());
            config.redis_prefix = redis::prefix();
        }
        change(&mut config);
        let clock = Clock::fixed(BEGINNING);
        let running = server::spawn(config, clock.clone()).await?;
        Ok(Self { running, clock, database })
    }

    /// Another server of the same site: on the same database, with the same keys and the same clock.
    pub async fn neighbour(&self) -> Running {
        self.neighbour_with(|_| ()).await
    }

    /// The same with some settings changed.
    pub async fn neighbour_with(&self, change: impl FnOnce(&mut Config)) -> Running {
        let mut config = Config { bind: "127.0.0.1:0".to_owned(), ..self.running.app().config.clone() };
        change(&mut config);
        server::spawn(config, self.clock.clone()).await.unwrap()
    }

    /// Where it listens.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.running.address())
    }

    /// The database under it.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        if let Clock::Fixed(millis) = &self.clock {
            millis.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }

    /// Someone who is not signed in.
    #[must_use]
    pub fn visitor(&self) -> Person {
        Person::at(self.base())
    }

    /// An officer of the whole province.
    pub async fn officer(&self) -> Officer {
        Officer(self.newcomer(Role::Officer, None).await)
    }

    /// An issuer of the whole province.
    pub async fn issuer(&self) -> Issuer {
        Issuer(self.newcomer(Role::Issuer, None).await)
    }

    /// A third party's system.
    pub async fn third_party(&self) -> ThirdParty {
        ThirdParty(self.newcomer(Role::ThirdParty, None).await)
    }

    /// An operator of the whole province.
    pub async fn operator(&self) -> Operator {
        Operator(self.newcomer(Role::Operator, None).await)
    }

    /// A system administrator of the whole province.
    pub async fn system_admin(&self) -> SystemAdmin {
        SystemAdmin(self.newcomer(Role::SystemAdmin, None).await)
    }

    /// A security administrator of the whole province.
    pub async fn security_admin(&self) -> SecurityAdmin {
        SecurityAdmin(self.newcomer(Role::SecurityAdmin, None).await)
    }

    /// An audit administrator of the whole province.
    pub async fn audit_admin(&self) -> AuditAdmin {
        AuditAdmin(self.newcomer(Role::AuditAdmin, None).await)
    }

    /// Someone of this role of a division, signed in.
    pub async fn staff_of(&self, role: Role, division: &str) -> Person {
        let login = self.account_of(role, division).await;
        self.visitor().sign_in(&login, PASSWORD).await
    }

    /// As [`Self::account`], of a division.
    pub async fn account_of(&self, role: Role, division: &str) -> String {
        self.add(role, None, Some(division)).await
    }

    /// Whoever acts for this holder.
    pub async fn holder(&self, holder_id: &str) -> Holder {
        Holder(self.newcomer(Role::Holder, Some(holder_id)).await)
    }

    /// Makes an account with a login of its own and [`PASSWORD`]. Returns the login.
    pub async fn account(&self, role: Role, holder_id: Option<&str>) -> String {
        self.add(role, holder_id, None).await
    }

    async fn add(&self, role: Role, holder_id: Option<&str>, division: Option<&str>) -> String {
        let app = self.running.app();
        let id = app.new_id().to_string();
        let login = format!("{role}-{id}");
        let new = NewAccount {
            id,
            login: login.clone(),
            role,
            name: "测试账号".to_owned(),
            password: Password::hash(PASSWORD, app.config.password_rounds),
            password_initial: false,
            holder_id: holder_id.map(str::to_owned),
            division: division.map(str::to_owned),
        };
        let integrity = app.integrity.clone();
        let added = app.db.write(move |conn| accounts::add(conn, &integrity, new, BEGINNING)).await;
        assert!(added.map_err(|error: StoreError| error.to_string()).unwrap());
        login
    }

    /// Stops the server and waits until it has.
    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }

    async fn newcomer(&self, role: Role, holder_id: Option<&str>) -> Person {
        let login = self.account(role, holder_id).await;
        self.visitor().sign_in(&login, PASSWORD).await
    }
}
