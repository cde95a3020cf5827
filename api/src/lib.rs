//! The province's server and the `yzt` command, as a library with a thin `main`.

mod schema;
pub mod store;
