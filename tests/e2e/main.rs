//! End-to-end tests, by subject.

mod errors;
mod keys;
mod kill;
mod kpi;
mod operations;
mod receipts;
mod sign_in;
mod stopping;
mod verification;
