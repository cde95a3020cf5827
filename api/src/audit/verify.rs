//! Whether entries are as they were written, where they were written, and all there. Pure: rows in, faults out.
//!
//! One row after another, in memory that does not grow with them. What is not here: where rows come from
//! (`audit/inspect.rs`, `audit/file.rs`).

use std::collections::BTreeMap;
use std::fmt;

use verifier_core::checkpoint::Checkpoint;

use super::chain::{self, MacKey};
use crate::store::audit::AuditRow;

/// Faults that are named; further ones are counted.
const NAMED: usize = 1_000;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The row is not what its hash is of: something in it was changed.
    Changed(i64),
    /// The row was not written by a server of this site: its code is of another secret.
    Foreign(i64),
    /// The row does not follow the one before it: that one, or both, were replaced.
    Unlinked(i64),
    /// Rows are not there: the first and the last of them.
    Missing(i64, i64),
    /// The row comes where another should: it was doubled, put in or moved.
    OutOfPlace(i64),
    /// The log ends here, although a checkpoint or its head say it went on, to the second number.
    CutOff(i64, i64),
    /// The row is another than the one a checkpoint was made of.
    Contradicts(i64),
    /// A checkpoint, by the number of its row, that cannot be believed, and why.
    Checkpoint(i64, &'static str),
    /// The file itself is not as it was written, and how.
    File(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(seq) => write!(f, "entry {seq}: changed; its content is not what its hash is of"),
            Self::Foreign(seq) => write!(f, "entry {seq}: not written by this site; its HMAC does not fit"),
            Self::Unlinked(seq) => write!(f, "entry {seq}: does not follow entry {}", seq - 1),
            Self::Missing(from, to) if from == to => write!(f, "entry {from}: missing"),
            Self::Missing(from, to) => write!(f, "entries {from} to {to}: missing"),
            Self::OutOfPlace(seq) => write!(f, "entry {seq}: doubled, inserted or moved"),
            Self::CutOff(last, to) => write!(f, "entries {} to {to}: cut off at the end", last + 1),
            Self::Contradicts(seq) => write!(f, "entry {seq}: not the one its checkpoint was made of"),
            Self::File(how) => write!(f, "the file: {how}"),
            Self::Checkpoint(seq, why) => write!(f, "checkpoint of entry {seq}: {why}"),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Rows looked at.
    pub rows: u64,
    /// Number and hash of the last of them.
    pub last: Option<(i64, Vec<u8>)>,
    /// The first faults, in the order they were met.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: u64,
}

impl Findings {
    /// Whether all is as it was written.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn add(&mut self, fault: Fault) {
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

/// A verification in progress.
pub struct Verification<'a> {
    key: Option<&'a MacKey>,
    /// Where the next row belongs: number, and the hash it is bound to where that is known.
    next: Option<(i64, Option<Vec<u8>>)>,
    expected: BTreeMap<i64, Vec<u8>>,
    findings: Findings,
}

impl<'a> Verification<'a> {
    /// Of rows that follow the one of this number and hash; `None`: of rows that begin anywhere. Without `key` their
    /// codes are not looked at.
    #[must_use]
    pub fn begin(key: Option<&'a MacKey>, follows: Option<(i64, Vec<u8>)>) -> Self {
        let next = follows.map(|(seq, hash)| (seq.saturating_add(1), Some(hash)));
        Self { key, next, expected: BTreeMap::new(), findings: Findings::default() }
    }

    /// Holds rows to come against what was signed.
    pub fn expect(&mut self, checkpoint: &Checkpoint) {
        self.expect_at(i64::try_from(checkpoint.seq).unwrap_or(i64::MAX), &checkpoint.hash);
    }

    /// Holds the row of this number, when it comes, against this hash.
    pub fn expect_at(&mut self, seq: i64, hash: &[u8]) {
        let other = self.expected.insert(seq, hash.to_vec());
        if other.is_some_and(|other| other != hash) {
            self.fault(Fault::Contradicts(seq));
        }
    }

    /// Notes a fault that was found elsewhere.
    pub fn fault(&mut self, fault: Fault) {
        self.findings.add(fault);
    }

    /// Looks at the next row.
    pub fn row(&mut self, row: &AuditRow) {
        self.findings.rows = self.findings.rows.saturating_add(1);
        self.place(row);
        let canonical = chain::canonical(row);
        if chain::hash(&canonical).as_slice() != row.hash {
            self.fault(Fault::Changed(row.seq));
        }
        if self.key.is_some_and(|key| !key.is_code(&canonical, &row.mac)) {
            self.fault(Fault::Foreign(row.seq));
        }
        if self.expected.remove(&row.seq).is_some_and(|hash| hash != row.hash) {
            self.fault(Fault::Contradicts(row.seq));
        }
        if self.next.as_ref().is_none_or(|(next, _)| row.seq >= *next) {
            self.next = Some((row.seq.saturating_add(1), Some(row.hash.clone())));
            self.findings.last = Some((row.seq, row.hash.clone()));
        }
    }

    /// After the last row: what was signed and did not come is cut off.
    #[must_use]
    pub fn finish(mut self) -> Findings {
        let next = self.next.as_ref().map_or(1, |(next, _)| *next);
        if let Some((seq, _)) = self.expected.last_key_value().filter(|(seq, _)| **seq >= next) {
            self.findings.add(Fault::CutOff(next - 1, *seq));
        }
        self.findings
    }

    fn place(&mut self, row: &AuditRow) {
        let Some((next, hash)) = self.next.clone() else {
            return;
        };
        match row.seq.cmp(&next) {
            std::cmp::Ordering::Less => self.fault(Fault::OutOfPlace(row.seq)),
            std::cmp::Ordering::Greater => self.fault(Fault::Missing(next, row.seq - 1)),
            std::cmp::Ordering::Equal if hash.is_some_and(|hash| hash != row.prev_hash) => {
                self.fault(Fault::Unlinked(row.seq));
            }
            std::cmp::Ordering::Equal => {}
        }
    }
}

#[cfg(test)]
mod tests;
