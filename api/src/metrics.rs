//! What the server counts about itself, in Prometheus form. No label ever carries a person, a certificate or a path.

use std::fmt::Write;

use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

use crate::store::Meter;
use crate::verification::{Answer, AnsweredBy};

/// Makes [`Metrics`] from entries of field, kind, name, labels and help.
macro_rules! metrics {
    ($( $field:ident: $kind:ident $name:literal [$($label:literal),*] $help:literal; )*) => {
        /// All metrics of a server.
        pub struct Metrics {
            registry: Registry,
            $( #[doc = $help] pub $field: $kind, )*
        }

        /// Name, labels and meaning of every metric, for the documents.
        pub const METRICS: &[(&str, &[&str], &str)] = &[$( ($name, &[$($label),*], $help), )*];

        impl Metrics {
            /// Metrics that stand at nought.
            ///
            /// # Errors
            /// When two metrics share a name.
            pub fn new() -> Result<Self, prometheus::Error> {
                let registry = Registry::new();
                $(
                    let $field = new::$kind($name, $help, &[$($label),*])?;
                    registry.register(Box::new($field.clone()))?;
                )*
                registry.register(Box::new(ProcessCollector::for_self()))?;
                Ok(Self { registry, $( $field, )* })
            }
        }
    };
}

metrics! {
    requests: IntCounterVec "yzt_http_requests_total" ["route", "method", "status"]
        "Requests answered, by route pattern, method and status.";
    request_seconds: HistogramVec "yzt_http_request_duration_seconds" ["route"]
        "Time from a request's head to its answer's head.";
    in_flight: IntGauge "yzt_http_requests_in_flight" []
        "Requests being worked on.";
    integrity_failures: IntCounterVec "yzt_integrity_failures_total" ["row"]
        "Times a row that grants something was met and not used, because it was changed by other means than this program: account, approval.";
    degraded: IntGaugeVec "yzt_degraded" ["part"]
        "1 while a part is down without which this server goes on, in a lesser way: redis.";
    unlimited: IntCounterVec "yzt_unlimited_total" ["limit"]
        "Requests that no limit could be asked about, because Redis did not answer, by limit.";
    shed: IntCounter "yzt_http_requests_shed_total" []
        "Requests turned away because `in_flight_limit` others were being worked on.";
    sign_ins: IntCounterVec "yzt_sign_ins_total" ["outcome"]
        "Attempts to sign in, by outcome: ok, failed, limited.";
    signed_requests: IntCounterVec "yzt_signed_requests_total" ["outcome"]
        "Requests that carry a signature, by outcome: ok, or the code of the problem.";
    build: IntGaugeVec "yzt_build_info" ["version"]
        "Always 1; the label is the version of this program.";
    clock: IntGauge "yzt_clock_timestamp_seconds" []
        "What time this server thinks it is, unix seconds: codes are good for a minute.";
    database_in_use: IntGaugeVec "yzt_database_in_use" ["lane"]
        "Database connections that work: lane all (PostgreSQL), or readers and writers (SQLite).";
    database_waiting: IntGaugeVec "yzt_database_waiting" ["lane"]
        "Pieces of work that wait for a database connection.";
    database_failures: IntCounterVec "yzt_database_failures_total" ["kind"]
        "What the database failed at: unreachable, busy (waited too long, or in each other's way), query.";
    trust_list_expiry: IntGauge "yzt_trust_list_expiry_timestamp_seconds" []
        "When the newest trust list ends, unix seconds; made anew every 12 hours.";
    status_list_issued: IntGauge "yzt_status_list_issued_timestamp_seconds" []
        "When the newest status list was made, unix seconds.";
    status_list_expiry: IntGauge "yzt_status_list_expiry_timestamp_seconds" []
        "When the newest status list ends, unix seconds.";
    upkeep: IntGauge "yzt_upkeep_success_timestamp_seconds" []
        "When this server last saw to it that the published lists are fresh, unix seconds; every minute.";
    key_expiry: IntGaugeVec "yzt_signing_key_expiry_timestamp_seconds" ["use"]
        "When the key that signs now for this use ends, unix seconds; 0: none may sign.";
    annual_report_due: IntGauge "yzt_annual_report_due" []
        "1 from 1 November until the province's figures of the year are frozen for the annual report; else 0.";
    backup: IntGauge "yzt_backup_success_timestamp_seconds" []
        "The moment the newest backup holds, unix seconds; 0: there is none.";
    disk_free: IntGauge "yzt_data_dir_free_bytes" []
        "Bytes free where this server keeps what it writes.";
    wechat_sign_ins: IntCounterVec "yzt_wechat_sign_ins_total" ["outcome"]
        "Codes of WeChat's `wx.login` asked about, by outcome: ok, code (invalid or used), limited, blocked, unavailable.";
    real_name_checks: IntCounterVec "yzt_real_name_checks_total" ["outcome"]
        "Persons checked for binding, by outcome: match, mismatch, unavailable.";
    job_success: IntGaugeVec "yzt_job_success_timestamp_seconds" ["task"]
        "When a job of the site was last done by any of its servers, unix seconds; `yzt jobs list` names them.";
    job_failures: IntCounterVec "yzt_job_failures_total" ["task"]
        "Times a job failed at this server; it is tried again after a minute.";
    collection_waiting: IntGauge "yzt_collection_waiting" []
        "Events that the ministry has not been told yet, certificates set aside not counted.";
    collection_oldest: IntGauge "yzt_collection_oldest_waiting_seconds" []
        "Age of the oldest of them, by when it was recorded; 0: none is waiting.";
    collection_set_aside: IntGauge "yzt_collection_set_aside" []
        "Certificates set aside because the ministry refuses them or they cannot be read.";
    collection_paused: IntGauge "yzt_collection_paused" []
        "1 while an operator has paused collection.";
    collection_failures: IntCounter "yzt_collection_failures_total" []
        "Requests of collection that this server sent and nobody took.";
    collection_differences: IntGauge "yzt_collection_differences" []
        "Differences that the last comparison with the ministry's list by this server found.";
    collection_incidents: IntGauge "yzt_collection_incidents_open" []
        "Incidents that are not cleared: nothing can be pushed.";
    collection_due: IntGauge "yzt_collection_due_timestamp_seconds" []
        "When the first term of two working days to push what an incident held up is over, unix seconds; 0: nothing is owed.";
    province_followed: IntGaugeVec "yzt_province_followed_timestamp_seconds" ["province"]
        "At the ministry: when this server last fetched a province's lists, unix seconds.";
    forwarded: IntCounterVec "yzt_forwarded_verifications_total" ["answered_by"]
        "Verifications of codes of other sites, by who answered: province, ministry_copy, here.";
    conformity_checked: IntCounter "yzt_conformity_checks_total" []
        "Certificates whose data was checked: after a change, every night or on demand.";
    nonconformities: IntCounterVec "yzt_nonconformities_total" ["change"]
        "Findings about the data of certificates, by what became of them: opened, closed.";
    ingest_records: IntCounterVec "yzt_ingest_records_total" ["outcome"]
        "Certificate records that came in, by outcome: created, changed, unchanged, rejected.";
    verdicts: IntCounterVec "yzt_verdicts_total" ["via", "outcome", "reason"]
        "Verdicts of this server, via online verification or a receipt, by outcome and reason (none when valid).";
    signatures: IntCounterVec "yzt_signatures_total" ["use", "outcome"]
        "Signatures asked for, by use of the key and outcome: ok, failed.";
    signature_seconds: HistogramVec "yzt_signature_duration_seconds" ["use"]
        "Time to make a signature, waiting for a session with the module and verifying what it answers included.";
    receipts: IntCounterVec "yzt_receipts_total" ["state"]
        "Receipts uploaded, by state: accepted, already_had, conflict, rejected.";
    audit_unwritten: IntCounterVec "yzt_audit_unwritten_total" ["action"]
        "Events that the audit log could not take, by action. Sensitive ones were refused for it.";
    audit_broken: IntGauge "yzt_audit_broken" []
        "1 once this server has found the audit log changed, until it is started anew; 0 otherwise.";
    audit_checkpoint_age: IntGauge "yzt_audit_checkpoint_age_seconds" []
        "Age of the newest signed checkpoint of the audit log, as of the last look (every 20 s).";
}

/// What Prometheus' own library counts about the process.
pub const OF_THE_PROCESS: &[(&str, &str)] = &[
    ("process_cpu_seconds_total", "Processor time used, in seconds."),
    ("process_max_fds", "Files and connections this process may have open."),
    ("process_open_fds", "Files and connections it has open."),
    ("process_resident_memory_bytes", "Memory it holds."),
    ("process_start_time_seconds", "When it started, unix seconds."),
    ("process_threads", "Its threads."),
    ("process_virtual_memory_bytes", "Address space it has asked for."),
];

impl Metrics {
    /// Where the database is counted.
    #[must_use]
    pub fn database(&self) -> Meter {
        Meter {
            in_use: self.database_in_use.clone(),
            waiting: self.database_waiting.clone(),
            failures: self.database_failures.clone(),
        }
    }

    /// Counts an answer about a code that this site did not issue.
    pub fn forwarded(&self, answer: &Answer) {
        let is_own = matches!(answer, Answer::Own(_)) && answer.answered_by() == AnsweredBy::Province;
        if !is_own {
            self.forwarded.with_label_values(&[answer.answered_by().word()]).inc();
        }
    }

    /// All metrics in Prometheus' text form.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        // Encoding into memory fails only on a metric without a name, and every one has one.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }
}

/// The text of `docs/metrics.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for (name, labels, meaning) in METRICS {
        let labels = match labels {
            [] => "–".to_owned(),
            labels => format!("`{}`", labels.join("`, `")),
        };
        let _ = writeln!(text, "| `{name}` | {labels} | {meaning} |");
    }
    for (name, meaning) in OF_THE_PROCESS {
        let _ = writeln!(text, "| `{name}` | – | {meaning} |");
    }
    text
}

