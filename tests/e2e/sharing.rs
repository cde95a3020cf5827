//! Sharing certificates with others: faces, grants, what is given under them, annotated copies.

mod copies;
mod faces;
mod grants;
mod keys;
mod uses;
