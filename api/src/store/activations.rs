//! Queries on activations: the first use of each kind by each certificate in each year.
//!
//! What is not here: what counts as a use, and that specimens never do.

use diesel::prelude::*;

use super::{Conn, StoreError, attempt, scores};
use crate::clock::Timestamp;
use crate::schema::activations;

/// What a certificate was activated by. Kept apart, so that either reading of the rule can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// 使用证照: its holder showed it.
    HolderUse,
    /// 亮证查验: an officer checked it.
    OfficerCheck,
}

impl Source {
    /// The word it is stored as.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::HolderUse => "holder_use",
            Self::OfficerCheck => "officer_check",
        }
    }
}

/// One use of a certificate.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// Which certificate.
    pub certificate_id: &'a str,
    /// What kind of use.
    pub source: Source,
    /// When it happened: the year it counts for is that of this instant in China.
    pub occurred_at: Timestamp,
    /// When this server learnt of it.
    pub recorded_at: Timestamp,
    /// The cti of the presentation, or the id of the receipt.
    pub evidence: &'a str,
}

/// Records a use; `true` when it is the first of its kind in its year, of all known so far. A later one changes nothing;
/// one that happened before the one kept, and was heard of late, takes its place.
///
/// # Errors
/// When the database cannot.
pub fn record(conn: &mut Conn, used: Use<'_>) -> Result<bool, StoreError> {
    let year = i32::try_from(used.occurred_at.year()).unwrap_or(i32::MAX);
    let key = activations::table.find((used.certificate_id, year, used.source.word()));
    // Nearly every use is a later one: it should cost a look and no write.
    let kept: Option<i64> = key.select(activations::occurred_at).get_result(conn).optional()?;
    if kept.is_some_and(|kept| kept <= used.occurred_at.millis()) {
        return Ok(false);
    }
    let is_first = (kept.is_none() && insert(conn, year, used)?) || put_before(conn, year, used)?;
    if is_first {
        let because = format!("{} {year} {}", used.source.word(), used.occurred_at.millis());
        scores::touch(conn, used.certificate_id, &because)?;
    }
    Ok(is_first)
}

fn insert(conn: &mut Conn, year: i32, used: Use<'_>) -> Result<bool, StoreError> {
    let row = (
        activations::certificate_id.eq(used.certificate_id),
        activations::year.eq(year),
        activations::source.eq(used.source.word()),
        activations::occurred_at.eq(used.occurred_at.millis()),
        activations::recorded_at.eq(used.recorded_at.millis()),
        activations::evidence.eq(used.evidence),
    );
    let added = attempt(conn, |conn| diesel::insert_into(activations::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// In the place of a use that happened later: `false` when there is none.
fn put_before(conn: &mut Conn, year: i32, used: Use<'_>) -> Result<bool, StoreError> {
    let later = activations::table
        .find((used.certificate_id, year, used.source.word()))
        .filter(activations::occurred_at.gt(used.occurred_at.millis()));
    let earlier = (
        activations::occurred_at.eq(used.occurred_at.millis()),
        activations::recorded_at.eq(used.recorded_at.millis()),
        activations::evidence.eq(used.evidence),
    );
    Ok(diesel::update(later).set(earlier).execute(conn)? == 1)
}
