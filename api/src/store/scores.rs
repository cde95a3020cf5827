//! Queries behind the figures: facts and uses of certificates, tallies of them, how far they are counted.
//!
//! - `scores/counted.rs`: the tallies as of a day
//! - `scores/behind.rs`: the certificates and uses behind them
//!
//! What is not here: what the figures mean, and which fact follows from which event (`kpi`).

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::bulk::{delete_all, find_all, insert_all};
use super::{Conn, StoreError};
use crate::schema::{
    activations, certificate_versions, certificates, score_facts, score_marks, score_tallies, score_touched,
    score_uses,
};

mod behind;
mod counted;

pub use behind::{Candidates, Proof, candidates, proofs, scans};
pub use counted::{Counted, Filter, Until, counted};

/// The name of the mark in the events of certificates.
const EVENTS: &str = "events";
/// Tallies that go into one statement on PostgreSQL, which takes 65,535 values.
const TALLIES_AT_ONCE: usize = 4_000;

/// What a certificate was from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = score_facts, treat_none_as_default_value = false)]
pub struct FactRow {
    /// Which certificate.
    pub certificate_id: String,
    /// From this day on.
    pub since: i32,
    /// Division, six digits.
    pub division: String,
    /// Kind, three digits.
    pub kind: String,
    /// Day of issue.
    pub issued_on: i32,
    /// Whether its status lets it be in force.
    pub in_force: bool,
    /// Last valid day.
    pub valid_to: Option<i32>,
    /// 样证.
    pub specimen: bool,
    /// Whether it conforms to the standards.
    pub conforming: bool,
}

/// The first uses of a certificate in a year.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = score_uses, treat_none_as_default_value = false)]
pub struct UseRow {
    /// Which certificate.
    pub certificate_id: String,
    /// The year, in China.
    pub year: i32,
    /// The day its holder first showed it.
    pub shown_on: Option<i32>,
    /// The day an officer first checked it.
    pub checked_on: Option<i32>,
}

/// A tally, or by how much one moves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = score_tallies)]
pub struct TallyRow {
    /// Of issue or of use; 0: of what is in force.
    pub year: i32,
    /// What is counted.
    pub measure: String,
    /// `year`, `month` or `day`.
    pub level: String,
    /// Its first day.
    pub starts: i32,
    /// Division, six digits.
    pub division: String,
    /// Kind, three digits.
    pub kind: String,
    /// Whether of those that conform.
    pub conforming: bool,
    /// How many more.
    pub number: i32,
}

/// What a version says that figures need: certificate, version, division, specimen, day of issue, last valid day.
pub type VersionFacts = (String, i32, String, bool, i32, Option<i32>);

/// A certificate and its kind.
pub type KindOf = (String, String);

/// How far events are counted.
///
/// # Errors
/// When the database cannot.
pub fn mark(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(score_marks::table.find(EVENTS).select(score_marks::seq).get_result(conn)?)
}

/// Moves the mark from one event to another, and holds it until the transaction ends: `false` when it is elsewhere.
///
/// # Errors
/// When the database cannot.
pub fn move_mark(conn: &mut Conn, from: i64, to: i64) -> Result<bool, StoreError> {
    let there = score_marks::table.find(EVENTS).filter(score_marks::seq.eq(from));
    Ok(diesel::update(there).set(score_marks::seq.eq(to)).execute(conn)? == 1)
}

/// Says that something happened to a certificate that is no event; `because` makes a second time another row.
///
/// # Errors
/// When the database cannot, or that was said before.
pub fn touch(conn: &mut Conn, certificate_id: &str, because: &str) -> Result<(), StoreError> {
    let row = (score_touched::certificate_id.eq(certificate_id), score_touched::because.eq(because));
    diesel::insert_into(score_touched::table).values(row).execute(conn)?;
    Ok(())
}

