//! One transaction: records admitted, findings kept, the batch's counts written. All of it holds, or none.

use std::sync::Arc;

use super::prepare::Prepared;
use crate::admit::{Admission, AdmitError, Ahead, Outcome, places};
use crate::audit::{Action, Audit, Context, Entry};
use crate::record::{Finding, Severity};
use crate::store::batches::{self, BatchRow, FindingRow};
use crate::store::{Conn, StoreError};

/// Most findings kept of one record.
const FINDINGS_OF_RECORD_MAX: usize = 100;

/// Some records of a batch, ready to be kept.
pub(super) struct Portion {
    pub(super) iss: String,
    pub(super) admission: Arc<Admission>,
    pub(super) records: Vec<Prepared>,
    /// The batch as it stood before.
    pub(super) batch: BatchRow,
    /// Whether these are its first.
    pub(super) is_first: bool,
    /// The MAC of the whole body, where these are its last.
    pub(super) body_mac: Option<Vec<u8>>,
    /// Places to reserve for records to come.
    pub(super) places: usize,
    /// Where the end of the batch is audited, and who sent it.
    pub(super) audit: (Audit, Context),
}

/// What was kept.
pub(super) struct Kept {
    /// The batch as it stands now.
    pub(super) batch: BatchRow,
    /// Places that are free, for records to come.
    pub(super) places: Vec<u64>,
}

impl Portion {
    /// Keeps the records, in a transaction.
    pub(super) fn keep(&self, conn: &mut Conn) -> Result<Kept, AdmitError> {
        let mut batch = self.batch.clone();
        if self.is_first {
            begin(conn, &batch)?;
        }
        let mut free = Vec::new();
        let mut findings = Vec::new();
        for (record, outcome) in self.records.iter().zip(self.admit(conn)?) {
            batch.lines += 1;
            *counter(&mut batch, &outcome) += 1;
            if !outcome.took_place() {
                free.extend(record.ahead.as_ref().map(Ahead::status_index));
            }
            findings.extend(self.findings(record, &outcome));
        }
        batches::insert_findings(conn, &findings)?;
        if self.places > 0 {
            free.extend(places::reserve(conn, &self.iss, self.places)?);
        }
        batch.body_mac.clone_from(&self.body_mac);
        batch.finished_at = self.body_mac.as_ref().map(|_| self.admission.now().millis());
        batches::update(conn, &batch)?;
        if self.body_mac.is_some() {
            let (audit, context) = &self.audit;
            audit.append(conn, entry(&batch, context.clone()))?;
        }
        Ok(Kept { batch, places: free })
    }

    /// What became of each record, in their order.
    fn admit(&self, conn: &mut Conn) -> Result<Vec<Outcome>, AdmitError> {
        let candidates: Vec<_> = self.records.iter().filter_map(Prepared::sound).collect();
        let mut admitted = self.admission.admit_all(conn, &candidates)?.into_iter();
        let outcome = |record: &Prepared| record.candidate.as_ref().and_then(|_| admitted.next());
        let broken = || Outcome::Refused(Vec::new());
        Ok(self.records.iter().map(outcome).map(|outcome| outcome.unwrap_or_else(broken)).collect())
    }

    /// The findings that are kept of a record.
    fn findings(&self, record: &Prepared, outcome: &Outcome) -> Vec<FindingRow> {
        let refusals = match outcome {
            Outcome::Refused(findings) => findings.as_slice(),
            _ => &[],
        };
        let findings = refusals.iter().chain(&record.findings).take(FINDINGS_OF_RECORD_MAX);
        (0..)
            .zip(findings)
            .map(|(ordinal, finding)| row(&self.batch.id, record.line, ordinal, finding))
            .collect()
    }
}

/// What the audit log has of a batch.
pub(super) fn entry(batch: &BatchRow, context: Context) -> Entry {
    let entry = Entry::new(Action::BatchIngested, context).on("batch", batch.id.as_str());
    let counts = entry.detail("lines", batch.lines).detail("created", batch.created);
    counts.detail("changed", batch.changed).detail("rejected", batch.rejected)
}

/// Makes the batch. Its name is taken over from a try that broke off.
fn begin(conn: &mut Conn, batch: &BatchRow) -> Result<(), StoreError> {
    if let Some(key) = &batch.idempotency_key {
        batches::release_key(conn, key)?;
    }
    // The same batch was finished by another request meanwhile: the next try gets its report.
    if batches::insert(conn, batch)? { Ok(()) } else { Err(StoreError::Busy) }
}

fn counter<'a>(batch: &'a mut BatchRow, outcome: &Outcome) -> &'a mut i64 {
    match outcome {
        Outcome::Created => &mut batch.created,
        Outcome::Changed => &mut batch.changed,
        Outcome::Unchanged => &mut batch.unchanged,
        Outcome::Refused(_) => &mut batch.rejected,
    }
}

fn row(batch_id: &str, line: u64, ordinal: i32, finding: &Finding) -> FindingRow {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    FindingRow {
        batch_id: batch_id.to_owned(),
        line: i64::try_from(line).unwrap_or(i64::MAX),
        ordinal,
        severity: severity.to_owned(),
        item: finding.item.clone(),
        rule: finding.rule.code().to_owned(),
        source: finding.source.to_owned(),
    }
}
