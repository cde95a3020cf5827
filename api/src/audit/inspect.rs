//! Verifying the audit log of a database: its rows, page by page, its head and its checkpoints.

use verifier_core::checkpoint::Checkpoint;
use verifier_core::sm2::PublicKey;

use super::verify::{Fault, Findings, Verification};
use super::{Audit, chain};
use crate::keys::Use;
use crate::store::audit::checkpoints::{self, CheckpointRow};
use crate::store::audit::{self as rows, AuditRow};
use crate::store::{Conn, StoreError, keys};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// Number and hash of a row.
type Position = (i64, Vec<u8>);

/// Where to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first row there is, which must be the first ever or follow an archive.
    Beginning,
    /// With this row.
    With(i64),
    /// After the row of this number, which must still have this hash.
    After(i64, Vec<u8>),
}

/// What is to be verified.
pub struct Inspection {
    /// Where to begin.
    pub start: Start,
    /// The last row; `None`: the end of the log.
    pub to: Option<i64>,
    /// Checkpoints that were kept elsewhere and are believed.
    pub kept: Vec<Checkpoint>,
}

impl Audit {
    /// Verifies the log. `watch` is told how many rows were looked at.
    ///
    /// # Errors
    /// When the database cannot; what is wrong with the log is in the findings.
    pub fn inspect(
        &self,
        conn: &mut Conn,
        what: &Inspection,
        mut watch: impl FnMut(u64),
    ) -> Result<Findings, StoreError> {
        // Read before the rows: whatever is written meanwhile comes after it.
        let head = rows::head(conn)?;
        let keys = public_keys(conn)?;
        let (follows, fault) = self.follows(conn, &what.start, &keys)?;
        let mut after = follows.as_ref().map_or(first_seq(conn, &what.start)?, |(seq, _)| *seq);
        let mut verification = Verification::begin(Some(self.key()), follows);
        fault.into_iter().for_each(|fault| verification.fault(fault));
        if let (Some(head), None) = (head.filter(|head| head.seq > after), what.to) {
            verification.expect_at(head.seq, &head.hash);
        }
        for checkpoint in &what.kept {
            expect_kept(&mut verification, checkpoint, after, what.to);
        }
        let mut seen = 0;
        loop {
            let page = rows::after(conn, after, PAGE)?;
            let page: Vec<AuditRow> =
                page.into_iter().take_while(|row| what.to.is_none_or(|to| row.seq <= to)).collect();
            let up_to = page.last().map_or(what.to.unwrap_or(i64::MAX), |row| row.seq);
            for checkpoint in checkpoints::between(conn, after, up_to)? {
                self.expect_stored(&mut verification, &checkpoint, &keys);
            }
            page.iter().for_each(|row| verification.row(row));
            let Some(last) = page.last() else { break };
            after = last.seq;
            seen += u64::try_from(page.len()).unwrap_or_default();
            watch(seen);
        }
        Ok(verification.finish())
    }

    /// What the first row looked at is bound to, and what is wrong with that.
    fn follows(
        &self,
        conn: &mut Conn,
        start: &Start,
        keys: &[PublicKey],
    ) -> Result<(Option<Position>, Option<Fault>), StoreError> {
        Ok(match start {
            Start::After(seq, hash) => {
                let row = rows::find(conn, *seq)?;
                let is_same =
                    row.is_some_and(|row| row.hash == *hash) || self.ends_at(conn, *seq, hash, keys)?;
                let fault = (!is_same).then_some(Fault::Contradicts(*seq));
                (Some((*seq, hash.clone())), fault)
            }
            Start::With(seq) if *seq > 1 => match rows::find(conn, seq - 1)? {
                Some(row) => (Some((row.seq, row.hash)), None),
                None => self.beginning(conn, keys)?,
            },
            Start::With(_) | Start::Beginning => self.beginning(conn, keys)?,
        })
    }

    fn beginning(
        &self,
        conn: &mut Conn,
        keys: &[PublicKey],
    ) -> Result<(Option<Position>, Option<Fault>), StoreError> {
        let first = rows::first(conn)?.map(|row| row.seq);
        let anchor = checkpoints::last_archived(conn)?;
        Ok(match (first, anchor) {
            (_, None) => (Some((0, chain::BEGINNING.to_vec())), None),
            (first, Some(anchor)) => match self.believe(&anchor, keys) {
                Ok(anchor) => (Some((seq_of(&anchor), anchor.hash.to_vec())), None),
                Err(why) => {
                    let fault = Fault::Checkpoint(anchor.seq, why);
                    (first.map(|first| (first - 1, Vec::new())), Some(fault))
                }
            },
        })
    }

    /// Whether the log was archived up to here, or further.
    fn ends_at(
        &self,
        conn: &mut Conn,
        seq: i64,
        hash: &[u8],
        keys: &[PublicKey],
    ) -> Result<bool, StoreError> {
        let anchor = checkpoints::last_archived(conn)?.and_then(|anchor| self.believe(&anchor, keys).ok());
        Ok(anchor.is_some_and(|anchor| seq_of(&anchor) == seq && anchor.hash.as_slice() == hash))
    }

    fn expect_stored(&self, verification: &mut Verification<'_>, row: &CheckpointRow, keys: &[PublicKey]) {
        match self.believe(row, keys) {
            Ok(checkpoint) => verification.expect(&checkpoint),
            Err(why) => verification.fault(Fault::Checkpoint(row.seq, why)),
        }
    }

    /// A stored checkpoint, when it can be believed: written by this site, signed by one of the keys.
    ///
    /// # Errors
    /// Why not.
    pub fn believe(&self, row: &CheckpointRow, keys: &[PublicKey]) -> Result<Checkpoint, &'static str> {
        if !self.key().is_code(&row.signed, &row.mac) {
            return Err("not written by this site; its HMAC does not fit");
        }
        let checkpoint = Checkpoint::open(&row.signed, keys).map_err(|_| "its signature is not good")?;
        if seq_of(&checkpoint) != row.seq || checkpoint.archived != row.archived {
            return Err("stored in the place of another");
        }
        Ok(checkpoint)
    }
}

/// The keys that sign or signed checkpoints, but for those whose signatures are worth nothing.
///
/// # Errors
/// When the database cannot.
pub fn public_keys(conn: &mut Conn) -> Result<Vec<PublicKey>, StoreError> {
    let rows = keys::list(conn)?.into_iter();
    let good = rows.filter(|row| row.key_use == Use::Audit.word() && !row.revoked_all);
    Ok(good.filter_map(|row| PublicKey::from_compressed(&row.public_key).ok()).collect())
}

/// The number of the row a checkpoint is of.
#[must_use]
pub fn seq_of(checkpoint: &Checkpoint) -> i64 {
    i64::try_from(checkpoint.seq).unwrap_or(i64::MAX)
}

/// What was kept and lies outside cannot be compared, and that must not look like a success.
fn expect_kept(verification: &mut Verification<'_>, checkpoint: &Checkpoint, after: i64, to: Option<i64>) {
    let seq = seq_of(checkpoint);
    if seq <= after || to.is_some_and(|to| seq > to) {
        verification.fault(Fault::Checkpoint(seq, "outside of what was verified: not compared"));
    } else {
        verification.expect(checkpoint);
    }
}

/// The number before the first row to look at, where nothing is known that it follows.
fn first_seq(conn: &mut Conn, start: &Start) -> Result<i64, StoreError> {
    let first = rows::first(conn)?.map_or(1, |row| row.seq);
    Ok(match start {
        Start::With(seq) => first.max(*seq) - 1,
        Start::Beginning | Start::After(..) => first - 1,
    })
}