const HEAD: &str = "\
# Metrics 监控指标

<!-- Made by `yzt docs metrics` from api/src/metrics.rs. Do not edit. -->

`GET /metrics` answers in Prometheus' text form. A proxy in front should not pass it on to the public. Alarms over these metrics, each with
what it means and what to do, are in `deploy/prometheus/rules.yml`; a dashboard for Grafana is `deploy/grafana/yzt.json`.

| metric | labels | meaning |
|---|---|---|
";

/// One constructor for each kind, with one signature, so that the macro can name them.
#[allow(non_snake_case, reason = "named after the kinds they make")]
mod new {
    use super::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts};
    use prometheus::Result;

    const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

    pub fn IntCounterVec(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        IntCounterVec::new(Opts::new(name, help), labels)
    }

    pub fn IntCounter(name: &str, help: &str, _labels: &[&str]) -> Result<IntCounter> {
        IntCounter::new(name, help)
    }

    pub fn HistogramVec(name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
        HistogramVec::new(options, labels)
    }

    pub fn IntGaugeVec(name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec> {
        IntGaugeVec::new(Opts::new(name, help), labels)
    }

    pub fn IntGauge(name: &str, help: &str, _labels: &[&str]) -> Result<IntGauge> {
        IntGauge::new(name, help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../docs/metrics.md");
        assert!(written == reference(), "run `yzt docs metrics > docs/metrics.md`");
    }
}
