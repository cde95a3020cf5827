//! Why a batch was not ingested to its end.

use std::fmt;

use crate::admit::AdmitError;
use crate::keys::SignerError;
use crate::problem::{self, Code, Problem};
use crate::record::Finding;
use crate::store::StoreError;

/// Why a batch was not ingested to its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum IngestError {
    /// The stream broke off.
    CutOff,
    /// The stream is longer than it may be.
    TooLarge,
    /// There is not one record in it.
    Empty,
    /// The header of CSV cannot be used.
    Header(Vec<Finding>),
    /// The sender's name for this batch is that of a batch with another body.
    KeyReused,
    /// The database or the signer could not.
    Admit(AdmitError),
    /// The work ended in a panic, or the server is stopping.
    Stopped,
}

impl From<AdmitError> for IngestError {
    fn from(error: AdmitError) -> Self {
        Self::Admit(error)
    }
}

impl From<StoreError> for IngestError {
    fn from(error: StoreError) -> Self {
        Self::Admit(error.into())
    }
}

impl From<SignerError> for IngestError {
    fn from(error: SignerError) -> Self {
        Self::Admit(error.into())
    }
}

impl fmt::Display for IngestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("the input broke off"),
            Self::TooLarge => f.write_str("the input is larger than upload_limit"),
            Self::Empty => f.write_str("there is no record in the input"),
            Self::Header(findings) => {
                f.write_str("the first line is not a usable header")?;
                findings.iter().try_for_each(|finding| {
                    write!(f, "; {} {}: {}", finding.item, finding.rule.code(), finding.message_en())
                })
            }
            Self::KeyReused => f.write_str("the idempotency key was used for other content"),
            Self::Admit(error) => error.fmt(f),
            Self::Stopped => f.write_str("the work was stopped"),
        }
    }
}

impl std::error::Error for IngestError {}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::CutOff => Code::BodyIncomplete.into(),
            IngestError::TooLarge => Code::BodyTooLarge.into(),
            IngestError::Empty => Code::EmptyBody.into(),
            IngestError::Header(findings) => {
                Self::new(Code::BadCsvHeader).findings(findings.into_iter().map(of_header).collect())
            }
            IngestError::KeyReused => Code::IdempotencyKeyReused.into(),
            IngestError::Admit(error) => error.into(),
            IngestError::Stopped => StoreError::Stopped.into(),
        }
    }
}

fn of_header(finding: Finding) -> problem::Finding {
    problem::Finding {
        item: finding.item.into(),
        rule: finding.rule.code().into(),
        source: Some(finding.source.into()),
    }
}
