//! One suite of short-lived state, run in the process and on Redis.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus::IntGauge;
use yzt_api::claims::Claims;
use yzt_api::clock::{Clock, Timestamp};
use yzt_api::config::Secret;
use yzt_api::ephemeral::{Ephemeral, EphemeralError, Key, Local, Redis, RedisSettings};
use yzt_tests::{Backend, TestDatabase, database, redis};

const NOON: Timestamp = Timestamp(1_770_000_000_000);

/// The same state, as two servers see it, and their clock.
struct Given {
    one: Arc<Ephemeral>,
    two: Arc<Ephemeral>,
    clock: Clock,
    _database: Option<TestDatabase>,
}

/// Makes a test for each kind of state of a function that takes one.
macro_rules! on_every_kind {
    ($( async fn $name:ident($given:ident: &Given) $body:block )*) => { $(
        mod $name {
            use super::*;

            async fn given($given: &Given) $body

            #[tokio::test]
            async fn in_the_process() {
                given(&in_process()).await;
            }

            #[tokio::test]
            async fn on_redis() {
                if let Some(url) = redis::shared().or_else(|| database::missing("redis-server")) {
                    given(&on(url).await).await;
                }
            }
        }
    )* };
}

on_every_kind! {
    async fn a_value_is_taken_once_and_not_after_its_end(given: &Given) {
        let key = Key::new("test", "a");
        given.one.put(key, vec![7], 60).await.unwrap();
        assert_eq!(given.two.take_once(key).await, Ok(Some(vec![7])));
        assert_eq!(given.one.take_once(key).await, Ok(None));
        let key = Key::new("test", "b");
        given.one.put(key, vec![7], 60).await.unwrap();
        given.later(60);
        assert_eq!(given.two.take_once(key).await, Ok(None));
    }

    async fn of_many_who_take_at_once_one_gets_it(given: &Given) {
        let key = Key::new("test", "a");
        given.one.put(key, Vec::new(), 60).await.unwrap();
        let takers = (0..20).map(|n| {
            let server = if n % 2 == 0 { &given.one } else { &given.two };
            let server = Arc::clone(server);
            tokio::spawn(async move { server.take_once(key).await.unwrap().is_some() })
        });
        let mut got = 0;
        for taker in takers.collect::<Vec<_>>() {
            got += u32::from(taker.await.unwrap());
        }
        assert_eq!(got, 1);
    }

    async fn a_window_counts_over_all_servers_from_its_first_and_then_begins_anew(given: &Given) {
        let key = Key::new("test", "a");
        given.one.count_in_window(key, 60).await.unwrap();
        given.later(59);
        let second = given.two.count_in_window(key, 60).await.unwrap();
        assert_eq!((second.times, second.ends_in), (2, 1));
        given.later(1);
        assert_eq!(given.one.count_in_window(key, 60).await.unwrap().times, 1);
    }

    async fn what_is_taken_back_does_not_count(given: &Given) {
        let key = Key::new("test", "a");
        given.one.uncount(key).await.unwrap();
        given.one.count_in_window(key, 60).await.unwrap();
        given.two.uncount(key).await.unwrap();
        assert_eq!(given.one.count_in_window(key, 60).await.unwrap().times, 1);
    }

    async fn values_and_counts_do_not_meet(given: &Given) {
        let key = Key::new("test", "a");
        given.one.put(key, vec![7], 60).await.unwrap();
        assert_eq!(given.one.count_in_window(key, 60).await.unwrap().times, 1);
        assert_eq!(given.one.take_once(key).await, Ok(Some(vec![7])));
    }
}

