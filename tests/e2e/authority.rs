//! Who may do what: roles, jurisdiction, and the table that says it.

mod access;
mod jurisdiction;
mod world;
