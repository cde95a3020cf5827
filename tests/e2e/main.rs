//! End-to-end tests, by subject.

mod errors;
mod ingest;
mod keys;
mod killed;
mod operations;
mod sign_in;
mod stopping;
