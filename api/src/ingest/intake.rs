//! One batch on its way in: what was cut is gathered, prepared, kept, in turn.

use std::sync::Arc;

use hmac::Mac;
use tokio::task::JoinHandle;

use super::keep::{self, Kept, Portion};
use super::read::Reader;
use super::split::{Content, Piece, Splitter};
use super::{IngestError, Report, Request, prepare, replay};
use crate::admit::{Admission, AdmitError};
use crate::app::App;
use crate::store::StoreError;
use crate::store::batches::BatchRow;
use crate::vault::FieldMac;

/// Most records in one transaction.
const RECORDS_MAX: usize = 500;
/// Most bytes of records in one transaction.
const BYTES_MAX: usize = 4 << 20;
/// What the audit log says of a batch whose end never came.
const BROKEN_OFF: &str = "broken_off";
/// How often a transaction is tried when others are in the way.
const TRIES: u8 = 4;

/// One batch on its way in.
pub(super) struct Intake<W> {
    app: Arc<App>,
    request: Request,
    splitter: Splitter,
    body_mac: FieldMac,
    /// Known once the header was read, where there is one.
    reader: Option<Reader>,
    pieces: Vec<Piece>,
    batch: BatchRow,
    has_begun: bool,
    /// Places in the status list that are reserved and free.
    places: Vec<u64>,
    writing: Option<JoinHandle<Result<Kept, AdmitError>>>,
    watch: W,
}

impl<W: FnMut(&BatchRow)> Intake<W> {
    pub(super) fn new(app: &Arc<App>, request: Request, watch: W) -> Self {
        let batch = BatchRow {
            id: app.new_id().to_string(),
            idempotency_key: replay::key(&request),
            account_id: request.sender.account.clone(),
            body_mac: None,
            started_at: app.clock.now().millis(),
            finished_at: None,
            lines: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            rejected: 0,
        };
        Self {
            app: Arc::clone(app),
            splitter: Splitter::new(request.format),
            body_mac: replay::body_mac(app, request.format),
            request,
            reader: None,
            pieces: Vec::new(),
            batch,
            has_begun: false,
            places: Vec::new(),
            writing: None,
            watch,
        }
    }

    /// Takes the next bytes of the body. Waits while earlier ones are being worked on.
    pub(super) async fn feed(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        self.body_mac.update(bytes);
        self.splitter.push(bytes, &mut self.pieces);
        while let Some(portion) = self.full_portion() {
            self.work(portion, None).await?;
        }
        Ok(())
    }

    /// Takes the end of the body.
    pub(super) async fn finish(mut self) -> Result<Report, IngestError> {
        let splitter = std::mem::replace(&mut self.splitter, Splitter::new(self.request.format));
        splitter.finish(&mut self.pieces);
        while let Some(portion) = self.full_portion() {
            self.work(portion, None).await?;
        }
        let body_mac = self.body_mac.clone().finalize().into_bytes().to_vec();
        let last = std::mem::take(&mut self.pieces);
        self.work(last, Some(body_mac)).await?;
        self.settle().await?;
        let batch = self.batch;
        Ok(self.app.db.read::<_, StoreError, _>(move |conn| Report::of(conn, batch, 0)).await?)
    }

    /// Waits for what is being written, so that the batch is at rest when its sender hears that it broke off.
    pub(super) async fn abandon(mut self) {
        if let Err(error) = self.settle().await {
            tracing::warn!(batch = self.batch.id, %error, "the last records of a broken batch were not kept");
        }
        if self.has_begun {
            let entry = keep::entry(&self.batch, self.request.context).refused(BROKEN_OFF);
            self.app.audit.note(entry).await;
        }
    }

    /// As many records as one transaction takes, if there are so many.
    fn full_portion(&mut self) -> Option<Vec<Piece>> {
        let mut bytes = 0;
        let is_full = |(at, piece): (usize, &Piece)| {
            if let Content::Whole(content) = &piece.content {
                bytes += content.len();
            }
            (at + 1 == RECORDS_MAX || bytes >= BYTES_MAX).then_some(at + 1)
        };
        let end = self.pieces.iter().enumerate().find_map(is_full)?;
        let rest = self.pieces.split_off(end);
        Some(std::mem::replace(&mut self.pieces, rest))
    }

    /// Prepares records while the ones before are being written, then has them written.
    async fn work(&mut self, mut pieces: Vec<Piece>, body_mac: Option<Vec<u8>>) -> Result<(), IngestError> {
        let reader = self.reader(&mut pieces)?;
        let is_last = body_mac.is_some();
        if is_last && pieces.is_empty() && self.writing.is_none() && !self.has_begun {
            return Err(IngestError::Empty);
        }
        let batch_id = Some(self.batch.id.clone());
        let admission = Arc::new(Admission::begin(&self.app, self.request.sender.clone(), batch_id)?);
        let records = prepare::read(&self.app.vault, &reader, pieces).await?;
        // Reserved ahead in the transactions themselves, so that preparing need not wait for one of its own.
        let spare = if is_last { 0 } else { RECORDS_MAX };
        let records = prepare::seal(&self.app, &admission, records, &mut self.places, spare).await?;
        self.settle().await?;
        let portion = Portion {
            iss: self.app.config.iss.clone(),
            admission,
            batch: self.batch.clone(),
            is_first: !self.has_begun,
            body_mac,
            audit: (self.app.audit.clone(), self.request.context.clone()),
            places: if is_last { 0 } else { records.iter().filter(|record| record.ahead.is_some()).count() },
            records,
        };
        self.writing = Some(tokio::spawn(write(Arc::clone(&self.app), Arc::new(portion))));
        Ok(())
    }

    /// The reader; CSV's takes its header from the first of the records.
    fn reader(&mut self, pieces: &mut Vec<Piece>) -> Result<Reader, IngestError> {
        if let Some(reader) = &self.reader {
            return Ok(reader.clone());
        }
        if pieces.is_empty() {
            return Err(IngestError::Empty);
        }
        let reader = Reader::new(self.request.format, pieces.first().map(|piece| &piece.content))
            .map_err(IngestError::Header)?;
        if matches!(reader, Reader::Csv(_)) {
            pieces.remove(0);
        }
        Ok(self.reader.insert(reader).clone())
    }

    /// Waits for what is being written.
    async fn settle(&mut self) -> Result<(), IngestError> {
        let Some(writing) = self.writing.take() else {
            return Ok(());
        };
        let kept = writing.await.map_err(|_| IngestError::Stopped)??;
        self.count(&kept.batch);
        self.batch = kept.batch;
        self.has_begun = true;
        self.places.extend(kept.places);
        (self.watch)(&self.batch);
        Ok(())
    }

    fn count(&self, now: &BatchRow) {
        let counts = [
            ("created", now.created - self.batch.created),
            ("changed", now.changed - self.batch.changed),
            ("unchanged", now.unchanged - self.batch.unchanged),
            ("rejected", now.rejected - self.batch.rejected),
        ];
        for (outcome, more) in counts {
            let more = u64::try_from(more).unwrap_or_default();
            self.app.metrics.ingest_records.with_label_values(&[outcome]).inc_by(more);
        }
    }
}

/// Writes a portion. Others may be in the way for a while; what they hold up is tried again as a whole.
async fn write(app: Arc<App>, portion: Arc<Portion>) -> Result<Kept, AdmitError> {
    let mut tries = 1;
    loop {
        let work = Arc::clone(&portion);
        match app.db.write(move |conn| work.keep(conn)).await {
            Err(AdmitError::Store(error)) if error.is_passing() && tries < TRIES => tries += 1,
            kept => return kept,
        }
    }
}
