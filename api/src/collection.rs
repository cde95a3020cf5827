//! Collection (归集): every change of a certificate told to the ministry, once at least and in order for each certificate.
//!
//! - `collection/message.rs`: what is sent and answered, the same on both sides (docs/collection.md)
//! - `collection/connector.rs`: the one place that knows how the ministry's system is reached
//! - `collection/change.rs`: a change, made from an event of the feed
//! - `collection/outbox.rs`: sending what is waiting; the mark, and the certificates set aside
//! - `collection/backoff.rs`: when to try again
//! - `collection/keep.rs`: the task that looks whether something is waiting
//! - `collection/state.rs`: how it stands, for people and for alarms
//! - `collection/incidents.rs`: times in which nothing could be pushed, and the two working days after them
//! - `collection/reconciliation.rs`: comparison with the other side's list
//!
//! The feed itself is the outbox: what is kept here is how far the other side knows it. The mark moves only after the
//! other side has answered, so a server that dies in between sends the same again, which changes nothing there. What is not
//! here: the other side (`ministry`).

mod backoff;
mod change;
mod connector;
pub mod incidents;
mod keep;
pub mod message;
mod outbox;
pub mod reconciliation;
pub mod state;

pub use connector::{Connector, signer};
pub use keep::{keep_collecting, run};
pub use outbox::drain;
