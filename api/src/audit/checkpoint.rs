//! Checkpoints: where the chain stands, signed now and then, and whenever somebody wants one to keep elsewhere.

use verifier_core::checkpoint::Checkpoint;

use super::{Audit, AuditError};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::keys::{Signer, Use};
use crate::store::audit::checkpoints::{self, CheckpointRow};
use crate::store::audit::{self as rows, AuditRow, Head};
use crate::store::{Conn, StoreError};

impl Audit {
    /// Signs where the chain stands, and keeps that. `None` while there is no entry. Blocks.
    ///
    /// # Errors
    /// When the database or the signer cannot.
    pub fn checkpoint(
        &self,
        conn: &mut Conn,
        signer: &Signer,
        iss: &str,
    ) -> Result<Option<Vec<u8>>, AuditError> {
        let Some(head) = rows::head(conn)?.filter(|head| head.seq > 0) else {
            return Ok(None);
        };
        let Some(row) = rows::find(conn, head.seq)? else {
            // Archived whole: the archive's own checkpoint stands for it.
            return Ok(checkpoints::last_archived(conn)?.map(|archived| archived.signed));
        };
        let first = rows::first(conn)?.map_or(head.seq, |row| row.seq);
        let signed = self.sign(signer, iss, first, &row, None)?;
        self.keep(conn, head.seq, false, &signed)?;
        Ok(Some(signed))
    }

    /// As [`Self::checkpoint`], when the last one is old enough or enough was written since.
    ///
    /// # Errors
    /// When the database or the signer cannot.
    pub fn checkpoint_when_due(
        &self,
        conn: &mut Conn,
        signer: &Signer,
        config: &Config,
    ) -> Result<(), AuditError> {
        let newest = checkpoints::newest(conn)?;
        if rows::head(conn)?.is_some_and(|head| is_due(&head, newest.as_ref(), config, self.now())) {
            self.checkpoint(conn, signer, &config.iss)?;
        }
        Ok(())
    }

    /// Signs that the chain, or a file, reaches from the row numbered `first` to `last`. `file`: the digest of the
    /// lines of the file it closes, and whether these rows are taken out of the log.
    pub(super) fn sign(
        &self,
        signer: &Signer,
        iss: &str,
        first: i64,
        last: &AuditRow,
        file: Option<([u8; 32], bool)>,
    ) -> Result<Vec<u8>, AuditError> {
        let now = self.now();
        let checkpoint = Checkpoint {
            iss: iss.to_owned(),
            issued: now.seconds(),
            first: u64::try_from(first).unwrap_or_default(),
            seq: u64::try_from(last.seq).unwrap_or_default(),
            hash: last.hash.as_slice().try_into().map_err(|_| AuditError::Broken)?,
            file: file.map(|(digest, _)| digest),
            archived: file.is_some_and(|(_, archived)| archived),
        };
        Ok(checkpoint.sign(&signer.active(Use::Audit, now)?)?)
    }

    pub(super) fn keep(
        &self,
        conn: &mut Conn,
        seq: i64,
        archived: bool,
        signed: &[u8],
    ) -> Result<bool, StoreError> {
        let mac = self.key().code(signed).to_vec();
        let row = CheckpointRow { seq, archived, at: self.now().millis(), signed: signed.to_vec(), mac };
        checkpoints::insert(conn, &row)
    }
}

fn is_due(head: &Head, newest: Option<&CheckpointRow>, config: &Config, now: Timestamp) -> bool {
    let Some(newest) = newest else {
        return head.seq > 0;
    };
    let since = head.seq - newest.seq;
    let age = now.millis() - newest.at;
    since >= i64::from(config.audit_checkpoint_entries)
        || since > 0 && age >= i64::from(config.audit_checkpoint_interval) * 1_000
}
