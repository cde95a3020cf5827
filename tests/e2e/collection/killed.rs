//! A province's server killed again and again while certificates come in: the ministry has every change, in order for each
//! certificate.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use diesel::RunQueryDsl;
use reqwest::Method;
use yzt_api::auth::Role;
use yzt_api::collection;
use yzt_api::config::Config;
use yzt_api::generate::Generator;
use yzt_api::keys::{Keystore, pinned_roots};
use yzt_api::record::Day;
use yzt_api::store::collection as rows;
use yzt_api::store::{Conn, Db, StoreError, keys, provinces};
use yzt_tests::actors::Person;
use yzt_tests::app::BEGINNING;
use yzt_tests::{TestApp, TestDatabase};

use super::{arrivals, assert_in_order, database, follow, ministry, numbers, row};
use crate::killed::{PASSWORD, Process, add_account};

/// Times the server is killed.
const KILLS: i64 = 4;
/// Certificates of each upload.
const UPLOAD: usize = 120;
const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

#[tokio::test]
async fn a_province_killed_again_and_again_tells_the_ministry_everything_in_order() {
    let database = database();
    let ministry = ministry().await;
    // The processes know only the machine's clock.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    ministry.pass(now - BEGINNING.millis() / 1000);
    let settings = [("YZT_MINISTRY_URL", ministry.base()), ("YZT_COLLECTION_BATCH", "7".to_owned())];
    let start = || Process::start_with(&database, &settings);

    let mut server = start();
    let db = database.open();
    add_account(&database, ACCOUNT, "issuer", Role::Issuer).await;
    introduce(&ministry, &database, &db, &server.base).await;
    for kill in 1..=KILLS {
        let upload = tokio::spawn(upload(server.base.clone(), usize::try_from(kill).unwrap()));
        // Killed while something is told and something is waiting.
        let told = i64::try_from(arrivals(&ministry).await.len()).unwrap();
        while i64::try_from(arrivals(&ministry).await.len()).unwrap() < told + 10 * kill {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.kill();
        let _ = upload.await;
        // As if two minutes had passed: what a dead server held is free then.
        free_the_job(&db).await;
        server = start();
    }
    assert!(upload(server.base.clone(), 1).await, "the last one is let to its end");
    let newest = newest(&db).await;
    assert!(newest > 40);
    while arrivals(&ministry).await.len() < usize::try_from(newest).unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.kill();

    let arrivals = arrivals(&ministry).await;
    assert_in_order(&arrivals);
    assert_eq!(numbers(&arrivals), (1..=newest).collect::<Vec<_>>());
    let certificates: BTreeSet<_> = arrivals.iter().map(|arrival| &arrival.certificate_id).collect();
    assert_eq!(certificates.len(), arrivals.len(), "each of these has one event");
}

/// Registers the province at the ministry by what its first start made.
async fn introduce(ministry: &TestApp, database: &TestDatabase, db: &Db, base: &str) {
    let config = Config {
        data_dir: database.directory().to_string_lossy().into_owned(),
        keystore_rounds: 1,
        ..Config::default()
    };
    let key = collection::signer(&Keystore::open(&config).unwrap()).unwrap().public_key();
    ministry.registered_service(Role::Issuer, "province-21", &key, Some("21")).await;
    let roots = pinned_roots(&db.read::<_, StoreError, _>(keys::list).await.unwrap()).join(" ");
    let row = row("21", base.to_owned(), roots);
    let add = move |conn: &mut Conn| provinces::insert(conn, &row);
    assert!(ministry.running.app().db.write::<_, StoreError, _>(add).await.unwrap());
    follow(ministry).await;
}

/// Sends certificates in: whether all of them were taken.
async fn upload(base: String, number: usize) -> bool {
    let issuer = Person::at(base).sign_in("issuer", PASSWORD).await;
    let today = Day::parse("20260615").unwrap();
    let records = Generator::new(1, today).skip(number * UPLOAD).take(UPLOAD);
    let lines: Vec<u8> = records.flat_map(|record| [record.to_line().as_slice(), b"\n"].concat()).collect();
    let request = issuer.request(Method::POST, "/v1/ingest").header("content-type", "application/x-ndjson");
    issuer.try_send(request.body(lines)).await.is_ok_and(|answer| answer.status == 200)
}

async fn free_the_job(db: &Db) {
    let free = "UPDATE jobs SET leased_until = 0 WHERE name = 'collection'";
    let work = move |conn: &mut Conn| diesel::sql_query(free).execute(conn).map_err(StoreError::from);
    db.write(work).await.unwrap();
}

async fn newest(db: &Db) -> i64 {
    db.read::<_, StoreError, _>(rows::newest).await.unwrap()
}
