//! Who may do what: roles, jurisdiction, the table that says it; accounts and what needs a second person.

mod access;
mod accounts;
mod approvals;
mod integrity;
mod jurisdiction;
mod world;

pub(crate) use world::binding_request;
