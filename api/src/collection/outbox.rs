//! Sending what is waiting. First the certificates that are queued by themselves, then the feed from the mark on.
//!
//! The mark and what it leaves behind move in one transaction, after the other side has answered. What the other side
//! refuses sets its certificate aside, with the reason, and only that one. When it cannot be reached nothing moves.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::{Parts, Unmade};
use super::message::{Collected, CollectedOutcome, CollectionChange, CollectionChanges};
use super::{Connector, backoff, incidents, state};
use crate::app::App;
use crate::keys::cipher;
use crate::outbound::Failure;
use crate::problem::Problem;
use crate::store::collection::{self as rows, ExceptionRow, OutboxRow, REQUEUED, SET_ASIDE};
use crate::store::events::{self, EventRow};
use crate::store::{Conn, StoreError};

/// Most bytes of items and credentials in one request; one change is always sent, whatever its size.
const LARGEST: usize = 1 << 20;

/// What came of a piece of work.
enum Step {
    /// There may be more.
    More,
    /// Nothing is waiting, or nothing may be sent now.
    Done,
}

/// What became of the events of a request: those that were taken, and the certificates that are to be set aside, each
/// with the number of its last event that was taken, or 0, and why.
#[derive(Default)]
struct Outcome {
    aside: Vec<(EventRow, String)>,
}

/// Sends what is waiting, until nothing is or the other side cannot be reached. Whoever calls this holds the lease.
///
/// # Errors
/// When the database cannot. That the other side cannot is no error: it is tried again when it is time.
pub async fn drain(app: &Arc<App>) -> Result<(), Problem> {
    let Some(connector) = app.ministry.clone() else { return Ok(()) };
    app.db.write::<_, StoreError, _>(rows::begin).await?;
    loop {
        let outbox = app.db.read(rows::outbox).await?;
        if outbox.paused_at.is_some() || outbox.retry_at > app.clock.now().millis() {
            break;
        }
        let step = match next_exception(app).await? {
            Some(exception) => send_exception(app, &connector, &outbox, exception).await?,
            None => send_feed(app, &connector, &outbox).await?,
        };
        if matches!(step, Step::Done) {
            break;
        }
    }
    incidents::look_after(app).await?;
    state::measure(app).await
}

async fn next_exception(app: &App) -> Result<Option<ExceptionRow>, StoreError> {
    let next = |conn: &mut Conn| rows::exceptions(conn, REQUEUED, "", 1);
    Ok(app.db.read::<_, StoreError, _>(next).await?.into_iter().next())
}

/// The next events of the feed, but for those of exceptions.
async fn send_feed(app: &Arc<App>, connector: &Connector, outbox: &OutboxRow) -> Result<Step, Problem> {
    let (mark, limit) = (outbox.seq, i64::from(app.config.collection_batch.max(1)));
    let read = move |conn: &mut Conn| -> Result<_, StoreError> {
        let found = events::after(conn, mark, limit)?;
        let ids: BTreeSet<&str> = found.iter().map(|event| event.certificate_id.as_str()).collect();
        let excepted = rows::exceptions_among(conn, &ids.into_iter().collect::<Vec<_>>())?;
        Ok((found, excepted))
    };
    let (found, excepted) = app.db.read(read).await?;
    let Some(last) = found.last().map(|event| event.seq) else { return Ok(Step::Done) };
    let (sent, skipped): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|event| !excepted.contains(&event.certificate_id));
    let (outcome, reached) = match deliver(app, connector, sent, false).await? {
        Ok(delivered) => delivered,
        Err(failure) => return fail(app, outbox, failure).await,
    };
    // A request may hold less than was read: the mark goes no further than what was answered.
    let to = reached.map_or(last, |reached| reached - 1);
    let skipped: Vec<String> =
        skipped.into_iter().filter(|event| event.seq <= to).map(|event| event.certificate_id).collect();
    let now = app.clock.now().millis();
    let keep = move |conn: &mut Conn| -> Result<(), StoreError> {
        // Locks the mark: what ends an exception looks at it too.
        if !rows::advance(conn, mark, to, now)? {
            return Ok(());
        }
        let ids: BTreeSet<&str> = skipped.iter().map(String::as_str).collect();
        let still = rows::exceptions_among(conn, &ids.iter().copied().collect::<Vec<_>>())?;
        if still.len() < ids.len() {
            // One ended meanwhile, and its events were not sent: from the mark on once more.
            rows::advance(conn, to, mark, now)?;
            return Ok(());
        }
        outcome
            .aside
            .iter()
            .try_for_each(|(event, reason)| rows::except(conn, &set_aside(event, reason, now)))
    };
    app.db.write(keep).await?;
    Ok(Step::More)
}

