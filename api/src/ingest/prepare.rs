//! A few hundred records made ready: read, looked up, sealed, encrypted. All that takes long happens here, on all processors,
//! so that the transaction that keeps them is short.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::IngestError;
use super::read::{Read, Reader};
use super::split::Piece;
use crate::admit::{Admission, Ahead, Candidate, Due, places};
use crate::app::App;
use crate::record::Finding;
use crate::store::StoreError;
use crate::vault::Vault;

/// A record made ready.
pub(super) struct Prepared {
    pub(super) line: u64,
    pub(super) findings: Vec<Finding>,
    /// What is to be admitted; `None` where the record is broken.
    pub(super) candidate: Option<Candidate>,
    /// What it will need, as far as could be foreseen.
    pub(super) ahead: Option<Ahead>,
}

impl Prepared {
    /// What is to be admitted, with what was made for it.
    pub(super) fn sound(&self) -> Option<(&Candidate, Option<&Ahead>)> {
        Some((self.candidate.as_ref()?, self.ahead.as_ref()))
    }
}

/// Reads records, in order.
pub(super) async fn read(
    vault: &Arc<Vault>,
    reader: &Reader,
    pieces: Vec<Piece>,
) -> Result<Vec<Prepared>, IngestError> {
    let (vault, reader) = (Arc::clone(vault), reader.clone());
    in_parallel(pieces, move |piece| {
        let (candidate, findings) = match reader.read(&piece.content) {
            Read::Sound(record, warnings) => (Some(Candidate::of(*record, &vault)), warnings),
            Read::Broken(findings) => (None, findings),
        };
        Ok(Prepared { line: piece.line, findings, candidate, ahead: None })
    })
    .await
}

/// Seals and encrypts what will need it, at places taken from `free`. Where there are too few, they are reserved, and `spare`
/// more with them.
pub(super) async fn seal(
    app: &App,
    admission: &Arc<Admission>,
    records: Vec<Prepared>,
    free: &mut Vec<u64>,
    spare: usize,
) -> Result<Vec<Prepared>, IngestError> {
    let (records, due) = foresee(app, admission, records).await?;
    let needed = due.iter().flatten().count();
    if free.len() < needed {
        let (iss, missing) = (app.config.iss.clone(), needed - free.len() + spare);
        free.extend(app.db.write(move |conn| places::reserve(conn, &iss, missing)).await?);
    }
    let placed = |due: Option<Due>| Some((due?, free.pop()?));
    let work: Vec<_> = records.into_iter().zip(due.into_iter().map(placed)).collect();
    let admission = Arc::clone(admission);
    in_parallel(work, move |(mut record, placed)| {
        if let (Some(candidate), Some((due, status_index))) = (&record.candidate, placed) {
            record.ahead = Some(admission.prepare(candidate, due, status_index)?);
        }
        Ok(record)
    })
    .await
}

/// The version each record will make, as things stand.
async fn foresee(
    app: &App,
    admission: &Arc<Admission>,
    records: Vec<Prepared>,
) -> Result<(Vec<Prepared>, Vec<Option<Due>>), StoreError> {
    let admission = Arc::clone(admission);
    let look = move |conn: &mut _| {
        let candidates: Vec<_> = records.iter().filter_map(|record| record.candidate.as_ref()).collect();
        let mut foreseen = admission.foresee_all(conn, &candidates)?.into_iter();
        let due =
            records.iter().map(|record| record.candidate.as_ref().and_then(|_| foreseen.next().flatten()));
        let due = due.collect();
        Ok((records, due))
    };
    app.db.read(look).await
}

/// Does the same to each item, on as many threads as there are processors. The order stays.
async fn in_parallel<T, R>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, IngestError> + Send + Sync + 'static,
) -> Result<Vec<R>, IngestError>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    let work = Arc::new(work);
    let mut items = items.into_iter();
    let mut shares = Vec::with_capacity(threads);
    loop {
        let part: Vec<T> = items.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        let work = Arc::clone(&work);
        shares.push(spawn_blocking(move || part.into_iter().map(|item| work(item)).collect()));
    }
    let mut done = Vec::new();
    for part in shares {
        let part: Result<Vec<R>, IngestError> = part.await.map_err(|_| IngestError::Stopped)?;
        done.extend(part?);
    }
    Ok(done)
}
