//! What the server counts about itself, in Prometheus form. No label ever carries a person, a certificate or a path.

use std::fmt::Write;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

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
    sign_ins: IntCounterVec "yzt_sign_ins_total" ["outcome"]
        "Attempts to sign in, by outcome: ok, failed, limited.";
    signed_requests: IntCounterVec "yzt_signed_requests_total" ["outcome"]
        "Requests that carry a signature, by outcome: ok, or the code of the problem.";
    wechat_sign_ins: IntCounterVec "yzt_wechat_sign_ins_total" ["outcome"]
        "Codes of WeChat's `wx.login` asked about, by outcome: ok, code (invalid or used), limited, blocked, unavailable.";
    real_name_checks: IntCounterVec "yzt_real_name_checks_total" ["outcome"]
        "Persons checked for binding, by outcome: match, mismatch, unavailable.";
    ingest_records: IntCounterVec "yzt_ingest_records_total" ["outcome"]
        "Certificate records that came in, by outcome: created, changed, unchanged, rejected.";
    verdicts: IntCounterVec "yzt_verdicts_total" ["via", "outcome", "reason"]
        "Verdicts of this server, via online verification or a receipt, by outcome and reason (none when valid).";
    receipts: IntCounterVec "yzt_receipts_total" ["state"]
        "Receipts uploaded, by state: accepted, already_had, conflict, rejected.";
    audit_unwritten: IntCounterVec "yzt_audit_unwritten_total" ["action"]
        "Events that the audit log could not take, by action. Sensitive ones were refused for it.";
}

impl Metrics {
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
    text
}

const HEAD: &str = "\
# Metrics 监控指标

<!-- Made by `yzt docs metrics` from api/src/metrics.rs. Do not edit. -->

`GET /metrics` answers in Prometheus' text form. A proxy in front should not pass it on to the public.

| metric | labels | meaning |
|---|---|---|
";

/// One constructor for each kind, with one signature, so that the macro can name them.
#[allow(non_snake_case, reason = "named after the kinds they make")]
mod new {
    use super::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts};
    use prometheus::Result;

    const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

    pub fn IntCounterVec(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec> {
        IntCounterVec::new(Opts::new(name, help), labels)
    }

    pub fn HistogramVec(name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
        HistogramVec::new(options, labels)
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
