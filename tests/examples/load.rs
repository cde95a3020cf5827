//! How many presentations and online verifications a second a server answers, by HTTP over loopback, on the database
//! the settings of the environment name. `scripts/bench` runs it.
//!
//! Server and clients are in this one process and share its processors: a client costs about as much as it takes from
//! the server.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for people")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use verifier_core::ids::Family;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::Clock;
use yzt_api::config::Config;
use yzt_api::generate::Generator;
use yzt_api::record::{Day, Record};
use yzt_api::server::{self, Running};
use yzt_api::store::{StoreError, certificates};
use yzt_api::vault::Field;

/// Requests under way at the same time.
const CLIENTS: usize = 16;
/// How long each is measured.
const SPAN: Duration = Duration::from_secs(10);
const PASSWORD: &str = "a password for measuring";

#[tokio::main]
async fn main() {
    let config = Config {
        bind: "127.0.0.1:0".to_owned(),
        log_level: "error".to_owned(),
        ..Config::load(None).unwrap()
    };
    let running = server::spawn(config, Clock::System).await.unwrap();
    let load = Load { base: format!("http://{}", running.address()), http: Client::new(), running };
    let shown = load.certificates().await;
    let officer = load.sign_in(Role::Officer, None).await;

    let presentation = Arc::new(Call::of(&load, StatusCode::CREATED));
    let rate = presentation.rate(|at| {
        let (certificate, token) = &shown[at % shown.len()];
        (format!("/v1/certificates/{certificate}/presentations"), token.clone(), json!({}))
    });
    println!("亮证 presentations                            {:.0}/s", rate.await);

    let (certificate, token) = &shown[0];
    let path = format!("/v1/certificates/{certificate}/presentations");
    let code = load.post(&path, token, &json!({})).await["code"].clone();
    let verification = Arc::new(Call::of(&load, StatusCode::OK));
    let rate =
        verification.rate(|_| ("/v1/verifications".to_owned(), officer.clone(), json!({ "code": code })));
    println!("在线核验 online verifications                  {:.0}/s", rate.await);
    load.running.stop().await.unwrap();
}

struct Load {
    running: Running,
    base: String,
    http: Client,
}

impl Load {
    /// A certificate in force for each client, with the token of whoever holds it.
    async fn certificates(&self) -> Vec<(String, String)> {
        let app = self.running.app();
        let today = Day::from_days(app.clock.now().day().0.try_into().unwrap()).unwrap();
        let seed = u64::try_from(app.clock.now().millis()).unwrap();
        let in_force = |record: &Record| {
            record.kind().family() == Family::Person
                && record.valid_from() <= today
                && record.valid_to().is_none_or(|last| last > today)
        };
        let records: Vec<Record> = Generator::new(seed, today).filter(in_force).take(CLIENTS).collect();
        let issuer = self.sign_in(Role::Issuer, None).await;
        let lines: Vec<u8> = records.iter().flat_map(Record::to_line).collect();
        let sent = self.http.post(format!("{}/v1/ingest", self.base)).bearer_auth(issuer);
        let sent = sent.header("content-type", "application/x-ndjson").body(lines).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::OK);
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
            password: Some(Password::hash(PASSWORD, 1).unwrap()),
            holder_id,
            division: None,
        };
        let now = app.clock.now();
        assert!(app.db.write::<_, StoreError, _>(move |conn| accounts::add(conn, new, now)).await.unwrap());
        let session = self.post("/v1/sessions", "", &json!({ "login": login, "password": PASSWORD })).await;
        session["token"].as_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(token).json(body);
        request.send().await.unwrap().json().await.unwrap()
    }
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