#[tokio::test]
async fn what_was_taken_is_not_taken_again_when_redis_remembers_it_anew() {
    let Some(server) = redis::Redis::start().or_else(|| database::missing("redis-server")) else { return };
    let given = on(&server.url()).await;
    let key = Key::new("test", "a");
    given.one.put(key, vec![7], 60).await.unwrap();
    let name = server.ask(&["KEYS", "*"]);
    assert_eq!(server.ask(&["COPY", &name, "kept"]), "1");
    assert_eq!(given.one.take_once(key).await, Ok(Some(vec![7])));
    // As a memory restored from disk has it, or a replica that had not heard of the taking.
    assert_eq!(server.ask(&["RENAME", "kept", &name]), "OK");
    assert_eq!(given.two.take_once(key).await, Ok(None));
    // What is put again is another thing.
    given.two.put(key, vec![7], 60).await.unwrap();
    assert_eq!(given.one.take_once(key).await, Ok(Some(vec![7])));
}

#[tokio::test]
async fn while_redis_is_away_every_question_is_an_error_and_afterwards_nothing_is_known() {
    let Some(mut server) = redis::Redis::start().or_else(|| database::missing("redis-server")) else {
        return;
    };
    let given = on(&server.url()).await;
    let key = Key::new("test", "a");
    given.one.put(key, vec![7], 60).await.unwrap();

    server.kill();
    for _ in 0..2 {
        assert!(matches!(given.one.take_once(key).await, Err(EphemeralError::Unreachable(_))));
        assert!(matches!(given.one.count_in_window(key, 60).await, Err(EphemeralError::Unreachable(_))));
    }
    assert!(!given.one.redis().unwrap().answers().await);

    server.start_again();
    assert!(given.one.redis().unwrap().answers().await);
    assert_eq!(given.one.take_once(key).await, Ok(None));
    assert_eq!(given.one.count_in_window(key, 60).await.unwrap().times, 1);
}

#[tokio::test]
async fn a_redis_that_holds_still_is_as_good_as_away() {
    let Some(mut server) = redis::Redis::start().or_else(|| database::missing("redis-server")) else {
        return;
    };
    let given = on(&server.url()).await;
    server.freeze();
    assert!(given.one.count_in_window(Key::new("test", "a"), 60).await.is_err());
    server.thaw();
    assert!(given.one.redis().unwrap().answers().await);
    assert!(given.one.count_in_window(Key::new("test", "a"), 60).await.is_ok());
}

#[test]
fn an_address_that_is_none_is_named_by_its_setting_and_not_repeated() {
    let settings = settings("s3cret://nowhere", &redis::prefix());
    let clock = Clock::fixed(NOON);
    let database = TestDatabase::new(Backend::Sqlite).unwrap();
    let claims = Claims::new(database.open(), clock.clone());
    let refused = Redis::new(&settings, clock, claims, gauge()).err().unwrap().to_string();
    assert!(refused.starts_with("redis_url: ") && !refused.contains("s3cret"), "{refused}");
}

impl Given {
    fn later(&self, seconds: i64) {
        if let Clock::Fixed(millis) = &self.clock {
            millis.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }
}

fn in_process() -> Given {
    let clock = Clock::fixed(NOON);
    let alone = Arc::new(Ephemeral::Local(Local::new(clock.clone())));
    Given { one: Arc::clone(&alone), two: alone, clock, _database: None }
}

async fn on(url: &str) -> Given {
    let clock = Clock::fixed(NOON);
    let database = TestDatabase::new(Backend::Sqlite).unwrap();
    let settings = settings(url, &redis::prefix());
    let claims = Claims::new(database.open(), clock.clone());
    let server = || Redis::new(&settings, clock.clone(), claims.clone(), gauge()).unwrap();
    let (one, two) = (server(), server());
    assert!(one.answers().await && two.answers().await);
    let [one, two] = [one, two].map(|server| Arc::new(Ephemeral::Redis(Box::new(server))));
    Given { one, two, clock, _database: Some(database) }
}

fn settings(url: &str, prefix: &str) -> RedisSettings {
    RedisSettings { url: Secret::from(url.to_owned()), ca_file: String::new(), prefix: prefix.to_owned() }
}

fn gauge() -> IntGauge {
    IntGauge::new("degraded", "for a test").unwrap()
}
