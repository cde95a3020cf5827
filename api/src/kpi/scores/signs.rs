//! What speaks for inflated activations: checks that no officer at the roadside would make. Told beside the rate, with
//! and without them; they do not change it, since each has an innocent reading too.
//!
//! Only first checks of the year's conforming certificates are looked at, since only they count.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::Rate;
use super::behind::{self, Figure, Search};
use crate::clock::Timestamp;
use crate::kpi::Scope;
use crate::store::scores::{self as rows};
use crate::store::{Conn, StoreError, presentations, sessions};

/// More first checks than this by one account in a day are many.
const MANY_A_DAY: usize = 200;
/// More first checks than this by one account in a minute are a burst.
const BURST: usize = 10;
/// A person needs longer than this to hold a phone out and have it scanned, in milliseconds.
const AT_ONCE: i64 = 1_000;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// The most certificates that are looked at: what lies behind is told by its number.
const MOST: usize = 20_000;

/// Signs of inflation among the activations of a year.
#[derive(Serialize, ToSchema)]
pub struct Signs {
    /// Activated certificates that were looked at.
    pub looked_at: u64,
    /// Whether there are more, which were not.
    pub cut_off: bool,
    /// How many have each sign; one may have several.
    pub signs: BTreeMap<&'static str, u64>,
    /// Activations that rest on a check with a sign and on no use by the holder.
    pub doubtful: u64,
    /// The rate as it counts.
    pub with: Rate,
    /// The rate without the doubtful ones.
    pub without: Rate,
}

/// Looks at the checks behind the activated certificates.
///
/// # Errors
/// When the database cannot.
pub fn look(conn: &mut Conn, scope: &Scope) -> Result<Signs, StoreError> {
    let scores = super::read(conn, scope)?.activation;
    let (checks, cut_off) = checks(conn, scope)?;
    let mut signs: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut doubtful, mut a_day, mut a_minute) = (0, BTreeMap::new(), BTreeMap::new());
    for check in &checks {
        *a_day.entry((check.account.as_str(), Timestamp(check.at).day().0)).or_insert(0) += 1;
        *a_minute.entry((check.account.as_str(), check.at.div_euclid(MINUTE))).or_insert(0) += 1;
    }
    for check in &checks {
        let mut found = check.own_signs.clone();
        if a_day.get(&(check.account.as_str(), Timestamp(check.at).day().0)).is_some_and(|n| *n > MANY_A_DAY)
        {
            found.insert("many_a_day");
        }
        if a_minute.get(&(check.account.as_str(), check.at.div_euclid(MINUTE))).is_some_and(|n| *n > BURST) {
            found.insert("burst");
        }
        doubtful += u64::from(!found.is_empty() && !check.shown_otherwise);
        found.into_iter().for_each(|sign| *signs.entry(sign).or_default() += 1);
    }
    Ok(Signs {
        looked_at: u64::try_from(checks.len()).unwrap_or_default(),
        cut_off,
        signs,
        doubtful,
        with: scores.rate,
        without: Rate::of(scores.activated.saturating_sub(doubtful), scores.issued),
    })
}

/// A first check.
struct Check {
    account: String,
    at: i64,
    /// Whether the holder showed it without this check, too.
    shown_otherwise: bool,
    own_signs: BTreeSet<&'static str>,
}

fn checks(conn: &mut Conn, scope: &Scope) -> Result<(Vec<Check>, bool), StoreError> {
    let mut search = Search { scope: scope.clone(), figure: Figure::Checked, after: String::new() };
    let mut checks = Vec::new();
    loop {
        let page = behind::page(conn, &search)?;
        for certificate in page.certificates.iter().filter(|certificate| certificate.conforms()) {
            checks.extend(check(conn, certificate)?);
        }
        match page.next_after {
            None => return Ok((checks, false)),
            Some(_) if checks.len() >= MOST => return Ok((checks, true)),
            Some(after) => search.after = after,
        }
    }
}

fn check(conn: &mut Conn, certificate: &behind::Counted) -> Result<Option<Check>, StoreError> {
    let Some(receipt) = certificate.evidence("officer_check") else { return Ok(None) };
    let scans = rows::scans(conn, &[receipt])?;
    let Some((_, account, _, cti, at)) = scans.into_iter().next() else { return Ok(None) };
    let mut own_signs = BTreeSet::new();
    let shown = match &cti {
        Some(cti) => presentations::find(conn, cti)?,
        None => None,
    };
    if let Some(shown) = &shown {
        if at > shown.expires_at {
            own_signs.insert("after_the_code_ended");
        } else if at - shown.made_at < AT_ONCE {
            own_signs.insert("at_once");
        }
    }
    if sessions::share_address(conn, &account, &certificate.certificate_id)? {
        own_signs.insert("same_network");
    }
    let shown_otherwise = certificate
        .evidence("holder_use")
        .is_some_and(|evidence| evidence != receipt && Some(evidence) != cti.as_deref());
    Ok(Some(Check { account, at, shown_otherwise, own_signs }))
}
