//! One line by itself: a certificate or an event, taken and answered at once.
//!
//! The same reading, the same rules and the same transaction as those of a batch of one line.

use std::sync::Arc;

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::keep;
use super::prepare::{self, Prepared};
use super::read::Reader;
use super::split::{Content, Piece};
use crate::admit::{Admission, AdmitError, Outcome, Sender};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::idempotency::{Answer, Write};
use crate::lifecycle::Subject;
use crate::problem::{self, Code, Problem};
use crate::store::Conn;
use crate::store::certificates::{self, CertificateRow};

/// One line, and who sends it.
pub struct Single {
    /// Who sends it.
    pub sender: Sender,
    /// The same, from where, for the audit log.
    pub context: Context,
    /// Under which key it may be sent again.
    pub write: Write,
    /// JSON.
    pub line: Vec<u8>,
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// `created`, `changed`: a new certificate, a new version; `recorded`: an event; `unchanged`: it was known.
    #[schema(example = "created")]
    outcome: &'static str,
    /// Id of the certificate.
    certificate: String,
    /// GB/T 36904 identifier of the version in force.
    identifier: String,
    /// The version in force.
    version: i32,
    /// How it stands.
    #[schema(example = "valid")]
    status: String,
    /// Id of the event that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// What is doubtful in it: it was taken all the same.
    findings: Vec<problem::Finding>,
}

/// Takes one line.
///
/// # Errors
/// [`Code::RecordRefused`] with what is wrong; [`Code::IdempotencyKeyReused`]; when the database or the signer cannot.
pub async fn one(app: &Arc<App>, request: Single) -> Result<Answer, Problem> {
    let Single { sender, context, write, line } = request;
    let admission = Arc::new(Admission::begin(app, sender, None).map_err(AdmitError::from)?);
    let pieces = vec![Piece { line: 1, content: Content::Whole(line) }];
    let records = prepare::read(&app.vault, &Reader::Ndjson, pieces).await?;
    let records = prepare::seal(app, &admission, records, &mut Vec::new(), 0).await?;
    let server = Arc::clone(app);
    let work = move |conn: &mut Conn| {
        let record = records.first().ok_or_else(|| Problem::internal("no line"))?;
        if let Some(answer) = write.earlier(conn)? {
            return Ok((answer, None));
        }
        let outcome = keep::admit(conn, &admission, &records)?.pop();
        let (taken, division) = taken(conn, record, outcome.as_ref())?;
        let status = if taken.outcome == "created" { StatusCode::CREATED } else { StatusCode::OK };
        let answer = Answer::of(status, &taken)?;
        write.keep(conn, &answer)?;
        let entry =
            Entry::new(action(record), context).on("certificate", taken.certificate).because(taken.outcome);
        server.audit.append(conn, entry.in_division(division))?;
        Ok::<_, Problem>((answer, Some(taken.outcome)))
    };
    let (answer, outcome) = app.db.write(work).await?;
    if let Some(outcome) = outcome {
        let counted = if outcome == "recorded" { "changed" } else { outcome };
        app.metrics.ingest_records.with_label_values(&[counted]).inc();
    }
    Ok(answer)
}

fn action(record: &Prepared) -> Action {
    if record.event.is_some() { Action::CertificateEvent } else { Action::RecordTaken }
}

/// What the sender hears, and the division of the certificate.
fn taken(conn: &mut Conn, record: &Prepared, outcome: Option<&Outcome>) -> Result<(Taken, String), Problem> {
    let (outcome, event) = match outcome {
        Some(Outcome::Created) => ("created", None),
        Some(Outcome::Changed) => ("changed", None),
        Some(Outcome::Unchanged) => ("unchanged", None),
        Some(Outcome::Recorded(id)) => ("recorded", Some(id.clone())),
        Some(Outcome::Refused(refusals)) => {
            let findings = refusals.iter().chain(&record.findings).cloned();
            let findings = findings.map(problem::Finding::from).collect();
            return Err(Problem::new(Code::RecordRefused).findings(findings));
        }
        None => return Err(Problem::internal("a line without an outcome")),
    };
    let row = find(conn, record)?.ok_or_else(|| Problem::internal("what was taken is not there"))?;
    let taken = Taken {
        outcome,
        certificate: row.id,
        identifier: row.identifier,
        version: row.version,
        status: row.status,
        event,
        findings: record.findings.iter().cloned().map(problem::Finding::from).collect(),
    };
    Ok((taken, row.division))
}

fn find(conn: &mut Conn, record: &Prepared) -> Result<Option<CertificateRow>, Problem> {
    let found = match (&record.candidate, &record.event) {
        (Some(candidate), _) => candidate.find(conn),
        (None, Some((Subject::Number { kind, issuer, number_index }, _))) => {
            certificates::find_by_number(conn, kind, issuer, number_index)
        }
        (None, _) => Ok(None),
    };
    Ok(found?)
}