/// Takes up to `limit` certificates that something happened to. Read what happened afterwards, so that nothing is
/// taken here unseen.
///
/// # Errors
/// When the database cannot.
pub fn take_touched(conn: &mut Conn, limit: i64) -> Result<Vec<String>, StoreError> {
    let mut ids: Vec<String> = score_touched::table
        .select(score_touched::certificate_id)
        .order((score_touched::certificate_id, score_touched::because))
        .limit(limit)
        .load(conn)?;
    ids.dedup();
    delete_all!(conn, score_touched::table, score_touched::certificate_id, &ids)?;
    Ok(ids)
}

/// What the versions of certificates say, and the certificates' kinds.
///
/// # Errors
/// When the database cannot.
pub fn versions(conn: &mut Conn, ids: &[&str]) -> Result<(Vec<VersionFacts>, Vec<KindOf>), StoreError> {
    let (table, column) = (certificate_versions::table, certificate_versions::certificate_id);
    let selection = (
        column,
        certificate_versions::version,
        certificate_versions::division,
        certificate_versions::specimen,
        certificate_versions::issued_on,
        certificate_versions::valid_to,
    );
    let versions = find_all!(&mut *conn, table, column, ids, selection)?;
    let (table, column) = (certificates::table, certificates::id);
    let kinds = find_all!(conn, table, column, ids, (column, certificates::kind))?;
    Ok((versions, kinds))
}

/// What is kept of certificates: facts and uses that are counted, and the uses there are (certificate, year, source,
/// instant).
pub struct Kept {
    /// Facts, in any order.
    pub facts: Vec<FactRow>,
    /// Uses that are counted.
    pub uses: Vec<UseRow>,
    /// Uses there are.
    pub activations: Vec<(String, i32, String, i64)>,
}

/// What is kept of these certificates.
///
/// # Errors
/// When the database cannot.
pub fn kept(conn: &mut Conn, ids: &[&str]) -> Result<Kept, StoreError> {
    let (table, column) = (score_facts::table, score_facts::certificate_id);
    let facts = find_all!(&mut *conn, table, column, ids, FactRow::as_select())?;
    let (table, column) = (score_uses::table, score_uses::certificate_id);
    let uses = find_all!(&mut *conn, table, column, ids, UseRow::as_select())?;
    let (table, column) = (activations::table, activations::certificate_id);
    let selection = (column, activations::year, activations::source, activations::occurred_at);
    let activations = find_all!(conn, table, column, ids, selection)?;
    Ok(Kept { facts, uses, activations })
}

/// Puts the facts of these certificates in place of those there are.
///
/// # Errors
/// When the database cannot.
pub fn replace_facts(conn: &mut Conn, ids: &[&str], rows: &[FactRow]) -> Result<(), StoreError> {
    delete_all!(&mut *conn, score_facts::table, score_facts::certificate_id, ids)?;
    Ok(insert_all!(conn, score_facts::table, rows)?)
}

/// The same with the uses.
///
/// # Errors
/// When the database cannot.
pub fn replace_uses(conn: &mut Conn, ids: &[&str], rows: &[UseRow]) -> Result<(), StoreError> {
    delete_all!(&mut *conn, score_uses::table, score_uses::certificate_id, ids)?;
    Ok(insert_all!(conn, score_uses::table, rows)?)
}

/// Moves tallies; no two of the rows are of the same one.
///
/// # Errors
/// When the database cannot.
pub fn move_tallies(conn: &mut Conn, rows: &[TallyRow]) -> Result<(), StoreError> {
    let key = (
        score_tallies::year,
        score_tallies::level,
        score_tallies::starts,
        score_tallies::measure,
        score_tallies::division,
        score_tallies::kind,
        score_tallies::conforming,
    );
    let moved = score_tallies::number.eq(score_tallies::number + excluded(score_tallies::number));
    match conn {
        Conn::Postgres(conn) => {
            for rows in rows.chunks(TALLIES_AT_ONCE) {
                let insert = diesel::insert_into(score_tallies::table).values(rows);
                insert.on_conflict(key).do_update().set(moved).execute(conn)?;
            }
        }
        Conn::Sqlite(conn) => {
            for row in rows {
                let insert = diesel::insert_into(score_tallies::table).values(row);
                insert.on_conflict(key).do_update().set(moved).execute(conn)?;
            }
        }
    }
    Ok(())
}
