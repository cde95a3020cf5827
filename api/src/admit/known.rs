//! What is known of the certificates that candidates are about.

use std::collections::HashMap;

use super::Candidate;
use super::step::Known;
use crate::lifecycle::{Course, Happened};
use crate::store::certificates::CertificateRow;
use crate::store::{Conn, StoreError, certificates};

/// What a certificate is known by: kind, issuing authority, index of its number.
pub(super) type Key<'a> = (&'a str, &'a str, &'a str);

impl Candidate {
    pub(super) fn key(&self) -> Key<'_> {
        (self.record.kind().code(), self.record.issuer().as_str(), &self.number_index)
    }

    /// The certificate it is about, as it is stored.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn find(&self, conn: &mut Conn) -> Result<Option<CertificateRow>, StoreError> {
        let (kind, issuer, number) = self.key();
        certificates::find_by_number(conn, kind, issuer, number)
    }
}

/// What is known of the certificate a candidate is about, as it stands today.
pub(super) fn known(conn: &mut Conn, candidate: &Candidate, today: i32) -> Result<Option<Known>, StoreError> {
    let Some(row) = candidate.find(conn)? else {
        return Ok(None);
    };
    let same_as = certificates::find_version_by_mac(conn, &row.id, &candidate.items_mac)?;
    as_known(conn, row, same_as, today).map(Some)
}

/// The same of many, in their order, with few queries.
pub(super) fn known_all(
    conn: &mut Conn,
    candidates: &[&Candidate],
    today: i32,
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
                Some(as_known(conn, row.clone(), same_as, today)?)
            }
        });
    }
    Ok(known)
}

/// What happened by itself until today counts, whether or not it was written down.
fn as_known(
    conn: &mut Conn,
    stored: CertificateRow,
    same_as: Option<i32>,
    today: i32,
) -> Result<Known, StoreError> {
    let happened: Vec<Happened> = Course::of(&stored)?.until(today).collect();
    let mut row = stored.clone();
    if let Some(last) = happened.last() {
        last.course.put_into(&mut row);
    }
    let is_lost = row.status == "reported_lost";
    let in_force = if is_lost { certificates::find_version(conn, &row.id, row.version)? } else { None };
    let was_reissued = in_force.is_some_and(|version| version.made_by == "reissued");
    Ok(Known { stored, row, happened, same_as, was_reissued })
}

fn key(row: &CertificateRow) -> Key<'_> {
    (&row.kind, &row.issuer_code, &row.number_index)
}
