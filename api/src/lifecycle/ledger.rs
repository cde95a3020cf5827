//! The events of one transaction. They are appended to the history at its end, because others wait for their numbers
//! from then on (`store/events.rs`); until then whoever asks for the history of a certificate must see them too.

use crate::store::events::{self, EventRow};
use crate::store::{Conn, StoreError};

/// What happened in this transaction, in order.
#[derive(Default)]
pub struct Ledger(Vec<EventRow>);

impl Ledger {
    /// Adds an event.
    pub fn push(&mut self, row: EventRow) {
        self.0.push(row);
    }

    /// Adds several.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = EventRow>) {
        self.0.extend(rows);
    }

    /// The event with this id.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn find(&self, conn: &mut Conn, id: &str) -> Result<Option<EventRow>, StoreError> {
        match self.0.iter().find(|row| row.id == id) {
            Some(row) => Ok(Some(row.clone())),
            None => events::find(conn, id),
        }
    }

    /// Everything that happened to a certificate, in its order.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn of_certificate(&self, conn: &mut Conn, certificate_id: &str) -> Result<Vec<EventRow>, StoreError> {
        let mut rows = events::of_certificate(conn, certificate_id)?;
        rows.extend(self.0.iter().filter(|row| row.certificate_id == certificate_id).cloned());
        Ok(rows)
    }

    /// Appends all to the history, as the last thing in the transaction that takes rows of certificates.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another server recorded one of them at this moment; when the database cannot.
    pub fn close(self, conn: &mut Conn, iss: &str) -> Result<(), StoreError> {
        if events::append(conn, iss, self.0)? { Ok(()) } else { Err(StoreError::Busy) }
    }
}
