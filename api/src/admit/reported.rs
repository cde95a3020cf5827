//! Events that come in between records, in the same transaction. The rules are those of `lifecycle`.

use super::{Admission, AdmitError, Outcome};
use crate::lifecycle::{Ledger, NewEvent, NotRecorded, Recorded, Report, Subject};
use crate::store::Conn;

impl Admission {
    /// Records an event as [`Report::record`] does; the ledger is for the caller to close.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn report(
        &self,
        conn: &mut Conn,
        subject: Subject,
        event: NewEvent,
        ledger: &mut Ledger,
    ) -> Result<Outcome, AdmitError> {
        let report = Report {
            subject,
            event,
            by: self.sender.clone(),
            province: self.app.config.iss.clone(),
            batch: self.batch.clone(),
            fresh: self.app.new_id(),
            now: self.now,
        };
        match report.record(conn, ledger, || self.app.new_id().to_string()) {
            Ok(Recorded::New(row)) => Ok(Outcome::Recorded(row.id)),
            Ok(Recorded::Repeated(_)) => Ok(Outcome::Unchanged),
            Err(NotRecorded::Refused(refusal)) => Ok(Outcome::Refused(refusal.findings())),
            Err(NotRecorded::Failed(error)) => Err(error.into()),
        }
    }

    /// Closes the ledger of a transaction, as the last thing in it that touches certificates.
    ///
    /// # Errors
    /// As [`Ledger::close`].
    pub fn close(&self, conn: &mut Conn, ledger: Ledger) -> Result<(), AdmitError> {
        Ok(ledger.close(conn, &self.app.config.iss)?)
    }
}