fn set_aside(event: &EventRow, reason: &str, now: i64) -> ExceptionRow {
    tracing::warn!(certificate = event.certificate_id, seq = event.seq, reason, "a certificate is set aside");
    ExceptionRow {
        certificate_id: event.certificate_id.clone(),
        seq: event.seq - 1,
        state: SET_ASIDE.to_owned(),
        mending: false,
        reason: reason.to_owned(),
        since: now,
    }
}

/// The next events of one certificate that was queued by itself.
async fn send_exception(
    app: &Arc<App>,
    connector: &Connector,
    outbox: &OutboxRow,
    exception: ExceptionRow,
) -> Result<Step, Problem> {
    let (mark, limit) = (outbox.seq, i64::from(app.config.collection_batch.max(1)));
    let (id, after) = (exception.certificate_id.clone(), exception.seq);
    let read = move |conn: &mut Conn| rows::events_of(conn, &id, (after, mark), limit);
    let found = app.db.read::<_, StoreError, _>(read).await?;
    let last = found.last().map(|event| event.seq);
    let delivered = match last {
        Some(last) => match deliver(app, connector, found, exception.mending).await? {
            Ok((outcome, reached)) => Some((outcome, reached.map_or(last, |reached| reached - 1))),
            Err(failure) => return fail(app, outbox, failure).await,
        },
        None => None,
    };
    let now = app.clock.now().millis();
    let keep = move |conn: &mut Conn| -> Result<(), StoreError> {
        let Some((outcome, to)) = delivered else {
            rows::settle(conn, &exception, mark)?;
            return Ok(());
        };
        match outcome.aside.first() {
            Some((event, reason)) => {
                let row = ExceptionRow { mending: exception.mending, ..set_aside(event, reason, now) };
                rows::except(conn, &row)?;
                rows::sent_up_to(conn, &ExceptionRow { seq: exception.seq, ..row }, event.seq - 1)?;
            }
            None => {
                rows::sent_up_to(conn, &exception, to)?;
            }
        }
        rows::advance(conn, mark, mark, now)?;
        Ok(())
    };
    app.db.write(keep).await?;
    Ok(Step::More)
}

/// Delivers events, in their order: what became of them, and the number of the first that did not fit in any more. What
/// the other side refuses as a whole is sent one by one, so that it is known which it is.
async fn deliver(
    app: &Arc<App>,
    connector: &Connector,
    found: Vec<EventRow>,
    mending: bool,
) -> Result<Result<(Outcome, Option<i64>), Failure>, Problem> {
    let (changes, mut outcome, rest) = prepare(app, found.clone()).await?;
    let event = |id: &str| found.iter().find(|event| event.id == id);
    if changes.is_empty() {
        return Ok(Ok((outcome, rest)));
    }
    let whole = CollectionChanges { mending, changes };
    match send(app, connector, &whole).await {
        Ok(collected) => outcome.note(&collected, event),
        Err(failure) if is_about_content(failure) => {
            let count = whole.changes.len();
            let mut refused = 0;
            for change in whole.changes {
                if outcome.has(&change.certificate_id) {
                    continue;
                }
                let id = change.event_id.clone();
                match send(app, connector, &CollectionChanges { mending, changes: vec![change] }).await {
                    Ok(collected) => outcome.note(&collected, event),
                    Err(failure) if is_about_content(failure) => {
                        refused += 1;
                        outcome.aside.extend(event(&id).map(|event| (event.clone(), failure.to_string())));
                    }
                    Err(failure) => return Ok(Err(failure)),
                }
            }
            // A side that wants nothing of several certificates does not mind the certificates.
            if count > 1 && refused == count {
                return Ok(Err(failure));
            }
        }
        Err(failure) => return Ok(Err(failure)),
    }
    Ok(Ok((outcome, rest)))
}

