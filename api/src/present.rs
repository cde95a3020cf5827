//! Showing a certificate: from the sealed credential to the code on a holder's screen.
//!
//! - `present/allowed.rs`: whether it may be shown
//! - `present/credential.rs`: the sealed credential, sealed anew when it is due
//! - `present/code.rs`: the code
//!
//! What is not here: what an officer makes of it (verifier-core), and drawing (`qr.rs`).

mod allowed;
mod code;
mod credential;

pub use allowed::allowed;
pub use code::{Shown, show};
pub(crate) use credential::current as sealed;
pub use credential::seal_for_device;
