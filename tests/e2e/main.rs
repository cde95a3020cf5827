//! End-to-end tests, by subject.

mod audit;
mod authority;
mod backup;
mod cluster;
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
mod reveals;
mod sessions;
mod sharing;
mod signer;
mod signing_service;
mod stopping;
mod upgrade;
mod verification;
mod wechat;
