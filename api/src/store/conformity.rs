//! Queries on conformity: what does not fit in certificates, what was checked when, and how the rate moved.
//!
//! - `conformity/nonconformities.rs`: 不规范数据, open and closed
//! - `conformity/requests.rs`: requests for correction
//! - `conformity/checks.rs`: the newest check of each certificate, and the tallies that follow from it
//! - `conformity/gather.rs`: what a check needs to know of many certificates at once
//! - `conformity/runs.rs`: marks, runs, sets of rules
//!
//! What is not here: rules, and what follows from a finding (`crate::conformity`).

pub mod checks;
pub mod gather;
pub mod nonconformities;
pub mod requests;
pub mod runs;
