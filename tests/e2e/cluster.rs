//! Several servers that share PostgreSQL and Redis. Where one of the two is not on this machine these tests say so and pass.
//!
//! - `cluster/redis_gone.rs`, `cluster/postgres_gone.rs`: a shared part stops and comes back
//! - `cluster/server_gone.rs`: a server is killed under load
//! - `cluster/encrypted.rs`: TLS to both

use futures_util::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use yzt_api::auth::Role;
use yzt_api::config::{Config, Secret};
use yzt_tests::actors::{Officer, Person};
use yzt_tests::app::PASSWORD;
use yzt_tests::check::vehicle;
use yzt_tests::device::{challenge, phone, registration};
use yzt_tests::postgres::Postgres;
use yzt_tests::redis::Redis;
use yzt_tests::{TestApp, TestDatabase, database, keeper};

mod encrypted;
mod postgres_gone;
mod redis_gone;
mod server_gone;

/// A server as production has it: unlike the one that other tests share, what it commits outlives its crash. (Of the
/// machine it need not: no test has one.)
fn durable() -> Option<Postgres> {
    let options = ["-c", "synchronous_commit=on"];
    let server = Postgres::start_in(keeper::directory(), 5432, &options);
    server.or_else(|| database::missing("PostgreSQL in /usr/lib/postgresql"))
}

/// A site of several servers, with PostgreSQL and Redis of its own.
struct Site {
    servers: Vec<TestApp>,
    postgres: Postgres,
    redis: Redis,
    _directory: TempDir,
}

impl Site {
    /// Three servers; `None` when there is no PostgreSQL or no Redis on this machine.
    async fn start(change: impl Fn(&mut Config)) -> Option<Self> {
        let postgres = durable()?;
        let redis = Redis::start().or_else(|| database::missing("redis-server"))?;
        let directory = TempDir::new().unwrap();
        let url = postgres.new_database();
        let settings = |config: &mut Config| {
            share(config, &directory, &redis);
            change(config);
        };
        let server = |_| TestApp::spawn_on(TestDatabase::at(url.clone()), settings);
        let servers = join_all((0..3).map(server)).await;
        Some(Self { servers, postgres, redis, _directory: directory })
    }

    fn first(&self) -> &TestApp {
        &self.servers[0]
    }

    /// The same person at each server.
    fn everywhere(&self, person: &Person) -> Vec<Person> {
        self.servers.iter().map(|server| person.moved_to(server.base())).collect()
    }

    /// The same officer at each server.
    async fn officer(&self) -> Vec<Officer> {
        let officer = self.first().officer().await;
        self.everywhere(&officer).into_iter().map(Officer).collect()
    }

    /// Waits until every server says that it can work, and that no part is missing.
    async fn recovered(&self) {
        for server in &self.servers {
            while !is_whole(server).await {}
        }
    }
}

/// What all servers of a site must have in common.
fn share(config: &mut Config, directory: &TempDir, redis: &Redis) {
    config.data_dir = directory.path().to_string_lossy().into_owned();
    config.redis_url = Secret::from(redis.url());
    config.public_url = "http://yzt.test".to_owned();
}

async fn is_whole(server: &TestApp) -> bool {
    let answer = server.visitor().get("/readyz").await;
    let parts: Value = serde_json::from_str(&answer.text).unwrap();
    parts["parts"].as_array().unwrap().iter().all(|part| part["ready"] == true)
}

async fn verify(person: &Person, code: &str) -> Value {
    person.post("/v1/verifications", &json!({ "code": code })).await.json(200)
}

#[tokio::test]
async fn a_session_begun_at_one_server_holds_at_all() {
    let Some(site) = Site::start(|_| ()).await else { return };
    for officer in site.officer().await {
        assert_eq!(officer.get("/v1/me").await.json(200)["role"], "officer");
    }
}

#[tokio::test]
async fn a_challenge_taken_at_one_server_is_refused_at_the_others() {
    let Some(site) = Site::start(|_| ()).await else { return };
    let officer = site.officer().await;
    let given = challenge(&officer[0]).await;
    let proof = registration(&phone(1), &given);
    let _ = officer[1].post("/v1/devices", &proof).await.json(201);
    for officer in &officer {
        assert_eq!(officer.post("/v1/devices", &proof).await.problem(), "challenge_invalid");
    }
}

#[tokio::test]
async fn failed_sign_ins_count_over_all_servers() {
    let Some(site) = Site::start(|config| config.sign_in_attempts = 3).await else { return };
    let login = site.first().account(Role::Officer, None).await;
    for server in &site.servers {
        assert_eq!(server.visitor().try_sign_in(&login, "wrong").await.problem(), "sign_in_failed");
    }
    for server in &site.servers {
        let limited = server.visitor().try_sign_in(&login, PASSWORD).await;
        assert_eq!(
            (limited.problem().as_str(), limited.header("retry-after")),
            ("too_many_attempts", "1800")
        );
    }
}

#[tokio::test]
async fn a_code_checked_at_one_server_was_seen_before_at_another() {
    let Some(site) = Site::start(|_| ()).await else { return };
    let certificate = site.first().certificate(&vehicle(0, &json!({}))).await;
    let code = certificate.code().await;
    let (one, two) = (site.officer().await, site.officer().await);
    // The same officer may look twice, wherever the request goes.
    for officer in [&one[0], &one[1]] {
        assert_eq!(verify(officer, &code).await["warnings"], json!([]));
    }
    let again = verify(&two[2], &code).await;
    assert_eq!((&again["outcome"], &again["warnings"]), (&json!("valid"), &json!(["seen_before"])));
}

#[tokio::test]
async fn servers_that_are_asked_at_once_give_the_same_lists() {
    let Some(site) = Site::start(|_| ()).await else { return };
    let _ = site.first().certificate(&vehicle(0, &json!({}))).await;
    let visitors: Vec<Person> = site.servers.iter().map(TestApp::visitor).collect();
    let asked = (0..30).map(|n| visitors[n % 3].get("/v1/bundle"));
    let manifests: Vec<Value> = join_all(asked).await.iter().map(|answer| answer.json(200)).collect();
    assert!(manifests.iter().all(|manifest| *manifest == manifests[0]), "{manifests:?}");
}
