//! `yzt import`: certificates from a file straight into the database.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use futures_util::{Stream, stream};
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use super::progress::Progress;
use super::{Failure, block_on, say};
use crate::admit::Sender;
use crate::app::App;
use crate::audit::Context;
use crate::auth::Role;
use crate::clock::Clock;
use crate::config::Config;
use crate::ingest::{self, Format, IngestError, Report, Request};
use crate::store::batches::BatchRow;
use crate::store::{StoreError, accounts};

/// Bytes read at a time.
const PART: usize = 256 * 1024;
/// Findings that are printed; the report of the batch has them all.
const SHOWN: usize = 20;
/// The name of what no account did.
const SYSTEM: &str = "system";

const EXAMPLES: &str = "\
Ends with 0 when every record was taken, 1 when some were refused.

Examples:
  yzt import certificates.ndjson
  yzt import certificates.csv --as shenyang        … as this issuer's account
  yzt generate --count 1000 | yzt import -         … from standard input";

/// Take certificates in from a file (NDJSON or CSV)
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Import {
    /// The file; - is standard input
    file: PathBuf,
    /// How it is written; by default as its name ends, NDJSON where that says nothing
    #[arg(long)]
    format: Option<Format>,
    /// The login of the issuer's account that sends it; by default the system itself
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
}

impl Import {
    pub(super) fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let input = Input::open(&self.file)?;
        let report = block_on(self.import(config, input))??;
        Ok(if report.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn import(self, config: Config, input: Input) -> Result<Report, Failure> {
        let app = Arc::new(App::start(config, Clock::System).await?);
        let request = Request {
            format: self.format(),
            sender: sender(&app, self.login).await?,
            idempotency_key: None,
            limit: u64::MAX,
            context: Context::command(),
        };
        let mut progress = Progress::begin(input.length, "{wide_bar} {bytes}/{total_bytes} {msg} {eta}");
        let body = Box::pin(input.stream(progress.bar()));
        let watch = |batch: &BatchRow| {
            progress.set(u64::try_from(batch.lines).unwrap_or_default());
        };
        let report = ingest::ingest(&app, request, body, watch).await?;
        show(&report, &progress.end());
        Ok(report)
    }

    fn format(&self) -> Format {
        let is_csv = self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        self.format.unwrap_or(if is_csv { Format::Csv } else { Format::Ndjson })
    }
}

/// Where the records come from.
struct Input {
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
}

impl Input {
    fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self { reader: Box::new(std::io::stdin()), length: None });
        }
        let unreadable = |error| Failure::wrong_use(format_args!("{}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Ok(Self { reader: Box::new(file), length: Some(length) })
    }

    /// The bytes, read on a thread of their own, a little ahead.
    fn stream(mut self, bar: Option<ProgressBar>) -> impl Stream<Item = std::io::Result<Vec<u8>>> {
        let (sender, receiver) = mpsc::channel(2);
        std::thread::spawn(move || {
            loop {
                let mut part = vec![0; PART];
                let read = self.reader.read(&mut part).map(|length| {
                    part.truncate(length);
                    part
                });
                let is_end = read.as_ref().map_or(true, Vec::is_empty);
                if let (Some(bar), Ok(part)) = (&bar, &read) {
                    bar.inc(u64::try_from(part.len()).unwrap_or_default());
                }
                if matches!(&read, Ok(part) if part.is_empty())
                    || sender.blocking_send(read).is_err()
                    || is_end
                {
                    return;
                }
            }
        });
        stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|part| (part, receiver)) })
    }
}

async fn sender(app: &App, login: Option<String>) -> Result<Sender, Failure> {
    let Some(login) = login else {
        return Ok(Sender { account: SYSTEM.to_owned(), division: None });
    };
    let name = login.clone();
    let found = app.db.read::<_, StoreError, _>(move |conn| accounts::find_by_login(conn, &login)).await;
    let open = found.map_err(Failure::new)?.filter(|row| row.disabled_at.is_none());
    match open {
        Some(row) if row.role == Role::Issuer.word() => {
            Ok(Sender { account: row.id, division: row.division })
        }
        _ => Err(Failure::wrong_use(format_args!(
            "{name} is not the login of an issuer; see `yzt accounts list`"
        ))),
    }
}

fn show(report: &Report, rate: &str) {
    for finding in report.findings.iter().take(SHOWN) {
        let (line, severity, item, rule) = (finding.line, &finding.severity, &finding.item, &finding.rule);
        say(format_args!(
            "line {line}: {severity} {item} {rule}: {} {}",
            finding.message_zh, finding.message_en
        ));
    }
    if report.findings.len() > SHOWN {
        say(format_args!("… and more; see GET /v1/ingest/{}", report.batch));
    }
    let Report { created, changed, unchanged, rejected, batch, .. } = report;
    say(format_args!("新增 {created} 变更 {changed} 未变 {unchanged} 拒收 {rejected}"));
    say(format_args!(
        "{created} created, {changed} changed, {unchanged} unchanged, {rejected} rejected; batch {batch}"
    ));
    say(rate);
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Header(_) | IngestError::Empty => Self::wrong_use(error),
            _ => Self::new(error),
        }
    }
}
