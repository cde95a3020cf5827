//! Places in the status list: taken from the counter of the issuer, each once.

use super::AdmitError;
use crate::keys::cipher;
use crate::publish::indices;
use crate::store::indices::{self as rows, IndexRow};
use crate::store::{Conn, StoreError};

/// Length in bytes of the secret that hides the order of places.
const SECRET_LENGTH: usize = 32;

/// Takes so many places, in a transaction. Those that are then not used stay empty.
///
/// # Errors
/// When the database cannot, or the issuer's first place is taken on a machine without random bytes.
pub fn reserve(conn: &mut Conn, iss: &str, count: usize) -> Result<Vec<u64>, AdmitError> {
    let by = i64::try_from(count).unwrap_or(i64::MAX);
    if !rows::advance(conn, iss, by)? {
        begin(conn, iss)?;
        rows::advance(conn, iss, by)?;
    }
    let row = rows::find(conn, iss)?.ok_or(StoreError::Busy)?;
    let end = u64::try_from(row.next).unwrap_or_default();
    let first = end.saturating_sub(u64::try_from(count).unwrap_or_default());
    Ok((first..end).map(|counter| indices::place(&row.secret, counter)).collect())
}

pub(super) fn reserve_one(conn: &mut Conn, iss: &str) -> Result<u64, AdmitError> {
    let place = reserve(conn, iss, 1)?.first().copied();
    Ok(place.ok_or(StoreError::Busy)?)
}

/// Makes the counter and its secret. When another server was first, its own hold.
fn begin(conn: &mut Conn, iss: &str) -> Result<(), AdmitError> {
    let secret = cipher::random::<SECRET_LENGTH>().ok_or(AdmitError::NoRandomness)?;
    rows::insert(
        conn,
        &IndexRow { iss: iss.to_owned(), next: 0, secret: secret.to_vec(), generation: 0, events: 0 },
    )?;
    Ok(())
}
