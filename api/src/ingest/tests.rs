//! Whole batches on a real database: the same records give the same report, however they arrive.

use std::convert::Infallible;

use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::generate::Generator;
use crate::record::Day;
use crate::store::{StoreError, batches};

/// 2026-07-01T12:00:00+08:00.
const NOON: Timestamp = Timestamp(1_782_878_400_000);

struct Ground {
    app: Arc<App>,
    _directory: TempDir,
}

impl Ground {
    async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let config = Config {
            data_dir: directory.path().to_string_lossy().into_owned(),
            sqlite_survives_power_loss: false,
            keystore_rounds: 1,
            ..Config::default()
        };
        let app = App::start(config, Clock::fixed(NOON)).await.unwrap();
        Self { app: Arc::new(app), _directory: directory }
    }

    async fn ingest(&self, format: Format, parts: &[&[u8]]) -> Result<Report, IngestError> {
        self.ingest_named(None, format, parts).await
    }

    async fn ingest_named(
        &self,
        key: Option<&str>,
        format: Format,
        parts: &[&[u8]],
    ) -> Result<Report, IngestError> {
        let body = stream::iter(parts.iter().map(|part| Ok::<_, Infallible>(*part)));
        ingest(&self.app, request(key, format), body, |_| ()).await
    }

    /// What is stored of the batch now.
    async fn stored(&self, id: &str) -> Report {
        let id = id.to_owned();
        let find = move |conn: &mut _| -> Result<_, StoreError> {
            let batch = batches::find(conn, &id)?.unwrap();
            Report::of(conn, batch, 0)
        };
        self.app.db.read(find).await.unwrap()
    }
}

fn request(key: Option<&str>, format: Format) -> Request {
    Request {
        format,
        sender: Sender { account: "sender".to_owned(), division: None },
        idempotency_key: key.map(str::to_owned),
        context: Context::system(),
        limit: 1 << 20,
    }
}

fn lines(count: usize) -> Vec<String> {
    let records = Generator::new(1, Day::parse("20260701").unwrap()).take(count);
    records.map(|record| String::from_utf8(record.to_line()).unwrap()).collect()
}

/// Records good and bad: 12 lines with records, of which 3 are broken in ways of their own.
fn mixed() -> Vec<u8> {
    let mut lines = lines(9);
    let mut ends_early: Value = serde_json::from_str(&lines[0]).unwrap();
    ends_early["validTo"] = json!("19990101");
    lines.insert(2, ends_early.to_string());
    lines.insert(4, "{\"kind\": ".to_owned());
    lines.insert(6, String::new());
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend(b"\n{\"holderName\":\"\xd5\xc5\xc8\xfd\"}");
    bytes
}

fn counts(report: &Report) -> [i64; 5] {
    [report.lines, report.created, report.changed, report.unchanged, report.rejected]
}

fn rules(report: &Report) -> Vec<(i64, &str)> {
    let errors = report.findings.iter().filter(|finding| finding.severity == "error");
    errors.map(|finding| (finding.line, finding.rule.as_str())).collect()
}

#[tokio::test]
async fn good_lines_are_kept_and_bad_ones_reported_by_line() {
    let ground = Ground::new().await;
    let report = ground.ingest(Format::Ndjson, &[&mixed()]).await.unwrap();
    assert_eq!(counts(&report), [12, 9, 0, 0, 3]);
    let rules = rules(&report);
    assert!(rules.contains(&(3, "ends_before_start")), "{rules:?}");
    assert!(rules.contains(&(5, "not_json")) && rules.contains(&(13, "wrong_encoding")), "{rules:?}");
    assert!(report.finished_at.is_some());
    assert_eq!(ground.stored(&report.batch).await, report);
}

#[tokio::test]
async fn the_same_lines_again_are_all_unchanged() {
    let ground = Ground::new().await;
    ground.ingest(Format::Ndjson, &[&mixed()]).await.unwrap();
    let again = ground.ingest(Format::Ndjson, &[&mixed()]).await.unwrap();
    assert_eq!(counts(&again), [12, 0, 0, 9, 3]);
}

#[tokio::test]
async fn many_transactions_make_one_report() {
    let ground = Ground::new().await;
    let text = lines(1_203).join("\n");
    // The first line once more, far away: the seal made ahead for it is of no use.
    let text = format!("{text}\n{}", lines(1)[0]);
    let mut seen = Vec::new();
    let body = stream::iter(text.as_bytes().chunks(100_000).map(Ok::<_, Infallible>));
    let report =
        ingest(&ground.app, Request { limit: u64::MAX, ..request(None, Format::Ndjson) }, body, |batch| {
            seen.push(batch.lines);
        });
    let report = report.await.unwrap();
    assert_eq!(counts(&report), [1_204, 1_203, 0, 1, 0]);
    assert_eq!(seen, [500, 1_000, 1_204]);
}

