//! End-to-end tests, by subject.

mod audit;
mod authority;
mod devices;
mod errors;
mod ingest;
mod keys;
mod killed;
mod kpi;
mod landing;
mod lifecycle;
mod operations;
mod present;
mod receipts;
mod sessions;
mod signed_requests;
mod stopping;
mod verification;
mod wechat;
