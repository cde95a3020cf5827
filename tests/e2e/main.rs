//! End-to-end tests, by subject.

mod errors;
mod keys;
mod operations;
mod sign_in;
mod stopping;
