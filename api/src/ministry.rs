//! What the ministry's site does: it keeps what provinces collect, publishes the national trust list with every province's
//! status list, and answers for a province that cannot be asked.
//!
//! - `ministry/province.rs`: a province as it is registered, its pinned roots, its entry in the national list
//! - `ministry/follow.rs`: fetching the lists of provinces
//! - `ministry/receive.rs`: collections coming in
//! - `ministry/copy.rs`: a verdict from the copy
//!
//! A site is one when its `role` is `ministry`. The provinces' side is `collection`; how a code is passed on to who issued it
//! is `verification/forward.rs`. docs/mutual-recognition.md describes the whole.

mod copy;
mod follow;
mod province;
mod receive;

pub use copy::{Copied, copied};
pub use follow::{follow, follow_one};
pub use province::{Province, issuers};
pub use receive::{list, receive};
