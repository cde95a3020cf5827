//! What is known of the certificates that candidates are about.

use std::collections::HashMap;

use super::Candidate;
use super::step::Known;
use crate::store::certificates::CertificateRow;
use crate::store::{Conn, StoreError, certificates};

/// What a certificate is known by: kind, issuing authority, index of its number.
pub(super) type Key<'a> = (&'a str, &'a str, &'a str);

impl Candidate {
    pub(super) fn key(&self) -> Key<'_> {
        (self.record.kind().code(), self.record.issuer().as_str(), &self.number_index)
    }
}

/// What is known of the certificate a candidate is about.
pub(super) fn known(conn: &mut Conn, candidate: &Candidate) -> Result<Option<Known>, StoreError> {
    let (kind, issuer, number) = candidate.key();
    let Some(row) = certificates::find_by_number(conn, kind, issuer, number)? else {
        return Ok(None);
    };
    let same_as = certificates::find_version_by_mac(conn, &row.id, &candidate.items_mac)?;
    as_known(conn, row, same_as).map(Some)
}

/// The same of many, in their order, with few queries.
pub(super) fn known_all(
    conn: &mut Conn,
    candidates: &[&Candidate],
) -> Result<Vec<Option<Known>>, StoreError> {
    let indices: Vec<&str> = candidates.iter().map(|candidate| candidate.number_index.as_str()).collect();
    let rows = certificates::find_all_by_number(conn, &indices)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let contents = if ids.is_empty() { Vec::new() } else { certificates::contents(conn, &ids)? };
    let mut newest: HashMap<(&str, &[u8]), i32> = HashMap::new();
    for (id, version, mac) in &contents {
        let newest = newest.entry((id, mac)).or_insert(*version);
        *newest = (*newest).max(*version);
    }
    let rows: HashMap<Key<'_>, &CertificateRow> = rows.iter().map(|row| (key(row), row)).collect();
    let mut known = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let row = rows.get(&candidate.key()).copied();
        known.push(match row {
            None => None,
            Some(row) => {
                let same_as = newest.get(&(row.id.as_str(), candidate.items_mac.as_slice())).copied();
                Some(as_known(conn, row.clone(), same_as)?)
            }
        });
    }
    Ok(known)
}

fn as_known(conn: &mut Conn, row: CertificateRow, same_as: Option<i32>) -> Result<Known, StoreError> {
    let is_lost = row.status == "reported_lost";
    let in_force = if is_lost { certificates::find_version(conn, &row.id, row.version)? } else { None };
    let was_reissued = in_force.is_some_and(|version| version.made_by == "reissued");
    Ok(Known { row, same_as, was_reissued })
}

fn key(row: &CertificateRow) -> Key<'_> {
    (&row.kind, &row.issuer_code, &row.number_index)
}
