//! Reading, rules and properties of records, on invented data with valid check characters.

mod fixtures;
mod properties;
mod reading;
mod rules;