#[tokio::test]
async fn both_formats_say_the_same() {
    let records: Vec<_> = Generator::new(1, Day::parse("20260701").unwrap()).take(40).collect();
    let mut csv = Vec::new();
    crate::cli::write_records(records.into_iter(), Format::Csv, &mut csv, |_| ()).unwrap();
    let ground = Ground::new().await;
    let by_csv = ground.ingest(Format::Csv, &[&csv]).await.unwrap();
    assert_eq!(counts(&by_csv), [40, 40, 0, 0, 0]);
    let by_ndjson = ground.ingest(Format::Ndjson, &[lines(40).join("\n").as_bytes()]).await.unwrap();
    assert_eq!(counts(&by_ndjson), [40, 0, 0, 40, 0]);
}

#[tokio::test]
async fn a_named_batch_sent_again_gets_the_same_report() {
    let ground = Ground::new().await;
    let first = ground.ingest_named(Some("a"), Format::Ndjson, &[&mixed()]).await.unwrap();
    let again = ground.ingest_named(Some("a"), Format::Ndjson, &[&mixed()]).await.unwrap();
    assert_eq!(again, first);
    let other = lines(2).join("\n");
    let other = ground.ingest_named(Some("a"), Format::Ndjson, &[other.as_bytes()]).await;
    assert!(matches!(other, Err(IngestError::KeyReused)));
}

#[tokio::test]
async fn a_body_that_breaks_off_keeps_what_was_committed_and_the_next_try_makes_the_rest() {
    let ground = Ground::new().await;
    let text = lines(700).join("\n");
    let cut = text.len() - 10;
    let parts = [Ok(&text.as_bytes()[..cut]), Err("connection lost")];
    let wide = Request { limit: u64::MAX, ..request(Some("a"), Format::Ndjson) };
    let mut kept = None;
    let broken = ingest(&ground.app, wide.clone(), stream::iter(parts), |batch| kept = Some(batch.clone()));
    assert!(matches!(broken.await, Err(IngestError::CutOff)));
    let kept = kept.unwrap();
    let stored = ground.stored(&kept.id).await;
    assert_eq!((counts(&stored), stored.finished_at), ([500, 500, 0, 0, 0], None));

    let body = stream::iter([Ok::<_, Infallible>(text.as_bytes())]);
    let report = ingest(&ground.app, wide, body, |_| ()).await.unwrap();
    assert_eq!(counts(&report), [700, 200, 0, 500, 0]);
}

#[tokio::test]
async fn a_body_without_records_or_header_is_refused_as_a_whole() {
    let ground = Ground::new().await;
    for (format, body) in [(Format::Ndjson, "\n \n"), (Format::Csv, ""), (Format::Csv, "kind,holderName\n")] {
        let refused = ground.ingest(format, &[body.as_bytes()]).await;
        assert!(matches!(refused, Err(IngestError::Empty)), "{body:?}");
    }
    for body in ["071,210100\n071,210100\n", "kind,kind\n1,2\n", "\"kind\n"] {
        let refused = ground.ingest(Format::Csv, &[body.as_bytes()]).await;
        assert!(matches!(refused, Err(IngestError::Header(_))), "{body:?}");
    }
}

#[tokio::test]
async fn a_row_of_csv_with_other_columns_than_the_header_is_reported() {
    let ground = Ground::new().await;
    let report =
        ground.ingest(Format::Csv, &[b"certificateTypeCode,division\n071,210100,3\n\"071"]).await.unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0, 2]);
    assert_eq!(rules(&report), [(2, "column_count"), (3, "unclosed_quote")]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let ground = Ground::new().await;
    let body = vec![b'\n'; 600_000];
    let refused = ground.ingest(Format::Ndjson, &[&body, &body]).await;
    assert!(matches!(refused, Err(IngestError::TooLarge)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_cutting_of_the_body_gives_the_same_report(
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let text = mixed();
        let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(text.len() + 1)).chain([text.len()]).collect();
        ends.sort_unstable();
        let mut begun = 0;
        let parts: Vec<_> = ends.into_iter().map(|end| &text[std::mem::replace(&mut begun, end)..end]).collect();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let reports = runtime.block_on(async {
            let (one, other) = (Ground::new().await, Ground::new().await);
            [one.ingest(Format::Ndjson, &parts).await, other.ingest(Format::Ndjson, &[&text]).await]
        });
        let [cut, whole] = reports.map(Result::unwrap);
        prop_assert_eq!(counts(&cut), counts(&whole));
        prop_assert_eq!(cut.findings, whole.findings);
    }
}
