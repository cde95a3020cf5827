//! `yzt docs`: documents that are made from this program, so that they cannot say anything else.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::Failure;
use crate::routes::access;
use crate::{audit, config, conformity, lifecycle, metrics, problem, record};

#[derive(Args)]
pub(super) struct Docs {
    /// Which document
    document: Document,
}

#[derive(Clone, Copy, ValueEnum)]
enum Document {
    /// docs/access.md: who may do what
    Access,
    /// docs/configuration.md: all settings
    Configuration,
    /// docs/errors.md: all error codes
    Errors,
    /// docs/metrics.md: all metrics
    Metrics,
    /// docs/audit-actions.md: what is audited
    AuditActions,
    /// docs/conformity.md: the rules data is held to
    Conformity,
    /// docs/ingest-format.md: how certificates are sent in
    IngestFormat,
    /// docs/lifecycle.md: what happens to certificates, and what each event does
    Lifecycle,
}

impl Docs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let text = match self.document {
            Document::Access => access::reference(),
            Document::Configuration => config::reference(),
            Document::Errors => problem::reference(),
            Document::Metrics => metrics::reference(),
            Document::AuditActions => audit::reference(),
            Document::Conformity => conformity::reference(),
            Document::IngestFormat => record::items_markdown(),
            Document::Lifecycle => lifecycle::reference(),
        };
        Ok(std::io::stdout().write_all(text.as_bytes())?)
    }
}
