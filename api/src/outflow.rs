//! How many records an account may be given in a day, over all servers: whoever takes a province's data home does it
//! record by record, and is stopped here. The count is in the database, and part of the transaction that gives them.
//!
//! What is not here: who may have a record at all (`routes/access.rs`, and where it is found).

use crate::auth::Account;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::outflows::{self as rows, Taking};

const SECONDS_PER_DAY: i64 = 86_400;
/// Seconds by which a day in China begins before one of UTC.
const CHINA_OFFSET: i64 = 8 * 3600;

/// In which way records are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outflow {
    /// Looked at or listed, masked.
    Read,
    /// Shown unmasked.
    Reveal,
    /// Written into a file.
    Export,
    /// Looked up; one that finds nothing counts too.
    Lookup,
}

impl Outflow {
    const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Reveal => "reveal",
            Self::Export => "export",
            Self::Lookup => "lookup",
        }
    }

    fn limit(self, config: &Config) -> u32 {
        match self {
            Self::Read => config.reads_per_day,
            Self::Reveal => config.reveals_per_day,
            Self::Export => config.exports_per_day,
            Self::Lookup => config.lookups_per_day,
        }
    }

    /// Counts `records` that are about to be given to an account, in the transaction that gives them.
    ///
    /// # Errors
    /// [`Code::RecordLimit`] when they are more than the account may have today.
    pub fn take(
        self,
        conn: &mut Conn,
        config: &Config,
        account: &Account,
        records: u32,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let taking = Taking {
            account_id: &account.id,
            day: now.day_number(),
            kind: self.word(),
            records: records.into(),
            limit: self.limit(config).into(),
        };
        if rows::take(conn, taking)? {
            return Ok(());
        }
        let detail = format!("at most {} a day", taking.limit);
        Err(Problem::new(Code::RecordLimit).detail(detail).retry_after(until_tomorrow(now)))
    }
}

/// Seconds until the next day begins in China.
fn until_tomorrow(now: Timestamp) -> u32 {
    let passed = (now.millis().div_euclid(1000) + CHINA_OFFSET).rem_euclid(SECONDS_PER_DAY);
    u32::try_from(SECONDS_PER_DAY - passed).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        // 2026-06-15T10:00:00+08:00, and 23:59:59.
        assert_eq!(until_tomorrow(Timestamp(1_781_488_800_000)), 14 * 3600);
        assert_eq!(until_tomorrow(Timestamp(1_781_488_800_000 + (14 * 3600 - 1) * 1000)), 1);
    }
}
