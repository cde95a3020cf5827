//! Three servers under load, one of which is killed: clients that try again at another lose nothing and see nothing twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use reqwest::{Method, RequestBuilder, StatusCode};
use uuid::Uuid;
use yzt_api::store::{Conn, Db, StoreError};
use yzt_tests::Answer;

use super::*;
use crate::killed::{self, Process, add_account};

/// So many receipts, batches and events.
const COUNT: u32 = 60;
/// So many receipts are acknowledged when the server is killed.
const BEFORE: usize = 10;

#[tokio::test]
async fn clients_that_try_again_lose_nothing_and_see_nothing_twice() {
    let postgres = durable();
    let redis = Redis::start().or_else(|| database::missing("redis-server"));
    let (Some(postgres), Some(redis)) = (postgres, redis) else { return };
    let database = TestDatabase::at(postgres.new_database());
    let settings = [("YZT_REDIS_URL", redis.url()), ("YZT_PUBLIC_URL", "http://yzt.test".to_owned())];
    let servers = [(); 3].map(|()| Process::start_with(&database, &settings));
    let bases = servers.each_ref().map(|server| server.base.clone());
    let db = database.open();
    for (number, (login, role)) in
        [("officer", Role::Officer), ("issuer", Role::Issuer)].into_iter().enumerate()
    {
        add_account(&database, &format!("01900000-0000-7000-8000-00000000000{number}"), login, role).await;
    }
    let (officer, issuer) =
        (Client::signed_in("officer", &bases).await, Client::signed_in("issuer", &bases).await);
    issuer.insist(|person| batch(person, 0)).await;
    let certificate = certificate(&db).await;
    let receipts: Vec<Value> = (0..COUNT).map(|_| killed::receipt()).collect();
    let ids: Vec<Uuid> = (0..COUNT).map(|_| Uuid::now_v7()).collect();

    let acknowledged = AtomicUsize::new(0);
    let [victim, others @ ..] = servers;
    let uploading = async {
        for receipt in &receipts {
            officer.insist(|person| upload(person, receipt)).await;
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    };
    let sending = async {
        for number in 1..=COUNT {
            issuer.insist(|person| batch(person, number)).await;
        }
    };
    let reporting = async {
        for id in &ids {
            issuer.insist(|person| report(person, &certificate, *id)).await;
        }
    };
    let killing = async {
        while acknowledged.load(Ordering::SeqCst) < BEFORE {
            tokio::task::yield_now().await;
        }
        victim.kill();
    };
    tokio::join!(uploading, sending, reporting, killing);

    for receipt in &receipts {
        let again = officer.insist(|person| upload(person, receipt)).await;
        assert_eq!(again.json(200)["state"], "already_had");
    }
    for number in 1..=COUNT {
        let report = issuer.insist(|person| batch(person, number)).await.json(200);
        assert_eq!((&report["created"], &report["lines"]), (&json!(1), &json!(1)), "{report}");
    }
    let history = issuer.insist(|person| history(person, &certificate)).await.json(200);
    let recorded: Vec<&str> =
        history["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
    for id in ids {
        assert_eq!(recorded.iter().filter(|recorded| **recorded == id.to_string()).count(), 1, "{history}");
    }
    drop(others);
}

/// Somebody who knows the addresses of all servers.
struct Client {
    everywhere: Vec<Person>,
    turn: AtomicUsize,
}

impl Client {
    async fn signed_in(login: &str, bases: &[String]) -> Self {
        let person = Person::at(bases[0].clone()).sign_in(login, killed::PASSWORD).await;
        let everywhere = bases.iter().map(|base| person.moved_to(base.clone())).collect();
        Self { everywhere, turn: AtomicUsize::new(0) }
    }

    /// Asks one server after another until one acknowledges. One that is gone, or says "come again", is passed over.
    async fn insist(&self, request: impl Fn(&Person) -> RequestBuilder) -> Answer {
        loop {
            let turn = self.turn.fetch_add(1, Ordering::SeqCst);
            let person = &self.everywhere[turn % self.everywhere.len()];
            let Ok(answer) = person.try_send(request(person)).await else { continue };
            if answer.status.is_success() {
                return answer;
            }
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
        }
    }
}

fn upload(officer: &Person, receipt: &Value) -> RequestBuilder {
    officer.request(Method::POST, "/v1/receipts").json(receipt)
}

/// A batch of one certificate, always under the same name.
fn batch(issuer: &Person, number: u32) -> RequestBuilder {
    let request = issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
    request.header("idempotency-key", format!("batch-{number}")).body(format!("{}\n", line(number)))
}

fn line(number: u32) -> Value {
    vehicle(number.try_into().unwrap(), &json!({}))
}

/// What may be reported of a certificate any number of times.
fn report(issuer: &Person, certificate: &str, id: Uuid) -> RequestBuilder {
    let request = issuer.request(Method::POST, &format!("/v1/certificates/{certificate}/events"));
    request.json(&json!({ "id": id, "event": "assessed" }))
}

fn history(issuer: &Person, certificate: &str) -> RequestBuilder {
    issuer.request(Method::GET, &format!("/v1/certificates/{certificate}/history"))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
}

/// The id of the only certificate there is.
async fn certificate(db: &Db) -> String {
    let find = |conn: &mut Conn| Ok(diesel::sql_query("SELECT id FROM certificates").get_result(conn)?);
    let found: Result<Row, StoreError> = db.read(find).await;
    found.unwrap().id
}
