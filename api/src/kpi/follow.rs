//! Keeping the figures: the job that reads on in the events, and counts anew every certificate something happened to.
//!
//! Facts, uses, tallies and the mark move in one transaction, so that the job may be broken off anywhere and begun
//! again. What is not here: what a certificate counts for (`kpi/count.rs`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::conformity::conforming;
use super::count::Moves;
use crate::app::App;
use crate::clock::Timestamp;
use crate::problem::Problem;
use crate::store::events::{self, EventRow};
use crate::store::scores::{self as rows, FactRow, UseRow, VersionFacts};
use crate::store::{Conn, StoreError};

/// Events, or certificates, of one transaction.
const AT_ONCE: i64 = 2_000;

/// Counts everything that has happened until now.
///
/// # Errors
/// When the database cannot.
pub async fn catch_up(app: &Arc<App>) -> Result<(), Problem> {
    loop {
        let today = app.clock.now().day_number();
        let counted: Result<_, StoreError> = app.db.write(move |conn| step(conn, today)).await;
        if counted? == Step::Done {
            return Ok(());
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    More,
    Done,
}

/// One transaction's worth of events and of certificates touched otherwise.
fn step(conn: &mut Conn, today: i32) -> Result<Step, StoreError> {
    let mark = rows::mark(conn)?;
    let news = events::after(conn, mark, AT_ONCE)?;
    let newest = news.last().map_or(mark, |event| event.seq);
    if !rows::move_mark(conn, mark, newest)? {
        // Another server was here in between, and goes on from where it is.
        return Ok(Step::More);
    }
    let touched = if news.is_empty() { rows::take_touched(conn, AT_ONCE)? } else { Vec::new() };
    if news.is_empty() && touched.is_empty() {
        return Ok(Step::Done);
    }
    count(conn, &news, &touched, today)?;
    Ok(Step::More)
}

/// Everything of one certificate.
#[derive(Default)]
struct Case<'a> {
    events: Vec<&'a EventRow>,
    facts: Vec<FactRow>,
    counted: Vec<UseRow>,
    uses: BTreeMap<i32, UseRow>,
}

fn count(conn: &mut Conn, news: &[EventRow], touched: &[String], today: i32) -> Result<(), StoreError> {
    let ids: BTreeSet<&str> = news
        .iter()
        .map(|event| event.certificate_id.as_str())
        .chain(touched.iter().map(String::as_str))
        .collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut cases = gather(conn, news, &ids)?;
    let (versions, kinds) = if news.is_empty() { Default::default() } else { rows::versions(conn, &ids)? };
    let versions: HashMap<(&str, i32), &VersionFacts> =
        versions.iter().map(|version| ((version.0.as_str(), version.1), version)).collect();
    let kinds: HashMap<&str, &str> = kinds.iter().map(|(id, kind)| (id.as_str(), kind.as_str())).collect();
    let conforming = conforming(conn, &ids)?;
    let mut moves = Moves::default();
    for (id, case) in &mut cases {
        moves.add(&case.facts, &case.counted, -1);
        for event in &case.events {
            if let (Some(version), Some(kind)) = (versions.get(&(*id, event.version)), kinds.get(id)) {
                add_fact(&mut case.facts, fact(event, version, kind, conforming.contains(id)));
            }
        }
        conform(&mut case.facts, conforming.contains(id), today);
        let uses: Vec<UseRow> = case.uses.values().cloned().collect();
        moves.add(&case.facts, &uses, 1);
    }
    let facts: Vec<FactRow> = cases.values().flat_map(|case| case.facts.iter().cloned()).collect();
    let uses: Vec<UseRow> = cases.values().flat_map(|case| case.uses.values().cloned()).collect();
    rows::replace_facts(conn, &ids, &facts)?;
    rows::replace_uses(conn, &ids, &uses)?;
    rows::move_tallies(conn, &moves.tallies())
}

fn gather<'a>(
    conn: &mut Conn,
    news: &'a [EventRow],
    ids: &[&'a str],
) -> Result<BTreeMap<&'a str, Case<'a>>, StoreError> {
    let kept = rows::kept(conn, ids)?;
    let mut cases: BTreeMap<&str, Case<'_>> = ids.iter().map(|id| (*id, Case::default())).collect();
    for event in news {
        cases.entry(&event.certificate_id).or_default().events.push(event);
    }
    for fact in kept.facts {
        if let Some(case) = cases.get_mut(fact.certificate_id.as_str()) {
            case.facts.push(fact);
        }
    }
    for used in kept.uses {
        if let Some(case) = cases.get_mut(used.certificate_id.as_str()) {
            case.counted.push(used);
        }
    }
    for (id, year, source, occurred_at) in kept.activations {
        if let Some(case) = cases.get_mut(id.as_str()) {
            let new = || UseRow { certificate_id: id, year, shown_on: None, checked_on: None };
            let used = case.uses.entry(year).or_insert_with(new);
            let on = Some(Timestamp(occurred_at).day_number());
            if source == "holder_use" { used.shown_on = on } else { used.checked_on = on }
        }
    }
    cases.values_mut().for_each(|case| case.facts.sort_by_key(|fact| fact.since));
    Ok(cases)
}

fn fact(event: &EventRow, version: &VersionFacts, kind: &str, conforming: bool) -> FactRow {
    let (_, _, division, specimen, issued_on, valid_to) = version;
    FactRow {
        certificate_id: event.certificate_id.clone(),
        since: Timestamp(event.occurred_at).day_number(),
        division: division.clone(),
        kind: kind.to_owned(),
        issued_on: *issued_on,
        in_force: event.status == "valid",
        valid_to: *valid_to,
        specimen: *specimen,
        conforming,
    }
}

/// Adds what a certificate became. Events are taken in the order they were recorded: what is said to have happened
/// before something known holds from that day on, since what was so in between was not said.
fn add_fact(facts: &mut Vec<FactRow>, mut new: FactRow) {
    if let Some(last) = facts.last() {
        new.since = new.since.max(last.since);
        new.conforming = last.conforming;
        if (FactRow { since: last.since, ..new.clone() }) == *last {
            return;
        }
    }
    facts.retain(|fact| fact.since < new.since);
    facts.push(new);
}

/// Adds that a certificate conforms from today on, or does not, where that is new.
fn conform(facts: &mut Vec<FactRow>, conforming: bool, today: i32) {
    if let Some(last) = facts.last().filter(|last| last.conforming != conforming) {
        let since = today.max(last.since);
        let new = FactRow { conforming, since, ..last.clone() };
        facts.retain(|fact| fact.since < since);
        facts.push(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(since: i32, in_force: bool) -> FactRow {
        FactRow {
            certificate_id: "c".to_owned(),
            since,
            division: "210102".to_owned(),
            kind: "013".to_owned(),
            issued_on: 20_454,
            in_force,
            valid_to: None,
            specimen: false,
            conforming: true,
        }
    }

    fn became(all: &[FactRow]) -> Vec<(i32, bool)> {
        let mut facts = Vec::new();
        all.iter().for_each(|fact| add_fact(&mut facts, fact.clone()));
        facts.iter().map(|fact| (fact.since, fact.in_force)).collect()
    }

    #[test]
    fn what_happened_holds_from_its_day_on_and_never_before_what_was_known() {
        assert_eq!(
            became(&[fact(1, true), fact(5, false), fact(9, true)]),
            [(1, true), (5, false), (9, true)]
        );
        assert_eq!(became(&[fact(1, true), fact(5, true)]), [(1, true)], "nothing new");
        assert_eq!(became(&[fact(5, true), fact(5, false)]), [(5, false)], "the last of a day holds");
        assert_eq!(became(&[fact(5, true), fact(3, false)]), [(5, false)], "said late");
    }

    #[test]
    fn conformity_changes_on_the_day_it_is_found() {
        let mut facts = vec![fact(5, true)];
        conform(&mut facts, true, 9);
        conform(&mut facts, false, 9);
        conform(&mut facts, false, 11);
        let all: Vec<_> = facts.iter().map(|fact| (fact.since, fact.conforming)).collect();
        assert_eq!(all, [(5, true), (9, false)]);
    }
}
