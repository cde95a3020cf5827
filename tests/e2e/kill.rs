//! A server that is killed in the middle of its work has lost nothing that it had acknowledged.
//!
//! The server is this very test program in a process of its own, because a process can only be killed whole.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use yzt_api::auth::accounts::{self, NewAccount};
use yzt_api::auth::{Password, Role};
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::Config;
use yzt_api::server;
use yzt_api::store::{Db, StoreError};
use yzt_tests::actors::{Officer, Person};

/// Tells the server's process where its data are.
const DATA: &str = "YZT_TEST_KILL_DATA";
const PASSWORD: &str = "a password for tests";

fn config(data: &Path) -> Config {
    Config {
        bind: "127.0.0.1:0".to_owned(),
        data_dir: data.to_string_lossy().into_owned(),
        keystore_rounds: 1,
        password_rounds: 1,
        ..Config::default()
    }
}

/// A server in a process of its own.
struct Server {
    process: Child,
    base: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::the_server_that_is_killed", "--ignored", "--nocapture"])
            .env(DATA, data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let base = lines.map(Result::unwrap).find_map(|line| Some(line.split_once("at http")?.1.to_owned()));
        Self { process, base: format!("http{}", base.unwrap()) }
    }

    async fn officer(&self) -> Officer {
        Officer(Person::at(self.base.clone()).sign_in("officer", PASSWORD).await)
    }

    /// SIGKILL: nothing of it runs any more, not even what it would do at its end.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
#[ignore = "not a test by itself: the server of another one"]
async fn the_server_that_is_killed() {
    let Some(data) = std::env::var_os(DATA) else {
        return;
    };
    let running = server::spawn(config(Path::new(&data)), Clock::System).await.unwrap();
    println!("at http://{}", running.address());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn acknowledged_receipts_outlive_the_server() {
    let data = TempDir::new().unwrap();
    add_officer(data.path()).await;
    let batches: Vec<Vec<Value>> = (0..40).map(|_| (0..25).map(|_| receipt()).collect()).collect();

    let server = Server::start(data.path());
    let acknowledged = upload_until_killed(server, &batches).await;
    assert!((5..batches.len()).contains(&acknowledged), "killed in the middle: {acknowledged}");

    let server = Server::start(data.path());
    let officer = server.officer().await;
    let mut halves = 0;
    for (number, batch) in batches.iter().enumerate() {
        let answers = officer.upload_items(batch).await;
        let had = answers.iter().filter(|answer| answer["state"] == "already_had").count();
        let accepted = answers.iter().filter(|answer| answer["state"] == "accepted").count();
        assert_eq!(had + accepted, batch.len(), "nothing is in conflict with itself");
        assert!(number >= acknowledged || accepted == 0, "batch {number} was acknowledged");
        halves += usize::from(had > 0 && accepted > 0);
    }
    assert_eq!(halves, 0, "a batch is kept whole or not at all");
    server.kill();
}

/// Uploads one batch after another, and kills the server while one is under way. How many were acknowledged.
async fn upload_until_killed(server: Server, batches: &[Vec<Value>]) -> usize {
    let officer = server.officer().await;
    let (acknowledge, mut acknowledged) = tokio::sync::watch::channel(0);
    let uploads = async {
        for batch in batches {
            let request = officer.request(reqwest::Method::POST, "/v1/receipts/batch");
            match request.json(&json!({ "receipts": batch })).send().await {
                Ok(response) if response.status() == 200 && response.bytes().await.is_ok() => {
                    acknowledge.send_modify(|count| *count += 1);
                }
                _ => break,
            }
        }
    };
    let killing = async {
        acknowledged.wait_for(|count| *count == 5).await.unwrap();
        server.kill();
    };
    tokio::join!(uploads, killing);
    *acknowledge.borrow()
}

/// A receipt of a payment code: evidence like any other.
fn receipt() -> Value {
    json!({ "receipt": {
        "id": uuid::Uuid::now_v7(),
        "code": "wxp://f2f0abc",
        "outcome": "invalid",
        "reason": "not_a_presentation",
        "officer": "LN-0001",
        "device": "d-1",
        "scanned_at": Clock::System.now().seconds(),
        "purpose": "路面执法检查",
    } })
}

async fn add_officer(data: &Path) {
    let db = Db::open(&config(data).store().unwrap()).unwrap();
    let officer = NewAccount {
        id: uuid::Uuid::now_v7().to_string(),
        login: "officer".to_owned(),
        role: Role::Officer,
        name: "测试账号".to_owned(),
        password: Password::hash(PASSWORD, 1).unwrap(),
        holder_id: None,
        division: None,
    };
    let added: Result<bool, StoreError> = db.write(|conn| accounts::add(conn, officer, Timestamp(0))).await;
    assert!(added.unwrap());
}
