//! Who may do what: roles, jurisdiction.

mod jurisdiction;
