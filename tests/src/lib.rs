//! Support for end-to-end tests: a real server on a port of its own, with a database and a clock of its own, and
//! the people who use it as types.
//!
//! The database is SQLite and short-lived state is in the process; with `YZT_TEST_BACKEND=postgres` they are PostgreSQL
//! and Redis: throwaway servers are started, or those at `YZT_TEST_DATABASE_URL` and `YZT_TEST_REDIS_URL` are used, which
//! `cargo run -p yzt-tests --bin with-services COMMAND…` starts for a whole run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on ends"
)]

pub mod actors;
pub mod answer;
pub mod app;
pub mod certificates;
pub mod check;
pub mod database;
pub mod device;
pub mod keeper;
pub mod postgres;
pub mod recipient;
pub mod redis;
pub mod service;
pub mod signing_service;

pub use answer::Answer;
pub use app::TestApp;
pub use database::{Backend, TestDatabase};
