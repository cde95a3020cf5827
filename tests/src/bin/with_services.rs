//! Runs a command with PostgreSQL and Redis beside it: `with-services COMMAND [ARGUMENT…]`.
//!
//! Starting them once for a whole run saves every test the second it takes. They end with the command.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends")]

use std::process::{Command, ExitCode};

use yzt_tests::postgres::Postgres;
use yzt_tests::redis::Redis;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().expect("with-services COMMAND [ARGUMENT…]");
    let postgres = Postgres::start().expect("PostgreSQL is in /usr/lib/postgresql");
    let redis = Redis::start().expect("redis-server is in the path");
    let ended = Command::new(command)
        .args(arguments)
        .env("YZT_TEST_BACKEND", "postgres")
        .env("YZT_TEST_DATABASE_URL", postgres.url())
        .env("YZT_TEST_REDIS_URL", redis.url())
        .status()
        .unwrap();
    ExitCode::from(ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
