//! A batch sent again under its sender's own name for it: the same body gets the same report.

use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use hmac::Mac;

use super::{Format, IngestError, Report, Request};
use crate::app::App;
use crate::store::StoreError;
use crate::store::batches::{self, BatchRow};
use crate::vault::{Field, FieldMac};

/// A finished batch of the same name.
pub(super) struct Replay {
    batch: BatchRow,
    format: Format,
    limit: u64,
}

/// The name under which a batch is remembered: no sender's names meet another's.
pub(super) fn key(request: &Request) -> Option<String> {
    request.idempotency_key.as_ref().map(|key| format!("{}:{key}", request.sender.account))
}

/// Begins the MAC of a body; the same bytes in another format are another body.
pub(super) fn body_mac(app: &App, format: Format) -> FieldMac {
    app.vault.mac(Field::BatchBody).chain_update(format.word())
}

/// The finished batch that a request repeats, if it does. One that was not finished is begun anew.
pub(super) async fn find(app: &App, request: &Request) -> Result<Option<Replay>, IngestError> {
    let Some(key) = key(request) else {
        return Ok(None);
    };
    let batch = app.db.read(move |conn| batches::find_by_key(conn, &key)).await?;
    let finished = batch.filter(|batch| batch.finished_at.is_some());
    Ok(finished.map(|batch| Replay { batch, format: request.format, limit: request.limit }))
}

impl Replay {
    /// Reads the body, to know whether it is the same, and answers with the report there is.
    pub(super) async fn run<S, B, E>(self, app: &Arc<App>, mut body: S) -> Result<Report, IngestError>
    where
        S: Stream<Item = Result<B, E>> + Unpin,
        B: AsRef<[u8]>,
    {
        let mut mac = body_mac(app, self.format);
        let mut length = 0_u64;
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|_| IngestError::CutOff)?;
            let bytes = bytes.as_ref();
            length = length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            if length > self.limit {
                return Err(IngestError::TooLarge);
            }
            mac.update(bytes);
        }
        if self.batch.body_mac.as_deref() != Some(mac.finalize().into_bytes().as_slice()) {
            return Err(IngestError::KeyReused);
        }
        let batch = self.batch;
        Ok(app.db.read::<_, StoreError, _>(move |conn| Report::of(conn, batch, 0)).await?)
    }
}
