//! Ingest: certificates come in as a stream of NDJSON or CSV, of any length, in bounded memory.
//!
//! - `ingest/split.rs`: the stream cut into records
//! - `ingest/read.rs`: a record's bytes read
//! - `ingest/prepare.rs`: a few hundred records read and sealed on all processors, outside any transaction
//! - `ingest/keep.rs`: the same records admitted in one short transaction, with the counts of their batch
//! - `ingest/report.rs`: what became of it all
//! - `ingest/single.rs`: the same for one line, answered at once
//!
//! While one set of records is being written the next is prepared. Whatever a report or `GET /v1/ingest/{batch}` says
//! was kept is committed; sending the same again makes the rest. What is not here: the rules of admission (`admit`)
//! and of records (`record`).

use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};

use crate::admit::Sender;
use crate::app::App;
use crate::audit::Context;
use crate::store::batches::BatchRow;

mod error;
mod intake;
mod keep;
mod prepare;
mod read;
mod replay;
mod report;
mod single;
mod split;

pub use error::IngestError;
pub use report::{FINDINGS_MAX, LineFinding, Report};
pub use single::{Single, Taken, one};
pub use split::LENGTH_MAX;

use intake::Intake;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, with a header (RFC 4180).
    Csv,
}

impl Format {
    /// The format of a media type, without its parameters.
    #[must_use]
    pub fn of_media_type(essence: &str) -> Option<Self> {
        match essence.to_ascii_lowercase().as_str() {
            "application/x-ndjson" | "application/ndjson" => Some(Self::Ndjson),
            "text/csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The word it is called by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// What is to be ingested, apart from the records themselves.
#[derive(Clone, Debug)]
pub struct Request {
    /// How the records are written.
    pub format: Format,
    /// Who sends them.
    pub sender: Sender,
    /// The sender's own name for this batch: sent again under it, the same body gets the same report.
    pub idempotency_key: Option<String>,
    /// Most bytes of the body.
    pub limit: u64,
    /// Who sends it, from where, for the audit log.
    pub context: Context,
}

/// Ingests a stream. `watch` is told of the counts whenever records were kept.
///
/// # Errors
/// When the stream breaks off, is too long or empty, or the database or the signer cannot. What was kept until then
/// stays kept.
pub async fn ingest<S, B, E>(
    app: &Arc<App>,
    request: Request,
    mut body: S,
    watch: impl FnMut(&BatchRow),
) -> Result<Report, IngestError>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]>,
{
    if let Some(replay) = replay::find(app, &request).await? {
        return replay.run(app, body).await;
    }
    let limit = request.limit;
    let mut intake = Intake::new(app, request, watch);
    let mut length = 0_u64;
    while let Some(bytes) = body.next().await {
        let fed = match bytes {
            Err(_) => Err(IngestError::CutOff),
            Ok(bytes) => {
                let bytes = bytes.as_ref();
                length = length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                if length > limit { Err(IngestError::TooLarge) } else { intake.feed(bytes).await }
            }
        };
        if let Err(error) = fed {
            intake.abandon().await;
            return Err(error);
        }
    }
    intake.finish().await
}

#[cfg(test)]
mod tests;
