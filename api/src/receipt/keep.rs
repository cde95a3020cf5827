//! Keeping receipts: one transaction for all that came together, so that what is answered is committed.
//!
//! Rows are written in the order of their keys, receipts first: two batches that meet on PostgreSQL then wait for
//! each other and never deadlock.

use super::judge::{Activation, Judged};
use super::{Answer, Flag, ReceiptState, flag};
use crate::clock::Timestamp;
use crate::store::receipts::{self, ReceiptRow};
use crate::store::{Conn, StoreError, activations};

/// Keeps all that are new. In a transaction.
///
/// # Errors
/// When the database cannot; none is kept then.
pub fn all(conn: &mut Conn, mut judged: Vec<(usize, Judged)>) -> Result<Vec<(usize, Answer)>, StoreError> {
    judged.sort_by(|(_, one), (_, other)| one.id().cmp(other.id()));
    let mut answers = Vec::new();
    let mut proven = Vec::new();
    for (place, judged) in judged {
        answers.push((place, one(conn, judged, &mut proven)?));
    }
    proven.sort_by(|one, other| order(one).cmp(&order(other)));
    for activation in &proven {
        record(conn, activation)?;
    }
    Ok(answers)
}

impl Judged {
    fn id(&self) -> &str {
        match self {
            Self::Known { kept, .. } => &kept.id,
            Self::New { row, .. } => &row.id,
        }
    }
}

/// The first use of a year is the one that is recorded.
fn order(activation: &Activation) -> (&str, &str, i64) {
    (&activation.certificate_id, activation.source.word(), activation.occurred_at)
}

fn one(conn: &mut Conn, judged: Judged, proven: &mut Vec<Activation>) -> Result<Answer, StoreError> {
    let (mut row, activations) = match judged {
        Judged::Known { digest, kept } => return Ok(again(&kept, &digest)),
        Judged::New { row, activations, .. } => (*row, activations),
    };
    if let Some(kept) = receipts::find(conn, &row.id)? {
        return Ok(again(&kept, &row.digest));
    }
    flag_if_seen(conn, &mut row)?;
    if receipts::insert(conn, &row)? {
        proven.extend(activations);
        return Ok(Answer::of(&row, ReceiptState::Accepted));
    }
    // Another upload of the same receipt was first by a moment, and has committed.
    match receipts::find(conn, &row.id)? {
        Some(kept) => Ok(again(&kept, &row.digest)),
        None => Err(StoreError::Busy),
    }
}

fn again(kept: &ReceiptRow, digest: &[u8]) -> Answer {
    let same = kept.digest == digest;
    Answer::of(kept, if same { ReceiptState::AlreadyHad } else { ReceiptState::Conflict })
}

/// Two receipts of one presentation: said of the later one. Only genuine ones count: anybody can write a code that
/// names another's presentation.
fn flag_if_seen(conn: &mut Conn, row: &mut ReceiptRow) -> Result<(), StoreError> {
    let genuine = row.cti.as_ref().filter(|_| row.certificate_id.is_some());
    if let Some(cti) = genuine
        && receipts::has_shown(conn, cti)?
    {
        let mut flags = flag::read(&row.flags);
        flags.push(Flag::SeenBefore);
        flags.sort();
        row.flags = flag::write(&flags);
    }
    Ok(())
}

fn record(conn: &mut Conn, activation: &Activation) -> Result<bool, StoreError> {
    activations::record(
        conn,
        activations::Use {
            certificate_id: &activation.certificate_id,
            source: activation.source,
            occurred_at: Timestamp(activation.occurred_at),
            recorded_at: Timestamp(activation.recorded_at),
            evidence: &activation.evidence,
        },
    )
}
