//! The certificates and uses that may be behind a figure, in the order of certificates.

use diesel::prelude::*;

use crate::schema::{activations, receipts, score_facts, score_uses};
use crate::store::bulk::find_all;
use crate::store::{Conn, StoreError};

/// Where candidates are looked for.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Divisions from and to.
    pub divisions: (String, String),
    /// Kinds from and to.
    pub kinds: (String, String),
    /// Days of issue from and to.
    pub issued: (i32, i32),
    /// Those used in this year.
    pub used_in: Option<i32>,
    /// The last day that counts.
    pub until: i32,
    /// After this certificate.
    pub after: String,
    /// How many.
    pub limit: i64,
}

/// Certificates that were of these divisions, kinds and days of issue at some time until the last day.
///
/// # Errors
/// When the database cannot.
pub fn candidates(conn: &mut Conn, from: &Candidates) -> Result<Vec<String>, StoreError> {
    let facts = score_facts::table
        .filter(score_facts::certificate_id.gt(&from.after))
        .filter(score_facts::since.le(from.until))
        .filter(score_facts::division.between(&from.divisions.0, &from.divisions.1))
        .filter(score_facts::kind.between(&from.kinds.0, &from.kinds.1))
        .filter(score_facts::issued_on.between(from.issued.0, from.issued.1));
    let id = score_facts::certificate_id;
    Ok(match from.used_in {
        None => facts.select(id).distinct().order(id).limit(from.limit).load(conn)?,
        Some(year) => {
            let used =
                score_uses::table.filter(score_uses::certificate_id.eq(id)).filter(score_uses::year.eq(year));
            let facts = facts.filter(diesel::dsl::exists(used));
            facts.select(id).distinct().order(id).limit(from.limit).load(conn)?
        }
    })
}

/// A use with what proves it: certificate, year, source, instant, and the presentation or receipt.
pub type Proof = (String, i32, String, i64, String);

/// The uses of these certificates.
///
/// # Errors
/// When the database cannot.
pub fn proofs(conn: &mut Conn, ids: &[&str]) -> Result<Vec<Proof>, StoreError> {
    let (table, column) = (activations::table, activations::certificate_id);
    let selection =
        (column, activations::year, activations::source, activations::occurred_at, activations::evidence);
    Ok(find_all!(conn, table, column, ids, selection)?)
}

/// What a receipt says about how it came to be: id, account, device, presentation, scan.
pub type Scan = (String, String, String, Option<String>, i64);

/// The scans of these receipts.
///
/// # Errors
/// When the database cannot.
pub fn scans(conn: &mut Conn, ids: &[&str]) -> Result<Vec<Scan>, StoreError> {
    let (table, column) = (receipts::table, receipts::id);
    let selection = (column, receipts::account_id, receipts::device, receipts::cti, receipts::scanned_at);
    Ok(find_all!(conn, table, column, ids, selection)?)
}
