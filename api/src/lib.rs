//! The province's server and the `yzt` command, as a library with a thin `main`.

pub mod admit;
pub mod app;
pub mod auth;
pub mod certificates;
pub mod cli;
pub mod clock;
pub mod config;
pub mod devices;
pub mod ephemeral;
pub mod extract;
pub mod generate;
pub mod ingest;
pub mod keys;
pub mod lifecycle;
pub mod log;
pub mod metrics;
mod observe;
pub mod present;
pub mod problem;
pub mod publish;
pub mod qr;
pub mod record;
pub mod routes;
mod schema;
pub mod seal;
pub mod server;
pub mod store;
