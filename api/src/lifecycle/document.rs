//! `docs/lifecycle.md`: each business event with its effects, written from the tables the code itself uses.
//!
//! What an event makes of a status is asked of `course.rs`, what a status is in the status list of `publish`, and what the
//! holder and the code say of it of `present`: the document cannot say anything else than what happens.

use std::fmt::Write as _;

use verifier_core::Day;

use super::{Change, Course, Standing, State};
use crate::present;
use crate::publish;
use crate::record;
use crate::store::certificates::CertificateRow;

/// What the tables cannot say.
const INTRODUCTION: &str = include_str!("../../data/lifecycle.md");
/// A day on which the certificate that is asked about is valid.
const TODAY: u32 = 20_000;

/// `docs/lifecycle.md`, whole.
#[must_use]
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str(RECORDS_HEAD);
    for event in record::Event::ALL {
        record_line(&mut text, event);
    }
    text.push_str(EVENTS_HEAD);
    for change in Change::ALL {
        event_line(&mut text, change);
    }
    text.push_str(STANDINGS_HEAD);
    for standing in Standing::ALL {
        standing_line(&mut text, standing);
    }
    text
}

fn record_line(text: &mut String, event: record::Event) {
    let is_first = event == record::Event::Initial;
    let (zh, code, word) = (event.name_zh(), event.code(), event.word());
    let version = if is_first { "the first" } else { "the next" };
    // What ended takes no new version (`admit/step.rs`).
    let open = Standing::ALL.into_iter().filter(|standing| !standing.is_ended());
    let changes = open.filter_map(|from| {
        let after = course(from).after_version(event, None, None, 0).state.standing;
        (from != after).then(|| format!("`{from}` → `{after}`"))
    });
    let changes: Vec<_> = changes.collect();
    let status = match changes.as_slice() {
        _ if is_first => format!("`{}`", Course::beginning(None, None).state.standing),
        [] => "stays".to_owned(),
        _ => format!("{}; else stays", changes.join("<br>")),
    };
    let passed = overdue().after_version(event, None, None, 0).state.review_overdue;
    let mark = match (is_first, passed) {
        (true, _) => "not set",
        (_, false) => "cleared, unless the record's day has passed",
        (_, true) => "cleared where the record has a day that has not passed",
    };
    let place = if is_first { "–" } else { "`superseded`; `reported_lost` where it was lost" };
    let _ = writeln!(text, "| {zh} | `{code}` | `{word}` | {version} | {status} | {mark} | {place} |");
}

fn overdue() -> Course {
    let valid = course(Standing::Valid);
    Course { state: State { review_overdue: true, ..valid.state }, ..valid }
}

fn event_line(text: &mut String, change: Change) {
    let (zh, word) = (change.name_zh(), change.word());
    let by_itself = is_automatic(change);
    let by = if by_itself { "issuer; `system` on its day" } else { "issuer" };
    let states = Standing::ALL.into_iter().filter_map(|from| {
        let after = course(from).after(change, None)?.state.standing;
        Some(match change {
            Change::Restored => format!("`{from}` → as it was"),
            _ if from == after => format!("`{from}` stays"),
            _ => format!("`{from}` → `{after}`"),
        })
    });
    let states: Vec<_> = states.collect();
    let set = course(Standing::Valid).after(change, None).map(|after| after.state.review_overdue);
    let cleared = overdue().after(change, None).map(|after| after.state.review_overdue);
    let mark = match (set, cleared) {
        (Some(true), _) => "set",
        (_, Some(false)) => "cleared",
        _ => "stays",
    };
    let figures =
        if change == Change::TransferredOut { "counts in the new division from now on" } else { "unchanged" };
    let _ = writeln!(text, "| {zh} | `{word}` | {by} | {} | {mark} | {figures} |", states.join("<br>"));
}

/// Whether it also happens without anybody's doing.
fn is_automatic(change: Change) -> bool {
    let suspended = Course { suspended_until: Some(0), ..course(Standing::Suspended) };
    let overdue = Course { review_due: Some(0), ..course(Standing::Valid) };
    let expired = Course { valid_to: Some(0), ..course(Standing::Valid) };
    [suspended, overdue, expired].iter().any(|course| course.next().is_some_and(|(_, next)| next == change))
}

fn standing_line(text: &mut String, standing: Standing) {
    let listed = publish::status(standing.word()).map_or_else(|| "–".to_owned(), |_| format!("`{standing}`"));
    let shown = present::allowed(&row(standing), Day(TODAY)).err();
    let code = if shown.is_some() { "none is made" } else { "is made" };
    let told = shown.map_or_else(
        || "can be shown".to_owned(),
        |code| format!("{} (`{}`): {}", code.title().0, code.name(), code.next_step().0),
    );
    let _ = writeln!(text, "| `{standing}` | {listed} | {code} | {told} |");
}

fn course(standing: Standing) -> Course {
    let begun = Course::beginning(None, None);
    Course { state: State { standing, ..begun.state }, ..begun }
}

fn row(standing: Standing) -> CertificateRow {
    CertificateRow {
        id: String::new(),
        kind: String::new(),
        number_ciphertext: Vec::new(),
        number_index: String::new(),
        issuer_code: String::new(),
        division: String::new(),
        identifier: String::new(),
        serial: String::new(),
        holder_id: String::new(),
        plate: None,
        plate_colour: None,
        version: 1,
        status: standing.word().to_owned(),
        review_overdue: false,
        review_due: None,
        suspended_until: None,
        due_on: None,
        sequence: None,
        revision: 1,
        specimen: false,
        status_index: 0,
        issued_on: 0,
        valid_from: 0,
        valid_to: None,
        created_at: 0,
        updated_at: 0,
    }
}

const RECORDS_HEAD: &str = "
## What makes a new version

Sent by the issuer of the division as a record, with `event`. The new version is sealed in the same transaction; its code is the
one that is made from then on, and the holder's page shows it. A code of the version before answers what the place of that
version in the status list says. `expired_not_renewed` ends only where the new last day has not passed. What is `cancelled` or
`revoked` takes no new version. In the figures a certificate counts once, whatever its version: in the year of the day of issue and
in the division that the version in force has.

| 业务 | `event` of the record | word in the history | version | status | `review_overdue` | place of the version before |
|---|---|---|---|---|---|---|
";

const EVENTS_HEAD: &str = "
## What makes none

Sent as an event. Version and credential stay as they are; a code that was shown before is answered by the new status at once
online, and by the next status list (within seconds) offline.

| 事件 | word | who sends it | status | `review_overdue` | figures |
|---|---|---|---|---|---|
";

const STANDINGS_HEAD: &str = "
## What a status does

The status list says it at the places of all versions of the certificate. A certificate that is `valid` with a review overdue
stands as `review_overdue`: its code is made, and the officer sees a warning.

| status | in the status list | a code | the holder's page |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../docs/lifecycle.md");
        assert!(written == reference(), "run `yzt docs lifecycle > docs/lifecycle.md`");
    }

    #[test]
    fn the_document_names_every_event_and_every_status() {
        let text = reference();
        for change in Change::ALL {
            assert!(text.contains(&format!("| `{}` |", change.word())), "{change:?}");
        }
        for event in record::Event::ALL {
            assert!(text.contains(&format!("| `{}` | `{}` |", event.code(), event.word())), "{event:?}");
        }
    }

    #[test]
    fn three_events_happen_by_themselves() {
        let automatic: Vec<_> = Change::ALL.into_iter().filter(|change| is_automatic(*change)).collect();
        assert_eq!(automatic, [Change::ReviewOverdue, Change::Resumed, Change::Expired]);
    }
}