/// Whether the other side has understood who asks and does not want what was sent.
fn is_about_content(failure: Failure) -> bool {
    matches!(failure, Failure::Status(400 | 413 | 422))
}

async fn send(app: &App, connector: &Connector, changes: &CollectionChanges) -> Result<Collected, Failure> {
    let nonce = app.new_id().simple().to_string();
    let collected = connector.send(changes, app.clock.now(), &nonce).await?;
    // An answer that is not about what was sent says nothing.
    let same = collected.results.iter().map(|result| &result.event_id);
    if same.eq(changes.changes.iter().map(|change| &change.event_id)) {
        Ok(collected)
    } else {
        Err(Failure::Unreadable)
    }
}

/// The changes of these events, as many as one request holds. After one that cannot be made, none of its certificate.
async fn prepare(
    app: &Arc<App>,
    found: Vec<EventRow>,
) -> Result<(Vec<CollectionChange>, Outcome, Option<i64>), Problem> {
    let wanted = found.clone();
    let read = move |conn: &mut Conn| wanted.iter().map(|event| Parts::of(conn, event)).collect();
    let parts: Vec<Option<Parts>> = app.db.read::<_, StoreError, _>(read).await?;
    let vault = Arc::clone(&app.vault);
    let make = move || {
        let (mut changes, mut outcome, mut size) = (Vec::new(), Outcome::default(), 0);
        for (event, parts) in found.into_iter().zip(parts) {
            if outcome.has(&event.certificate_id) {
                continue;
            }
            let made: Result<CollectionChange, Unmade> =
                parts.ok_or("version_missing").and_then(|parts| parts.change(&vault));
            match made {
                Ok(change) => {
                    size += change.version.credential.len() + change.version.items.to_string().len();
                    if size > LARGEST && !changes.is_empty() {
                        return (changes, outcome, Some(event.seq));
                    }
                    changes.push(change);
                }
                Err(reason) => outcome.aside.push((event, reason.to_owned())),
            }
        }
        (changes, outcome, None)
    };
    tokio::task::spawn_blocking(make).await.map_err(Problem::internal)
}

impl Outcome {
    fn has(&self, certificate_id: &str) -> bool {
        self.aside.iter().any(|(event, _)| event.certificate_id == certificate_id)
    }

    /// Takes over what the other side says.
    fn note<'a>(&mut self, collected: &Collected, event: impl Fn(&str) -> Option<&'a EventRow>) {
        let refused = collected.results.iter().filter(|result| result.outcome == CollectedOutcome::Refused);
        for result in refused {
            let Some(event) = event(&result.event_id).filter(|event| !self.has(&event.certificate_id)) else {
                continue;
            };
            // Another site's word: short, and nothing but a word.
            let is_word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            let reason: String =
                result.reason.iter().flat_map(|reason| reason.chars()).filter(is_word).take(64).collect();
            let reason = if reason.is_empty() { "refused".to_owned() } else { reason };
            self.aside.push((event.clone(), reason));
        }
    }
}

/// Without randomness all sites wait the shortest.
fn random() -> u32 {
    cipher::random::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Nothing moves; it is tried again later.
async fn fail(app: &Arc<App>, outbox: &OutboxRow, failure: Failure) -> Result<Step, Problem> {
    let now = app.clock.now();
    let retry_at = now.millis() + backoff::pause(outbox.failures + 1, random());
    tracing::warn!(%failure, failures = outbox.failures + 1, "the ministry did not take a collection");
    app.metrics.collection_failures.inc();
    let (as_read, error) = (outbox.clone(), failure.to_string());
    let keep = move |conn: &mut Conn| rows::fail(conn, &as_read, &error, now.millis(), retry_at);
    app.db.write::<_, StoreError, _>(keep).await?;
    Ok(Step::Done)
}
