//! New certificates that are written together: their holders, then themselves, then their versions.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use super::{Admission, Ahead, Candidate};
use crate::store::events::EventRow;
use crate::store::holders::{self, HolderRow};
use crate::store::{Conn, StoreError, attempt, certificates};

/// New certificates that follow each other, none of which is in another's way.
#[derive(Default)]
pub(super) struct Run<'a> {
    new: Vec<New<'a>>,
    identifiers: HashSet<String>,
}

struct New<'a> {
    /// Which of all records it is.
    at: usize,
    candidate: &'a Candidate,
    ahead: &'a Ahead,
    serial: String,
    identifier: String,
}

/// What a holder is known by: the type of the code and its index.
type HolderKey<'a> = (&'a str, &'a str);

/// The holders of a run.
#[derive(Default)]
struct Holders<'a> {
    ids: HashMap<HolderKey<'a>, String>,
    new: Vec<HolderRow>,
    /// Id and name of those that have another name now.
    renamed: Vec<(String, &'a str)>,
}

impl<'a> Run<'a> {
    /// Takes a record into the run: `false` when it has no identifier of its own and must be looked at by itself.
    pub(super) fn take(
        &mut self,
        admission: &Admission,
        at: usize,
        candidate: &'a Candidate,
        ahead: &'a Ahead,
    ) -> bool {
        let serial = admission.serial(candidate);
        let Ok(identifier) = candidate.identifier(ahead, &serial) else {
            return false;
        };
        let is_free = self.identifiers.insert(identifier.clone());
        if is_free {
            self.new.push(New { at, candidate, ahead, serial, identifier });
        }
        is_free
    }

    /// Its records, in their order, with their places among all.
    pub(super) fn records(&self) -> impl Iterator<Item = (usize, &'a Candidate, &'a Ahead)> {
        self.new.iter().map(|new| (new.at, new.candidate, new.ahead))
    }

    /// Writes them all, or none: then `None`, because something of the same name was there first. What happened.
    pub(super) fn write(
        &self,
        admission: &Admission,
        conn: &mut Conn,
    ) -> Result<Option<Vec<EventRow>>, StoreError> {
        if self.new.is_empty() {
            return Ok(Some(Vec::new()));
        }
        Ok(attempt(conn, |conn| self.insert(admission, conn))?)
    }

    /// Holders and certificates in one order everywhere: two transactions that want the same ones then wait for each other
    /// more often than they deadlock.
    fn insert(&self, admission: &Admission, conn: &mut Conn) -> QueryResult<Vec<EventRow>> {
        let holders = self.holders(admission, conn)?;
        holders::insert_all(conn, &holders.new)?;
        for (id, name) in &holders.renamed {
            holders::rename(conn, id, name)?;
        }
        let mut rows = (Vec::new(), Vec::new(), Vec::new());
        for New { candidate, ahead, serial, identifier, .. } in &self.new {
            let holder_id = holders.ids.get(&holder_key(candidate)).cloned().unwrap_or_default();
            let row = admission.new_row(candidate, ahead, (identifier, serial), holder_id);
            rows.1.push(candidate.version_row(&row, ahead));
            rows.2.push(admission.event_row(candidate, &row));
            rows.0.push(row);
        }
        rows.0.sort_by(|a, b| a.number_index.cmp(&b.number_index));
        certificates::insert_all(conn, &rows.0)?;
        certificates::insert_versions(conn, &rows.1)?;
        Ok(rows.2)
    }

    /// The holders: there already, or to be made. The name heard last is the holder's.
    fn holders(&self, admission: &Admission, conn: &mut Conn) -> QueryResult<Holders<'a>> {
        let mut names: HashMap<HolderKey<'a>, (&'a str, &New<'a>)> = HashMap::new();
        for new in &self.new {
            let name = new.candidate.record.holder().name();
            names.entry(holder_key(new.candidate)).or_insert((name, new)).0 = name;
        }
        let indices: Vec<&str> = names.keys().map(|(_, index)| *index).collect();
        let rows = holders::find_all(conn, &indices)?;
        // Of whatever type: the same digits as a code of another type are another holder's.
        let known: HashMap<HolderKey<'_>, &HolderRow> =
            rows.iter().map(|row| ((row.code_type.as_str(), row.code_index.as_str()), row)).collect();
        let mut holders = Holders::default();
        for (key, (name, first)) in names {
            let id = match known.get(&key) {
                Some(row) => {
                    if row.name != name {
                        holders.renamed.push((row.id.clone(), name));
                    }
                    row.id.clone()
                }
                None => {
                    holders.new.push(admission.holder_row(first.candidate, first.ahead, name));
                    first.ahead.holder_id.clone()
                }
            };
            holders.ids.insert(key, id);
        }
        holders.new.sort_by(|a, b| (&a.code_index, &a.code_type).cmp(&(&b.code_index, &b.code_type)));
        holders.renamed.sort();
        Ok(holders)
    }
}

fn holder_key(candidate: &Candidate) -> HolderKey<'_> {
    (candidate.record.holder().code_type(), &candidate.holder_index)
}
