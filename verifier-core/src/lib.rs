//! The 亮证 protocol, version 1: bytes, time and trust in, verdict out.
//!
//! Everything here is a pure function of its arguments: there is no clock, no network, no storage and no
//! source of chance in this crate, so that server, command line, phone and browser cannot come to different
//! verdicts. `docs/protocol.md` is the text this code follows.

mod cbor;
pub mod ids;
pub mod sm2;
pub mod time;
