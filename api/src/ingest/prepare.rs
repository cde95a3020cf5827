//! A few hundred records made ready: read, looked up, sealed. All that takes long happens here, on all processors,
//! so that the transaction that keeps them is short.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::IngestError;
use super::read::{Read, Reader};
use super::split::Piece;
use crate::admit::{Admission, Candidate, places};
use crate::app::App;
use crate::record::Finding;
use crate::seal::{Sealed, Version};
use crate::store::StoreError;

/// A record made ready.
pub(super) struct Prepared {
    pub(super) line: u64,
    pub(super) findings: Vec<Finding>,
    /// What is to be admitted; `None` where the record is broken.
    pub(super) candidate: Option<Candidate>,
    /// The seal it will need, as far as could be foreseen.
    pub(super) sealed: Option<Sealed>,
}

/// Reads records, in order.
pub(super) async fn read(reader: &Reader, pieces: Vec<Piece>) -> Result<Vec<Prepared>, IngestError> {
    let reader = reader.clone();
    in_parallel(pieces, move |piece| {
        let (candidate, findings) = match reader.read(&piece.content) {
            Read::Sound(candidate, warnings) => (Some(*candidate), warnings),
            Read::Broken(findings) => (None, findings),
        };
        Ok(Prepared { line: piece.line, findings, candidate, sealed: None })
    })
    .await
}

/// Seals what will need a seal, at places taken from `free`. Where there are too few, they are reserved, and `spare`
/// more with them.
pub(super) async fn seal(
    app: &App,
    admission: &Arc<Admission>,
    records: Vec<Prepared>,
    free: &mut Vec<u64>,
    spare: usize,
) -> Result<Vec<Prepared>, IngestError> {
    let (records, versions) = foresee(app, admission, records).await?;
    let needed = versions.iter().flatten().count();
    if free.len() < needed {
        let (iss, missing) = (app.config.iss.clone(), needed - free.len() + spare);
        free.extend(app.db.write(move |conn| places::reserve(conn, &iss, missing)).await?);
    }
    let version = |number: Option<u32>| Some(Version { number: number?, status_index: free.pop()? });
    let due: Vec<_> = records.into_iter().zip(versions.into_iter().map(version)).collect();
    let admission = Arc::clone(admission);
    in_parallel(due, move |(mut record, version)| {
        if let (Some(candidate), Some(version)) = (&record.candidate, version) {
            record.sealed = Some(admission.seal(candidate, version)?);
        }
        Ok(record)
    })
    .await
}

/// The number of the version each record will make, as things stand.
async fn foresee(
    app: &App,
    admission: &Arc<Admission>,
    records: Vec<Prepared>,
) -> Result<(Vec<Prepared>, Vec<Option<u32>>), StoreError> {
    let admission = Arc::clone(admission);
    let look = move |conn: &mut _| {
        let mut versions = Vec::with_capacity(records.len());
        for record in &records {
            versions.push(match &record.candidate {
                Some(candidate) => admission.foresee(conn, candidate)?,
                None => None,
            });
        }
        Ok((records, versions))
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
