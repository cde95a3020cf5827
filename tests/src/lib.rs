//! Support for end-to-end tests: a real server on a port of its own, with a database and a clock of its own, and
//! the people who use it as types.
//!
//! The database is SQLite, or PostgreSQL with `YZT_TEST_BACKEND=postgres`: then a throwaway server is started, or
//! the one at `YZT_TEST_DATABASE_URL` is used.

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
pub mod postgres;
pub mod signer;

pub use answer::Answer;
pub use app::TestApp;
pub use database::{Backend, TestDatabase};
