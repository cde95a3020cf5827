//! How many certificates a second a server takes in, and how many presentations and online verifications it answers, by
//! HTTP over loopback, on the database the settings of the environment name. `scripts/bench` runs it.
//!
//! Server and clients are in this one process and share its processors: a client costs about as much as it takes from
//! the server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for people"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use verifier_core::ids::Family;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::Clock;
use yzt_api::config::{Config, SecondFactor};
use yzt_api::generate::Generator;
use yzt_api::record::{Day, Record};
use yzt_api::server::{self, Running};
use yzt_api::store::{StoreError, certificates};
use yzt_api::vault::Field;

/// Requests under way at the same time.
const CLIENTS: usize = 16;
/// Certificates of one ingest, where `COUNT` does not say.
const CERTIFICATES: usize = 50_000;
/// How long each of the others is measured.
const SPAN: Duration = Duration::from_secs(10);
const PASSWORD: &str = "a password for measuring";

#[tokio::main]
async fn main() {
    let config = Config {
        bind: "127.0.0.1:0".to_owned(),
        log_level: "error".to_owned(),
        // The issuer signs in here without one.
        second_factor: SecondFactor::Off,
        ..Config::load(None).unwrap()
    };
    let running = server::spawn(config, Clock::System).await.unwrap();
    let load = Load { base: format!("http://{}", running.address()), http: Client::new(), running };
    println!("接口导入 POST /v1/ingest\t{:.0}/s", load.ingest_rate().await);
    let shown = load.certificates().await;
    let officer = load.sign_in(Role::Officer, None).await;

    let presentation = Arc::new(Call::of(&load, StatusCode::CREATED));
    let rate = presentation.rate(|at| {
        let (certificate, token) = &shown[at % shown.len()];
        (format!("/v1/certificates/{certificate}/presentations"), token.clone(), json!({}))
    });
    println!("亮证 presentations\t{:.0}/s", rate.await);

    let (certificate, token) = &shown[0];
    let path = format!("/v1/certificates/{certificate}/presentations");
    let code = load.post(&path, token, &json!({})).await["code"].clone();
    let verification = Arc::new(Call::of(&load, StatusCode::OK));
    let rate =
        verification.rate(|_| ("/v1/verifications".to_owned(), officer.clone(), json!({ "code": code })));
    println!("在线核验 online verifications\t{:.0}/s", rate.await);
    load.running.stop().await.unwrap();
}

struct Load {
    running: Running,
    base: String,
    http: Client,
}

impl Load {
    /// Certificates kept a second, from the first byte sent to the answer, when one issuer sends many at once.
    async fn ingest_rate(&self) -> f64 {
        let count = std::env::var("COUNT").map_or(CERTIFICATES, |count| count.parse().unwrap());
        let lines: Vec<u8> = self.records().take(count).flat_map(|record| line(&record)).collect();
        let issuer = self.sign_in(Role::Issuer, None).await;
        let begun = Instant::now();
        let report = self.ingest(&issuer, lines).await;
        let taken = begun.elapsed().as_secs_f64();
        // Of another seed than what is there already, a few numbers are nevertheless the same.
        let created = report["created"].as_u64().unwrap();
        assert!(created > 9 * u64::try_from(count).unwrap() / 10, "{report}");
        f64::from(u32::try_from(created).unwrap()) / taken
    }

    /// Invented records, others at every call.
    fn records(&self) -> Generator {
        let now = self.running.app().clock.now();
        let today = Day::from_days(now.day().0.try_into().unwrap()).unwrap();
        Generator::new(u64::try_from(now.millis()).unwrap(), today)
    }

    async fn ingest(&self, issuer: &str, lines: Vec<u8>) -> Value {
        let request = self.http.post(format!("{}/v1/ingest", self.base)).bearer_auth(issuer);
        let sent = request.header("content-type", "application/x-ndjson").body(lines).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::OK);
        sent.json().await.unwrap()
    }

    /// A certificate in force for each client, with the token of whoever holds it.
    async fn certificates(&self) -> Vec<(String, String)> {
        let app = self.running.app();
        let today = Day::from_days(app.clock.now().day().0.try_into().unwrap()).unwrap();
        let in_force = |record: &Record| {
            record.kind().family() == Family::Qualification
                && record.valid_from() <= today
                && record.valid_to().is_none_or(|last| last > today)
        };
        let records: Vec<Record> = self.records().filter(in_force).take(CLIENTS).collect();
        let issuer = self.sign_in(Role::Issuer, None).await;
        self.ingest(&issuer, records.iter().flat_map(line).collect()).await;
        let mut shown = Vec::new();
        for record in records {
            let number = app.vault.index(Field::CertificateNumber, record.number().as_str());
            let (kind, issuer) = (record.kind().code(), record.issuer().as_str().to_owned());
            let find = move |conn: &mut _| certificates::find_by_number(conn, kind, &issuer, &number);
            let row = app.db.read::<_, StoreError, _>(find).await.unwrap().unwrap();
            shown.push((row.id, self.sign_in(Role::Holder, Some(row.holder_id)).await));
        }
        shown
    }

    async fn sign_in(&self, role: Role, holder_id: Option<String>) -> String {
        let app = self.running.app();
        let login = app.new_id().to_string();
        let new = NewAccount {
            id: app.new_id().to_string(),
            login: login.clone(),
            role,
            name: "测试账号".to_owned(),
            password: Password::hash(PASSWORD, 1),
            password_initial: false,
            holder_id,
            division: None,
        };
        let (integrity, now) = (app.integrity.clone(), app.clock.now());
        let add = move |conn: &mut _| accounts::add(conn, &integrity, new, now);
        assert!(app.db.write::<_, StoreError, _>(add).await.unwrap());
        let session = self.post("/v1/sessions", "", &json!({ "login": login, "password": PASSWORD })).await;
        session["token"].as_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(token).json(body);
        request.send().await.unwrap().json().await.unwrap()
    }
}

fn line(record: &Record) -> Vec<u8> {
    let mut line = record.to_line();
    line.push(b'\n');
    line
}

/// One kind of request, made again and again.
struct Call {
    base: String,
    http: Client,
    expected: StatusCode,
    done: AtomicU32,
}

impl Call {
    fn of(load: &Load, expected: StatusCode) -> Self {
        Self { base: load.base.clone(), http: load.http.clone(), expected, done: AtomicU32::new(0) }
    }

    /// Requests answered a second, when each client makes the next as soon as it has its answer.
    async fn rate(self: &Arc<Self>, request: impl Fn(usize) -> (String, String, Value)) -> f64 {
        let begun = Instant::now();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|at| {
                let (call, (path, token, body)) = (Arc::clone(self), request(at));
                tokio::spawn(async move {
                    while begun.elapsed() < SPAN {
                        let request = call.http.post(format!("{}{path}", call.base)).bearer_auth(&token);
                        let answer = request.json(&body).send().await.unwrap();
                        assert_eq!(answer.status(), call.expected, "{}", answer.text().await.unwrap());
                        let _ = answer.bytes().await.unwrap();
                        call.done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.unwrap();
        }
        f64::from(self.done.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64()
    }
}
