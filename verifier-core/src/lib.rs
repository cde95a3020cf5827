//! The 亮证 protocol, version 1: bytes, time and trust in, verdict out.
//!
//! Everything here is a pure function of its arguments: there is no clock, no network, no storage and no
//! source of chance in this crate, so that server, command line, phone and browser cannot come to different
//! verdicts. `docs/protocol.md` is the text this code follows.
//!
//! - making: [`credential::Credential::seal`], [`presentation::Presentation::sign`], [`token::format`],
//! - deciding: [`bundle::Bundle::open`], then [`verify()`]
//! - annotated copies: [`copy::Annotation::sign`], [`copy::verify_copy`]

pub mod bundle;
mod cbor;
pub mod checkpoint;
pub mod copy;
mod cose;
pub mod credential;
mod foreign;
pub mod ids;
pub mod presentation;
mod reasons;
pub mod receipt;
mod reference;
pub mod sm2;
mod state;
pub mod status;
pub mod time;
pub mod token;
pub mod trust;
mod verdict;
mod verify;

pub use bundle::{Bundle, BundleError};
pub use foreign::Foreign;
pub use reasons::{Outcome, Reason, Text, Warning};
pub use reference::{UnverifiedReference, unverified_reference};
pub use state::State;
pub use time::{Day, Seconds};
pub use verdict::{Certificate, Display, Established, Explanation, ScopeItem, Shown, Verdict};
pub use verify::{CLOCK_ALLOWANCE, STALE_AFTER, TOO_OLD_AFTER, verify, verify_seal};
