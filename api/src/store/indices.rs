//! Queries on the counter of status list indices, and on the generation that says whether a list still holds.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::status_indices;

/// Says that a status of this issuer changed: the list signed before no longer holds.
///
/// # Errors
/// When the database cannot.
pub fn next_generation(conn: &mut Conn, iss: &str) -> Result<(), StoreError> {
    diesel::update(status_indices::table.find(iss))
        .set(status_indices::generation.eq(status_indices::generation + 1))
        .execute(conn)?;
    Ok(())
}
