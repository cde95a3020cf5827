//! End-to-end tests, by subject.

mod errors;
mod ingest;
mod keys;
mod kill;
mod killed;
mod kpi;
mod operations;
mod receipts;
mod sign_in;
mod stopping;
mod verification;
