//! One suite of the store, run on every database, and one of short-lived state (`ephemeral.rs`). Without PostgreSQL or
//! Redis on the machine their half says so and passes. `admission.rs`: whole portions of an ingest.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use yzt_api::store::accounts::{self, AccountRow};
use yzt_api::store::claims::{self, ClaimRow};
use yzt_api::store::{Conn, Db, StoreError, StoreSettings, attempt};
use yzt_tests::{Backend, TestDatabase};

mod admission;
mod ephemeral;

/// Makes a test for each database of a function that takes one.
macro_rules! on_every_database {
    ($( async fn $name:ident($database:ident: &TestDatabase) $body:block )*) => { $(
        mod $name {
            use super::*;

            async fn given($database: &TestDatabase) $body

            #[tokio::test]
            async fn on_sqlite() {
                given(&TestDatabase::new(Backend::Sqlite).unwrap()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                match TestDatabase::new(Backend::Postgres) {
                    Some(database) => given(&database).await,
                    None => println!("not run: no PostgreSQL on this machine"),
                }
            }
        }
    )* };
}

on_every_database! {
    async fn a_login_is_taken_once_and_the_transaction_goes_on(database: &TestDatabase) {
        let db = database.open();
        let added = db.write(|conn| {
            let first = accounts::insert(conn, &account("1", "a"))?;
            let second = accounts::insert(conn, &account("2", "a"))?;
            let third = accounts::insert(conn, &account("3", "b"))?;
            Ok::<_, StoreError>([first, second, third])
        });
        assert_eq!(added.await.unwrap(), [true, false, true]);
        assert_eq!(logins(&db).await, ["a", "b"]);
    }

    async fn what_fails_leaves_nothing(database: &TestDatabase) {
        let db = database.open();
        let failed = db.write(|conn| {
            accounts::insert(conn, &account("1", "a"))?;
            Err::<(), _>(StoreError::Busy)
        });
        assert!(matches!(failed.await, Err(StoreError::Busy)));
        assert!(logins(&db).await.is_empty());
    }

    async fn a_panic_in_the_middle_leaves_nothing_and_the_next_one_works(database: &TestDatabase) {
        let db = database.open();
        for _ in 0..8 {
            let failed = db.write(|conn| -> Result<(), StoreError> {
                accounts::insert(conn, &account("1", "a"))?;
                std::panic::resume_unwind(Box::new("as if by a bug"));
            });
            assert!(matches!(failed.await, Err(StoreError::Stopped)));
        }
        assert!(logins(&db).await.is_empty());
        assert!(db.write(|conn| accounts::insert(conn, &account("1", "a"))).await.unwrap());
    }

    async fn writers_who_read_first_never_lose_to_each_other(database: &TestDatabase) {
        let (one, two) = (database.open(), database.open());
        let writers = (0..40).map(|n| {
            let db = if n % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move {
                db.write(move |conn| {
                    accounts::list(conn)?;
                    accounts::insert(conn, &account(&n.to_string(), &format!("login {n}")))
                })
                .await
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            assert!(writer.await.unwrap().unwrap());
        }
        assert_eq!(logins(&one).await.len(), 40);
    }

    async fn of_many_who_take_one_login_at_once_one_gets_it(database: &TestDatabase) {
        let db = database.open();
        let takers = (0..20).map(|n: u32| {
            let db = db.clone();
            tokio::spawn(async move { db.write(move |conn| accounts::insert(conn, &account(&n.to_string(), "a"))).await })
        });
        let mut got = 0;
        for taker in takers.collect::<Vec<_>>() {
            got += u32::from(taker.await.unwrap().unwrap());
        }
        assert_eq!(got, 1);
    }

    async fn a_claim_holds_once_until_it_ends(database: &TestDatabase) {
        let (one, two) = (database.open(), database.open());
        assert!(claim(&one, claim_of(None, 60), 0).await);
        assert!(!claim(&two, claim_of(None, 60), 59).await);
        assert!(claim(&two, claim_of(None, 120), 60).await);
        assert!(!claim(&one, claim_of(None, 120), 119).await);
    }

    async fn who_holds_a_claim_may_come_again_and_nobody_else(database: &TestDatabase) {
        let db = database.open();
        assert!(claim(&db, claim_of(Some(1), 60), 0).await);
        assert!(claim(&db, claim_of(Some(1), 60), 0).await);
        assert!(!claim(&db, claim_of(Some(2), 60), 0).await);
        assert!(!claim(&db, claim_of(None, 60), 0).await);
    }

    async fn of_many_who_claim_at_once_one_is_told_so(database: &TestDatabase) {
        let (one, two) = (database.open(), database.open());
        let claims = (0..20).map(|n| {
            let db = if n % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move { claim(&db, claim_of(None, 60), 0).await })
        });
        let mut held = 0;
        for claim in claims.collect::<Vec<_>>() {
            held += u32::from(claim.await.unwrap());
        }
        assert_eq!(held, 1);
    }

    async fn a_claim_that_ended_is_forgotten(database: &TestDatabase) {
        let db = database.open();
        assert!(claim(&db, claim_of(Some(1), 60), 0).await);
        db.write(|conn| claims::prune(conn, 59)).await.unwrap();
        assert!(!claim(&db, claim_of(Some(2), 90), 59).await);
        db.write(|conn| claims::prune(conn, 60)).await.unwrap();
        assert!(claim(&db, claim_of(Some(2), 90), 0).await);
    }

    async fn an_account_changes_only_if_it_is_as_it_was_read(database: &TestDatabase) {
        let db = database.open();
        assert!(db.write(|conn| accounts::insert(conn, &account("1", "a"))).await.unwrap());
        let disabled = |at, code| AccountRow { disabled_at: Some(at), integrity_code: vec![code], ..account("1", "a") };
        assert!(db.write(move |conn| accounts::replace(conn, &disabled(7, 1), &[0])).await.unwrap());
        assert!(!db.write(move |conn| accounts::replace(conn, &disabled(8, 2), &[0])).await.unwrap());
        let row = db.read(|conn| accounts::find_by_login(conn, "a")).await.unwrap().unwrap();
        assert_eq!(row.disabled_at, Some(7));
    }

    async fn a_role_the_schema_does_not_know_is_an_error_and_no_duplicate(database: &TestDatabase) {
        let db = database.open();
        let row = AccountRow { role: "driver".to_owned(), ..account("1", "a") };
        let refused = db.write(move |conn| accounts::insert(conn, &row)).await;
        assert!(matches!(refused, Err(StoreError::Query(_))));
    }

    async fn a_second_start_finds_the_schema_current(database: &TestDatabase) {
        let first = database.open();
        assert!(first.write(|conn| accounts::insert(conn, &account("1", "a"))).await.unwrap());
        assert_eq!(logins(&database.open()).await, ["a"]);
    }

    async fn the_schema_goes_down_and_up_again(database: &TestDatabase) {
        let db = database.open();
        let moved = db.write(|conn| {
            for direction in ["down.sql", "up.sql"] {
                for statements in migrations(direction) {
                    conn.batch_execute(&statements)?;
                }
            }
            accounts::insert(conn, &account("1", "a"))
        });
        assert!(moved.await.unwrap());
    }

    async fn servers_that_start_at_once_agree_on_the_schema(database: &TestDatabase) {
        let starts = (0..4).map(|_| {
            let settings = database.settings();
            tokio::task::spawn_blocking(move || Db::open(&settings).map(|_| ()))
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap().unwrap();
        }
    }

    async fn a_savepoint_that_fails_takes_only_itself_back(database: &TestDatabase) {
        let db = database.open();
        db.write(|conn| {
            accounts::insert(conn, &account("1", "a"))?;
            let inner = attempt(conn, |conn: &mut Conn| {
                accounts::replace(conn, &AccountRow { disabled_at: Some(7), ..account("1", "a") }, &[0])
                    .map_err(|_| diesel_not_found())?;
                Err::<(), _>(diesel_not_found())
            });
            assert!(inner.is_err());
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
        let row = db.read(|conn| accounts::find_by_login(conn, "a")).await.unwrap().unwrap();
        assert_eq!(row.disabled_at, None);
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_broken_off_and_may_be_tried_again() {
    let Some(database) = TestDatabase::new(Backend::Postgres) else { return };
    let limit = Some(Duration::from_millis(200));
    let db = Db::open(&StoreSettings { statement_limit: limit, ..database.settings() }).unwrap();
    let broken_off = db.read(|conn| Ok::<_, StoreError>(conn.batch_execute("SELECT pg_sleep(60)")?)).await;
    assert!(matches!(broken_off, Err(StoreError::Busy)), "{broken_off:?}");
    assert!(logins(&db).await.is_empty());
}

#[tokio::test]
async fn nobody_waits_for_a_database_that_took_the_question_and_vanished() {
    let Some(database) = TestDatabase::new(Backend::Postgres) else { return };
    let db = database.open();
    db.limit_waiting(Duration::from_millis(200));
    let given_up = db.read(|conn| Ok::<_, StoreError>(conn.batch_execute("SELECT pg_sleep(3)")?)).await;
    assert!(matches!(given_up, Err(StoreError::Unreachable(_))), "{given_up:?}");
    assert!(logins(&db).await.is_empty());
}

#[tokio::test]
async fn a_reader_of_sqlite_cannot_write() {
    let database = TestDatabase::new(Backend::Sqlite).unwrap();
    let refused = database.open().read(|conn| accounts::insert(conn, &account("1", "a"))).await;
    assert!(matches!(refused, Err(StoreError::Query(_))));
}

fn claim_of(claimant: Option<u8>, ends_at: i64) -> ClaimRow {
    ClaimRow { digest: vec![7; 32], claimant: claimant.map(|claimant| vec![claimant; 32]), ends_at }
}

async fn claim(db: &Db, wanted: ClaimRow, now: i64) -> bool {
    db.write(move |conn| claims::claim(conn, &wanted, now)).await.unwrap()
}

fn account(id: &str, login: &str) -> AccountRow {
    AccountRow {
        id: id.to_owned(),
        login: login.to_owned(),
        role: "officer".to_owned(),
        name: "测试账号".to_owned(),
        password_hash: None,
        holder_id: None,
        division: None,
        created_at: 0,
        disabled_at: None,
        grant_id: None,
        integrity_key: 1,
        integrity_code: vec![0],
        password_set_at: 0,
        password_initial: false,
        last_sign_in_at: None,
        factors_since: None,
    }
}

async fn logins(db: &Db) -> Vec<String> {
    let rows: Result<_, StoreError> = db.read(accounts::list).await;
    rows.unwrap().into_iter().map(|row| row.login).collect()
}

/// The text of every migration, in the order it is run in this direction.
fn migrations(direction: &str) -> Vec<String> {
    let all = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut directories: Vec<_> = all.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    if direction == "down.sql" {
        directories.reverse();
    }
    directories.iter().map(|one| std::fs::read_to_string(one.join(direction)).unwrap()).collect()
}

fn diesel_not_found() -> diesel::result::Error {
    diesel::result::Error::NotFound
}
