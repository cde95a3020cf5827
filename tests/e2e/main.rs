//! End-to-end tests, by subject.

mod audit;
mod authority;
mod backup;
mod deploy;
mod devices;
mod errors;
mod ingest;
mod keys;
mod killed;
mod kpi;
mod landing;
mod lifecycle;
mod limits;
mod operations;
mod present;
mod receipts;
mod sessions;
mod stopping;
mod upgrade;
mod verification;
