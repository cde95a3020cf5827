//! End-to-end tests, by subject.

mod devices;
mod errors;
mod keys;
mod landing;
mod lifecycle;
mod operations;
mod present;
mod sign_in;
mod stopping;
