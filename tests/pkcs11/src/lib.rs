//! A PKCS#11 module for tests: real SM2 signatures by keys in memory, and faults on demand.
//!
//! - `token.rs`: the token: keys, sessions, the PIN, faults. Safe code
//! - `calls.rs`: the functions of PKCS#11 that the server uses, each a step from C to the token
//!
//! There is one token in each process that loads the library, and it is empty at first. A fault is ordered the way
//! anything is told to a token: by making a data object labelled [`FAULT`], whose value is the word of a [`Fault`].
//!
//! It is no security module: it exists so that the way from a certificate to its seal can be walked with a module
//! that knows SM2, which no free one does.

mod calls;
mod token;

pub use calls::C_GetFunctionList;
pub use token::Fault;

/// The label of the token.
pub const TOKEN: &str = "yzt test";
/// The PIN of its user. After [`TRIES`] wrong ones no PIN is right.
pub const PIN: &str = "a pin for tests";
/// How many wrong PINs in a row lock the token.
pub const TRIES: u32 = 3;
/// The mechanism that signs `e`, an SM3 digest over Z and the message.
pub const SIGN_DIGEST: u64 = 0x8000_0001;
/// The mechanism that signs a message, making Z with the default user id.
pub const SIGN_MESSAGE: u64 = 0x8000_0002;
/// The mechanism that makes a key pair.
pub const GENERATE: u64 = 0x8000_0003;
/// The label of the data object that orders a fault.
pub const FAULT: &str = "fault";
