//! PostgreSQL stops for a while: clients are told to come again, and what was acknowledged is there afterwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use verifier_core::presentation::Cti;
use verifier_core::receipt::Receipt;
use yzt_api::store::{StoreError, presentations};
use yzt_tests::check::Certificate;
use yzt_tests::{Answer, actors::Issuer};

use super::*;

/// So many of each kind are acknowledged before and after the stop.
const ENOUGH: usize = 10;

#[tokio::test]
async fn while_postgresql_is_stopped_clients_are_told_to_come_again_and_nothing_acknowledged_is_lost() {
    through_an_outage(Postgres::stop).await;
}

#[tokio::test]
async fn a_crash_of_postgresql_loses_nothing_acknowledged_either() {
    through_an_outage(Postgres::crash).await;
}

async fn through_an_outage(end: fn(&mut Postgres)) {
    let Some(mut site) = Site::start(|_| ()).await else { return };
    let work = Work::prepare(&site).await;
    let (progress, over) = (Progress::default(), AtomicBool::new(false));
    let working = async {
        tokio::join!(
            work.receipts(&progress, &over),
            work.codes(&progress, &over),
            work.batches(&progress, &over)
        )
    };
    let stopping = async {
        progress.reaches(ENOUGH).await;
        end(&mut site.postgres);
        for visitor in site.servers.iter().map(TestApp::visitor) {
            assert_eq!(visitor.get("/readyz").await.status.as_u16(), 503);
        }
        progress.refused().await;
        site.postgres.start_again();
        let now = progress.lowest();
        progress.reaches(now + ENOUGH).await;
        over.store(true, Ordering::SeqCst);
    };
    let ((receipts, codes, batches), ()) = tokio::join!(working, stopping);

    for (officer, batch) in work.officer.iter().cycle().zip(receipts.chunks(20)) {
        assert!(officer.upload(batch).await.iter().all(|answer| answer["state"] == "already_had"));
    }
    for cti in codes {
        let find = move |conn: &mut _| presentations::find(conn, &cti.to_string());
        let found: Result<_, StoreError> = site.first().running.app().db.read(find).await;
        assert!(found.unwrap().is_some(), "{cti}");
    }
    for number in batches {
        // A replay of a finished batch: the report of the first time, word for word.
        let report = work.send_batch(1, number).await.json(200);
        assert_eq!((&report["created"], &report["lines"]), (&json!(1), &json!(1)), "{report}");
    }
}

/// Who works, and with what.
struct Work {
    officer: Vec<Officer>,
    issuer: Vec<Issuer>,
    certificate: Certificate,
    holder: Vec<Person>,
    template: Receipt,
}

/// How many of each kind were acknowledged, and how many refused.
#[derive(Default)]
struct Progress {
    done: [AtomicUsize; 3],
    refused: [AtomicUsize; 3],
}

impl Work {
    async fn prepare(site: &Site) -> Self {
        let certificate = site.first().certificate(&vehicle(0, &json!({}))).await;
        let template = site.first().receipt(&certificate.code().await);
        let holder = site.everywhere(&certificate.holder);
        let issuer = site.everywhere(&site.first().issuer().await.0).into_iter().map(Issuer).collect();
        Self { officer: site.officer().await, issuer, certificate, holder, template }
    }

    /// Uploads receipts, each until it is acknowledged, at one server after another.
    async fn receipts(&self, progress: &Progress, over: &AtomicBool) -> Vec<Receipt> {
        let mut kept = Vec::new();
        while !over.load(Ordering::SeqCst) {
            let id = verifier_core::receipt::ReceiptId(*uuid::Uuid::now_v7().as_bytes());
            let receipt = Receipt { id, ..self.template.clone() };
            let body = json!({ "receipt": receipt });
            let send = |server: usize| self.officer[server].post("/v1/receipts", &body);
            let _ = progress.until_acknowledged(0, send).await;
            kept.push(receipt);
        }
        kept
    }

    async fn codes(&self, progress: &Progress, over: &AtomicBool) -> Vec<Cti> {
        let path = format!("/v1/certificates/{}/presentations", self.certificate.id);
        let mut shown = Vec::new();
        while !over.load(Ordering::SeqCst) {
            let body = json!({});
            let send = |server: usize| self.holder[server].post(&path, &body);
            let answer = progress.until_acknowledged(1, send).await;
            let answer: Value = serde_json::from_str(&answer.text).unwrap();
            shown.push(serde_json::from_value(answer["cti"].clone()).unwrap());
        }
        shown
    }

    async fn batches(&self, progress: &Progress, over: &AtomicBool) -> Vec<usize> {
        let mut sent = Vec::new();
        while !over.load(Ordering::SeqCst) {
            let number = sent.len() + 1;
            let _ = progress.until_acknowledged(2, |server| self.send_batch(server, number)).await;
            sent.push(number);
        }
        sent
    }

    /// A batch of one certificate, always under the same name.
    async fn send_batch(&self, server: usize, number: usize) -> Answer {
        let issuer = &self.issuer[server];
        let request = issuer.request(Method::POST, "/v1/ingest");
        let request = request
            .header("content-type", "application/x-ndjson")
            .header("idempotency-key", format!("batch-{number}"))
            .body(format!("{}\n", vehicle(number, &json!({}))));
        issuer.send(request).await
    }
}

impl Progress {
    /// Asks one server after another until one acknowledges. Until then none may say anything but: come again.
    async fn until_acknowledged<F: Future<Output = Answer>>(
        &self,
        kind: usize,
        ask: impl Fn(usize) -> F,
    ) -> Answer {
        for turn in 0.. {
            let answer = ask(turn % 3).await;
            if answer.status.is_success() {
                self.done[kind].fetch_add(1, Ordering::SeqCst);
                return answer;
            }
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "unavailable"));
            assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
            self.refused[kind].fetch_add(1, Ordering::SeqCst);
        }
        unreachable!("the range has no end")
    }

    fn lowest(&self) -> usize {
        self.done.iter().map(|done| done.load(Ordering::SeqCst)).min().unwrap()
    }

    async fn reaches(&self, count: usize) {
        while self.lowest() < count {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until every kind of work was refused at least once.
    async fn refused(&self) {
        while self.refused.iter().any(|refused| refused.load(Ordering::SeqCst) == 0) {
            tokio::task::yield_now().await;
        }
    }
}
